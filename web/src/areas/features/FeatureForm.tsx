import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { AutoComplete, Button, Input, InputNumber, Popconfirm, Select, Switch } from 'antd'
import { type FormEvent, useEffect, useMemo, useState } from 'react'
import { isProblem } from '@/api/problem'
import { postFeature, putFeature, targets as targetsQuery } from '@/api/queries'
import type { Definition, Feature, RecordFigure, ScoreMethod, ValueType } from '@/api/types'
import { useRemoval } from '@/parts/definition/useRemoval'
import { useCatalog, useFormat } from '@/parts/format'
import { AggregateEditor } from '@/parts/rule/AggregateEditor'
import { NameFields } from '@/parts/field/NameFields'
import { fieldKey } from '@/parts/field/words'
import { FeatureSelect } from '@/parts/rule/inputs'
import { aggregateType } from '@/parts/rule/words'
import { Failed } from '@/parts/States'
import { toast } from '@/parts/toast'
import { FigureInput } from './FigureInput'
import { FormulaInput } from './FormulaInput'

/** What people can make; `derived` ones and shared-out costs only ship with the product. Records fill in an attribute. */
type Kind = Exclude<Definition['kind'], 'derived' | 'cost_share'> | 'records'
const kinds: Kind[] = ['aggregate', 'records', 'formula', 'attribute', 'score', 'share']
const start: Record<Kind, Definition> = {
  aggregate: { kind: 'aggregate', fact: 'orders', measure: { of: 'sum', field: 'net' }, window: { days: 90 } },
  formula: { kind: 'formula', expr: { binary: { left: { feature: 'net' }, op: '/', right: { feature: 'orders' } } } },
  attribute: { kind: 'attribute', key: '' },
  records: { kind: 'attribute', key: '' },
  score: { kind: 'score', of: 'net', among: 'orders', method: { method: 'quantile' } },
  share: { kind: 'share', of: 'net' },
}
const types: ValueType[] = ['int', 'number', 'money', 'text', 'day', 'bool']
const numeric = (x: Feature) => x.value === 'int' || x.value === 'number' || x.value === 'money'
const keyOf = (name: string) => name.trim().toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '_').replace(/^_+|_+$/g, '')

