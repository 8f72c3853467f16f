import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Popconfirm, Select, Switch } from 'antd'
import { type FormEvent, lazy, Suspense, useEffect, useState } from 'react'
import { postFieldKind } from '@/api/kinds'
import { objectUsage, postObject, putObject } from '@/api/objects'
import type { CustomObject, EntryKind, FormField, FormSection, Label, Named, ObjectUsage } from '@/api/types'
import { NameFields, ownFirst } from '@/parts/field/NameFields'
import { filled, Options } from '@/parts/field/Options'
import { chooses } from '@/parts/field/words'
import '@/parts/field/field.css'
import { useFormat } from '@/parts/format'
import { Failed, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
// what a new form begins with; its words stand in both languages at once
import first from './first.json'

const KindChange = lazy(() => import('@/parts/field/KindChange'))

const kinds: EntryKind[] = ['text', 'long_text', 'number', 'money', 'day', 'bool', 'choice', 'choices', 'customer']
const empty = (): Label => ({ zh: '', en: '' })
const field = (kind: EntryKind, label: Label = empty()): FormField => ({ key: '', label, kind, required: false, help: empty(), options: [], personal: false })
const keyOf = (text: string) => text.trim().toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '_').replace(/^_+|_+$/g, '').slice(0, 40)

/** Moves one of a list to another place. */
export function moved<T>(all: T[], from: number, to: number): T[] {
  const next = [...all]
  const [one] = next.splice(from, 1)
  if (one === undefined || to < 0 || to > next.length) return all
  next.splice(to, 0, one)
  return next
}

