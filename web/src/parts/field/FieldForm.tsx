import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Popconfirm, Select, Switch } from 'antd'
import { type FormEvent, lazy, Suspense, useState } from 'react'
import { postFeatureKind } from '@/api/kinds'
import { postFeature, putFeature, restoreVersion } from '@/api/queries'
import type { EntryKind, Feature, Named } from '@/api/types'
import { useDefinitionsChanged, useRemoval } from '@/parts/definition/useRemoval'
import { useCatalog, useFormat } from '@/parts/format'
import { Failed, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { NameFields } from './NameFields'
import { filled, Options } from './Options'
import { chooses, entryOf, fieldKey, kinds, valueType } from './words'
import './field.css'

const KindChange = lazy(() => import('./KindChange'))

/** An own field of customers: what it is called, what is written in it, and who may see it. */
export default function FieldForm({ feature, onDone }: { feature: Feature | null; onDone: (made?: Feature) => void }) {
  const f = useFormat()
  const { t, lang } = f
  const queries = useQueryClient()
  const { byKey } = useCatalog()
  const now = entryOf(feature ?? undefined)
  const [zh, setZh] = useState(feature?.label.zh ?? '')
  const [en, setEn] = useState(feature?.label.en ?? '')
  const [kind, setKind] = useState<EntryKind>(now?.kind ?? 'text')
  const [options, setOptions] = useState<Named[]>(now?.options ?? [])
  const [personal, setPersonal] = useState(now?.personal ?? false)
  const key = feature?.key ?? fieldKey(lang === 'zh-CN' ? zh || en : en || zh)
  const taken = !feature && byKey.has(key)
  // what was opened, also when a newer version arrives meanwhile
  const [opened] = useState(feature?.version ?? 1)
  const [turning, setTurning] = useState<EntryKind | null>(null)
  const problem = useProblemText()
  const changed = useDefinitionsChanged()
  const after = async (said: string, made?: Feature) => {
    toast.ok(said)
    await queries.invalidateQueries({ queryKey: ['features'] })
    void queries.invalidateQueries({ queryKey: ['run'] })
    onDone(made)
  }
  const save = useMutation({
    mutationFn: () => {
      const label = { zh: zh.trim() || en.trim(), en: en.trim() || zh.trim() }
      const body: Feature = {
        builtin: false, version: 1, group: 'custom', unit: null, description: { zh: t('fields.described'), en: t('fields.described') },
        ...feature, key, label, value: feature && !feature.entry ? feature.value : valueType(kind), definition: { kind: 'attribute', key },
        entry: { kind, options: chooses(kind) ? filled(options) : [], personal },
      }
      return feature ? putFeature(body, opened) : postFeature(body)
    },
    onSuccess: (made) => after(t('fields.saved', { name: f.label(made.label) }), made),
  })
  const removal = useRemoval({ of: 'features', name: key, version: feature?.version ?? 0, said: t('fields.removed', { name: f.label(feature?.label) }), done: () => onDone() })
  const back = () => restoreVersion('features', key, feature?.version ?? 0).then(changed).then(() => toast.ok(t('fields.turn_back', { name: f.label(feature?.label) }))).catch((e: unknown) => toast.bad(problem(e)))
  const turned = async () => {
    toast.undo(t('fields.turn_done', { name: f.label(feature?.label) }), () => void back())
    await changed()
    onDone()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    // the form may stand inside another one's panel
    event.stopPropagation()
    if (!taken) save.mutate()
  }
  return (
    <form className="form-grid" onSubmit={submit}>
      {save.error && <Failed error={save.error} />}
      {removal.dialog}
      <NameFields id="field" autoFocus required max={60} value={{ zh, en }} onChange={(next) => { setZh(next.zh); setEn(next.en) }} />
      {taken && <span className="field-error" role="alert">{t('fields.taken', { name: f.label(byKey.get(key)?.label) })}</span>}
      <div className="field"><label htmlFor="field-kind">{t('fields.kind')}</label><Select id="field-kind" value={kind} onChange={(k: EntryKind) => { if (feature) { setTurning(k === now?.kind ? null : k); return } setKind(k); if (options.length === 0) setOptions([{ key: '', label: { zh: '', en: '' } }]) }} options={kinds.map((k) => ({ value: k, label: t(`fields.kind_${k}`) }))} /></div>
      {feature && <p className="soft small">{t('fields.kind_turns')}</p>}
      {feature && now && turning && <Suspense fallback={null}><KindChange key={turning} name={f.label(feature.label)} from={now.kind} to={turning} options={chooses(turning) ? now.options ?? [] : []} ask={(form) => postFeatureKind(key, form)} onDone={() => void turned()} onClose={() => setTurning(null)} /></Suspense>}
      {chooses(kind) && <Options value={options} fixed={now?.options?.length ?? 0} onChange={setOptions} />}
      <div className="switch-row"><Switch id="field-personal" checked={personal} onChange={setPersonal} /><label htmlFor="field-personal">{t('fields.personal')}</label></div>
      <p className="soft small">{t('fields.personal_note')}</p>
      <div className="row">
        <Button type="primary" htmlType="submit" title="⌘Enter / Ctrl+Enter" loading={save.isPending} disabled={taken}>{t('common.save')}</Button>
        <Button onClick={() => onDone()}>{t('common.cancel')}</Button>
        <span className="grow" />
        {feature && <Popconfirm title={t('fields.remove_sure')} onConfirm={removal.run} okText={t('common.delete')} cancelText={t('common.cancel')}><Button danger type="text" loading={removal.pending}>{t('common.delete')}</Button></Popconfirm>}
      </div>
    </form>
  )
}