/** A feature made of choices, not of code. Built-in ones are shown the same way; saving one makes it the workspace's own version. */
export default function FeatureForm({ feature, onDone, onDirty }: { feature: Feature | null; onDone: (saved: boolean) => void; onDirty: (dirty: boolean) => void }) {
  const f = useFormat()
  const { t, lang } = f
  const queries = useQueryClient()
  const { byKey, usable: list, changed } = useCatalog()
  const { data: targets = [] } = useQuery(targetsQuery)
  // what profiles can hold: the attributes files are mapped to, and those other features read
  const known = useMemo(() => {
    const all = new Map(targets.flatMap((x): [string, string][] => (x.target.startsWith('attribute.') ? [[x.target.slice('attribute.'.length), f.label(x.label)]] : [])))
    for (const x of list) if (x.definition.kind === 'attribute' && !all.has(x.definition.key)) all.set(x.definition.key, f.label(x.label))
    return [...all].map(([value, name]) => ({ value, label: name === value ? name : `${name} · ${value}` }))
  }, [targets, list, f])
  const [zh, setZh] = useState(feature?.label.zh ?? '')
  const [en, setEn] = useState(feature?.label.en ?? '')
  const [key, setKey] = useState(feature?.key ?? '')
  const [description, setDescription] = useState(feature ? f.label(feature.description) : '')
  const [definition, setDefinition] = useState<Definition>(feature?.definition ?? start.aggregate)
  const [type, setType] = useState<ValueType>(feature?.value ?? 'money')
  const [figure, setFigure] = useState<RecordFigure | null>(feature?.entry?.figure ?? null)
  const [formulaOk, setFormulaOk] = useState(true)

  const kind = figure ? 'records' : definition.kind
  const madeKey = figure ? fieldKey(lang === 'zh-CN' ? zh || en : en || zh) : keyOf(en || zh)
  const now = JSON.stringify([zh, en, key, description, definition, type, figure])
  const [before] = useState(now)
  // what was opened, also when a newer version arrives meanwhile
  const [opened] = useState(feature?.version ?? 1)
  useEffect(() => onDirty(now !== before), [now, before, onDirty])

  const derived: ValueType = definition.kind === 'aggregate' ? aggregateType(definition) : definition.kind === 'score' ? 'int' : definition.kind === 'share' ? 'number' : type
  const body = (): Feature => {
    const label = { zh: zh.trim() || en.trim(), en: en.trim() || zh.trim() }
    const old = feature?.description
    const said = description.trim()
    const named = key || madeKey
    return {
      ...(feature ?? { group: 'custom' }), key: named, label,
      description: !old || old.zh === old.en ? { zh: said, en: said } : lang === 'zh-CN' ? { ...old, zh: said } : { ...old, en: said },
      group: feature?.group ?? 'custom', value: derived,
      definition: figure && !feature ? { kind: 'attribute', key: named } : definition,
      // the kind and what there is to choose from follow from what it reads
      ...(figure && { entry: { kind: 'number', ...feature?.entry, figure } }),
    }
  }
  const after = async (what: string) => {
    toast.ok(what)
    await queries.invalidateQueries({ queryKey: ['features'] })
    void queries.invalidateQueries({ queryKey: ['run'] })
    onDone(true)
  }
  const save = useMutation({ mutationFn: () => (feature ? putFeature(body(), opened) : postFeature(body())), onSuccess: (made) => after(t('features.saved', { name: f.label(made.label) })) })
  const removal = useRemoval({ of: 'features', name: key, version: feature?.version ?? 0, said: t(feature?.builtin ? 'features.put_back' : 'features.deleted'), done: () => onDone(true) })
  const fields = isProblem(save.error) ? save.error.fields : {}
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form className="form-grid" onSubmit={submit}>
      {save.error && <Failed error={save.error} />}
      {removal.dialog}
      {feature?.builtin && <p className="sentence">{t(changed.has(feature.key) ? 'features.changed_note' : 'features.builtin_note')}</p>}
      <NameFields id="f" required value={{ zh, en }} onChange={(next) => { setZh(next.zh); setEn(next.en) }} />
      <div className="field"><label htmlFor="f-key">{t('features.key')}</label><Input id="f-key" className="mono" disabled={feature !== null} value={feature ? key : key || madeKey} onChange={(e) => setKey(e.target.value)} />{!feature && !fields.key && <span className="small soft">{t('features.key_note')}</span>}{fields.key && <span className="field-error" role="alert">{t('features.key_error')}</span>}</div>
      <div className="field"><label htmlFor="f-description">{t('features.meaning')}</label><Input.TextArea id="f-description" rows={2} value={description} onChange={(e) => setDescription(e.target.value)} /></div>
      <div className="field">
        <span className="field-name">{t('features.how')}</span>
        <div className="kinds" role="group" aria-label={t('features.how')}>
          {definition.kind === 'derived' && <p className="soft">{t('features.kind_derived_note', { of: definition.of.join(t('customers.between')) })}</p>}
          {kinds.filter((k) => feature === null || k === kind).map((k) => <button key={k} type="button" className="kind" aria-pressed={kind === k} onClick={() => { if (kind !== k) { setDefinition(start[k]); setFigure(k === 'records' ? { object: '', stat: 'count' } : null); setFormulaOk(true); setType(k === 'attribute' ? 'text' : 'money') } }}><span className="strong">{t(`features.kind_${k}`)}</span><span className="small">{t(`features.kind_${k}_note`)}</span></button>)}
        </div>
      </div>
      {definition.kind === 'aggregate' && <AggregateEditor value={definition} onChange={(next) => setDefinition({ kind: 'aggregate', ...next })} />}
      {figure && <FigureInput value={figure} fixed={feature !== null} onChange={setFigure} />}
      {kind === 'attribute' && definition.kind === 'attribute' && <div className="field"><label htmlFor="f-attribute">{t('features.attribute_key')}</label><AutoComplete id="f-attribute" className="mono" value={definition.key} placeholder="custom.skin_type" options={known} onChange={(attribute: string) => setDefinition({ kind: 'attribute', key: attribute })} showSearch={{ filterOption: (typed, option) => `${option?.value} ${option?.label}`.toLowerCase().includes(typed.toLowerCase()) }} /></div>}
      {definition.kind === 'formula' && <FormulaInput value={definition.expr} onChange={(expr) => setDefinition({ kind: 'formula', expr })} onValid={setFormulaOk} />}
      {definition.kind === 'share' && <div className="field"><span className="field-name">{t('features.of')}</span><FeatureSelect label={t('features.of')} value={definition.of} filter={numeric} classes={false} onChange={(of) => setDefinition({ kind: 'share', of })} /></div>}
      {definition.kind === 'score' && <ScoreInput value={definition} money={byKey.get(definition.of)?.value === 'money'} onChange={setDefinition} />}
      {(kind === 'formula' || kind === 'attribute') && <div className="field"><label htmlFor="f-type">{t('features.type')}</label><Select id="f-type" value={type} onChange={setType} options={types.map((v) => ({ value: v, label: t(`features.type_${v}`) }))} /></div>}
      <div className="row">
        <Button type="primary" htmlType="submit" loading={save.isPending} disabled={!formulaOk || figure?.object === ''}>{t('common.save')}</Button>
        <Button onClick={() => onDone(false)}>{t('common.cancel')}</Button>
        <span className="grow" />
        {feature && changed.has(feature.key) && <Popconfirm title={t('features.back_sure')} onConfirm={removal.run} okText={t('features.back_ok')} cancelText={t('common.cancel')}><Button type="text" loading={removal.pending}>{t('features.back')}</Button></Popconfirm>}
        {feature && !feature.builtin && <Popconfirm title={t('features.delete_sure')} onConfirm={removal.run} okText={t('common.delete')} cancelText={t('common.cancel')}><Button danger type="text" loading={removal.pending}>{t('common.delete')}</Button></Popconfirm>}
      </div>
    </form>
  )
}