/** A form, put together: sections, fields in order, what each wants. */
export default function FormBuilder({ object, onDone, onDirty }: { object: CustomObject | null; onDone: (saved?: CustomObject) => void; onDirty: (dirty: boolean) => void }) {
  const f = useFormat()
  const { t, lang } = f
  const queries = useQueryClient()
  const [label, setLabel] = useState<Label>(object?.label ?? empty())
  const [description, setDescription] = useState<Label>(object?.description ?? empty())
  const [sections, setSections] = useState<FormSection[]>(object?.sections ?? [{ label: empty(), fields: [field('customer', first.customer), field('day', first.day)] }])
  const [time, setTime] = useState<number | string | null>(object ? (object.time ?? null) : 1)
  const [turning, setTurning] = useState<{ field: FormField; to: EntryKind } | null>(null)
  const now = JSON.stringify([label, description, sections, time])
  const [before, setBefore] = useState(now)
  useEffect(() => onDirty(now !== before), [now, before, onDirty])
  const problem = useProblemText()
  const usage = useQuery({ ...objectUsage(object?.id ?? ''), enabled: object !== null })
  const fields = sections.flatMap((s) => s.fields)
  const setField = (s: number, i: number, next: FormField) => setSections(sections.map((x, j) => (j === s ? { ...x, fields: x.fields.map((y, k) => (k === i ? next : y)) } : x)))
  const days = fields.flatMap((x, n) => (x.kind === 'day' ? [{ value: x.key || n, label: f.label(x.label) || t('records.field_n', { n: n + 1 }) }] : []))
  const save = useMutation({
    mutationFn: () => {
      const taken = new Set([...fields.map((x) => x.key), ...(object?.retired ?? []).map((x) => x.key)].filter(Boolean))
      const fresh = (x: FormField) => {
        const base = keyOf(lang === 'zh-CN' ? x.label.zh || x.label.en : x.label.en || x.label.zh) || 'field'
        let key = base
        for (let n = 2; taken.has(key); n++) key = `${base}_${n}`
        taken.add(key)
        return key
      }
      let n = 0
      let when: string | undefined
      const done = sections.map((s) => ({ label: s.label, fields: s.fields.map((x) => { const key = x.key || fresh(x); if (time === x.key || time === n) when = key; n += 1; return { ...x, key, options: chooses(x.kind) ? filled(x.options ?? []) : [] } }) })).filter((s) => s.fields.length > 0)
      const body = { label, description, sections: done, time: when, edition: object?.edition }
      return object ? putObject(object.id, body) : postObject(body)
    },
    onSuccess: async (made) => {
      toast.ok(t('records.object_saved', { name: f.label(made.label) }))
      await Promise.all([queries.invalidateQueries({ queryKey: ['objects'] }), queries.invalidateQueries({ queryKey: ['records'] })])
      onDone(made)
    },
  })
  const again = () => Promise.all([queries.invalidateQueries({ queryKey: ['objects'] }), queries.invalidateQueries({ queryKey: ['records'] })])
  // it is so on the server already: nothing of it is unsaved
  const become = (key: string, kind: EntryKind, options: Named[]) => {
    const other = (all: FormSection[]) => all.map((s) => ({ ...s, fields: s.fields.map((x) => (x.key === key ? { ...x, kind, options } : x)) }))
    setSections(other)
    setBefore((kept) => { const [l, d, all, when] = JSON.parse(kept) as [Label, Label, FormSection[], unknown]; return JSON.stringify([l, d, other(all), when]) })
  }
  const turned = async ({ field: x, to }: { field: FormField; to: EntryKind }, options: Named[]) => {
    setTurning(null)
    become(x.key, to, options)
    const back = () => postFieldKind(object?.id ?? '', x.key, { kind: x.kind, options: x.options ?? [], dry_run: false }).then(again).then(() => { become(x.key, x.kind, x.options ?? []); toast.ok(t('fields.turn_back', { name: f.label(x.label) })) }).catch((e: unknown) => toast.bad(problem(e)))
    toast.undo(t('fields.turn_done', { name: f.label(x.label) }), () => void back())
    await again()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  const drop = (s: number, i: number) => {
    const x = sections[s]?.fields[i]
    if (!x) return
    setSections(sections.map((y, j) => (j === s ? { ...y, fields: y.fields.filter((_, k) => k !== i) } : y)))
    if (time === x.key) setTime(null)
  }
  const add = (s: number, x: FormField) => setSections(sections.map((y, j) => (j === s ? { ...y, fields: [...y.fields, x] } : y)))
  return (
    <form className="form-grid" onSubmit={submit}>
      {save.error && <Failed error={save.error} />}
      {object && turning && <Suspense fallback={null}><KindChange name={f.label(turning.field.label)} from={turning.field.kind} to={turning.to} options={chooses(turning.to) ? turning.field.options ?? [] : []} ask={(form) => postFieldKind(object.id, turning.field.key, form)} onDone={(options) => void turned(turning, options)} onClose={() => setTurning(null)} /></Suspense>}
      <NameFields id="object" autoFocus required max={60} value={label} onChange={setLabel} />
      <div className="field"><label htmlFor="object-about">{t('records.about')}</label><Input id="object-about" maxLength={500} value={lang === 'zh-CN' ? description.zh : description.en} onChange={(e) => setDescription(description.zh === description.en || !object ? { zh: e.target.value, en: e.target.value } : lang === 'zh-CN' ? { ...description, zh: e.target.value } : { ...description, en: e.target.value })} /></div>
      {sections.map((s, si) => (
        <fieldset className="builder-section" key={si}>
          <legend>{t('records.section_n', { n: si + 1 })}</legend>
          <div className="two">
            {ownFirst(lang).map((key) => <Input key={key} size="small" aria-label={t(`records.section_${key}`, { n: si + 1 })} placeholder={`${t('records.section_name')} · ${t(`fields.in_${key}`)}`} maxLength={60} value={s.label?.[key] ?? ''} onChange={(e) => setSections(sections.map((y, j) => (j === si ? { ...y, label: { ...(y.label ?? empty()), [key]: e.target.value } } : y)))} />)}
          </div>
          {s.fields.map((x, i) => (
            <FieldRow
              key={i} field={x} n={fields.indexOf(x) + 1} known={object?.sections.flatMap((y) => y.fields).find((y) => y.key === x.key)} onChange={(next) => setField(si, i, next)} onTurn={(known, to) => setTurning({ field: known, to })} onDrop={() => drop(si, i)} used={usedBy(usage.data, x.key)}
              onUp={i > 0 ? () => setSections(sections.map((y, j) => (j === si ? { ...y, fields: moved(y.fields, i, i - 1) } : y))) : undefined} onDown={i < s.fields.length - 1 ? () => setSections(sections.map((y, j) => (j === si ? { ...y, fields: moved(y.fields, i, i + 1) } : y))) : undefined}
            />
          ))}
          <div className="row"><Button size="small" onClick={() => add(si, field('text'))}>+ {t('records.add_field')}</Button>{sections.length > 1 && s.fields.length === 0 && <Button size="small" type="text" onClick={() => setSections(sections.filter((_, j) => j !== si))}>{t('records.drop_section')}</Button>}</div>
        </fieldset>
      ))}
      <div className="row"><Button size="small" onClick={() => setSections([...sections, { label: empty(), fields: [] }])}>+ {t('records.add_section')}</Button></div>
      {(object?.retired.length ?? 0) > 0 && (
        <div className="field"><span className="field-name">{t('records.retired')}</span><div className="row">{object?.retired.filter((x) => !fields.some((y) => y.key === x.key)).map((x) => <Button key={x.key} size="small" onClick={() => add(0, x)}>↺ {f.label(x.label)}</Button>)}</div></div>
      )}
      {days.length > 0 && <div className="field"><label htmlFor="object-time">{t('records.time')}</label><Select id="object-time" allowClear value={time ?? undefined} onChange={(v?: string | number) => setTime(v ?? null)} options={days} /><span className="soft small">{t('records.time_note')}</span></div>}
      <div className="row"><Button type="primary" htmlType="submit" loading={save.isPending}>{t('common.save')}</Button><Button onClick={() => onDone()}>{t('common.cancel')}</Button></div>
    </form>
  )
}

export const usedBy = (usage: ObjectUsage | undefined, key: string) => usage?.fields.find((x) => x.key === key)?.records ?? 0

function FieldRow({ field: x, n, known, used, onChange, onTurn, onDrop, onUp, onDown }: { field: FormField; n: number; used: number; known?: FormField; onChange: (next: FormField) => void; onTurn: (known: FormField, to: EntryKind) => void; onDrop: () => void; onUp?: () => void; onDown?: () => void }) {
  const f = useFormat()
  const { t, lang } = f
  const name = f.label(x.label) || t('records.field_n', { n })
  return (
    <div className="builder-field" role="group" aria-label={name}>
      <div className="builder-line">
        {ownFirst(lang).map((key) => <Input key={key} size="small" aria-label={t(`records.field_${key}`, { n })} placeholder={t(`features.name_${key}`)} maxLength={60} value={x.label[key]} onChange={(e) => onChange({ ...x, label: { ...x.label, [key]: e.target.value } })} />)}
        <Select size="small" aria-label={t('records.field_kind', { n })} disabled={!!x.key && (!known || known.kind === 'customer')} value={x.kind} onChange={(kind: EntryKind) => (known ? kind !== known.kind && onTurn(known, kind) : onChange({ ...x, kind, options: chooses(kind) ? [{ key: '', label: { zh: '', en: '' } }] : [] }))} options={kinds.filter((k) => k !== 'customer' || !known || known.kind === k).map((k) => ({ value: k, label: t(`fields.kind_${k}`) }))} popupMatchSelectWidth={false} />
      </div>
      <div className="builder-line"><Input size="small" aria-label={t('records.field_help', { n })} placeholder={t('records.help')} maxLength={500} value={f.label(x.help)} onChange={(e) => onChange({ ...x, help: { zh: e.target.value, en: e.target.value } })} /></div>
      {chooses(x.kind) && <Options value={x.options ?? []} fixed={known?.options?.length ?? 0} onChange={(options) => onChange({ ...x, options })} />}
      <div className="row">
        <span className="switch-row"><Switch size="small" id={`must-${n}`} checked={x.required} onChange={(required) => onChange({ ...x, required })} /><label htmlFor={`must-${n}`} className="small">{t('records.required')}</label></span>
        <span className="switch-row"><Switch size="small" id={`personal-${n}`} checked={x.personal} onChange={(personal) => onChange({ ...x, personal })} /><label htmlFor={`personal-${n}`} className="small">{t('fields.personal')}</label></span>
        <span className="grow" />
        <Button size="small" type="text" disabled={!onUp} aria-label={t('records.up', { name })} onClick={onUp}>↑</Button>
        <Button size="small" type="text" disabled={!onDown} aria-label={t('records.down', { name })} onClick={onDown}>↓</Button>
        <Popconfirm disabled={used === 0} title={t('records.drop_field', { name })} description={t('records.drop_field_text', { count: used, n: f.integer(used) })} onConfirm={onDrop} okText={t('common.delete')} cancelText={t('common.cancel')}><Button size="small" type="text" danger aria-label={t('records.drop', { name })} onClick={() => { if (used === 0) onDrop() }}>{t('common.delete')}</Button></Popconfirm>
      </div>
    </div>
  )
}