type Score = Extract<Definition, { kind: 'score' }>

/** How the 1–5 edges are found; own edges as people write them, money in whole units. */
function ScoreInput({ value, money, onChange }: { value: Score; money: boolean; onChange: (next: Score) => void }) {
  const f = useFormat()
  const { t } = f
  const edges = value.method.method === 'bins' ? value.method.edges : []
  const setMethod = (method: ScoreMethod['method']) => onChange({ ...value, method: method === 'bins' ? { method, edges: [1, 2, 3, 4] } : { method } })
  return (
    <div className="form-grid">
      <div className="two">
        <div className="field"><span className="field-name">{t('features.of')}</span><FeatureSelect label={t('features.of')} value={value.of} filter={numeric} classes={false} onChange={(of) => onChange({ ...value, of })} /></div>
        <div className="field"><span className="field-name">{t('features.among')}</span><FeatureSelect label={t('features.among')} value={value.among} filter={numeric} classes={false} onChange={(among) => onChange({ ...value, among })} /></div>
      </div>
      <div className="field"><label htmlFor="f-method">{t('features.edges')}</label><Select id="f-method" value={value.method.method} onChange={setMethod} options={(['quantile', 'bins', 'kmeans'] as const).map((m) => ({ value: m, label: t(`classification.scoring_${m}`) }))} /></div>
      {value.method.method === 'bins' && (
        <div className="edges">
          {[0, 1, 2, 3].map((i) => (
            <InputNumber<number> key={i} className="full" aria-label={t('features.edge_n', { n: i + 1 })} controls={false} changeOnWheel={false} prefix={<span className="soft small">{t(value.smaller_is_better ? 'features.edge_low' : 'features.edge_high', { score: value.smaller_is_better ? 5 - i : i + 2 })}{money && ` ${f.currency.symbol}`}</span>} value={edges[i] ?? 0} onChange={(v) => onChange({ ...value, method: { method: 'bins', edges: [0, 1, 2, 3].map((j) => (j === i ? (v ?? 0) : (edges[j] ?? 0))) } })} />
          ))}
        </div>
      )}
      <div className="row"><Switch id="f-smaller" checked={value.smaller_is_better ?? false} onChange={(smaller_is_better) => onChange({ ...value, smaller_is_better })} /><label htmlFor="f-smaller">{t('features.smaller_better')}</label></div>
    </div>
  )
}
