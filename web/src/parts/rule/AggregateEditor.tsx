import { InputNumber, Select } from 'antd'
import type { Aggregate, Condition, FactKind, Field, FieldMeasure, Literal, Measure, Op, PlainMeasure, Window } from '@/api/rule'
import { useFormat } from '@/parts/format'
import './rule.css'
import { facts, fieldMeasures, fields, fieldsOf, type FieldType, plainMeasures } from './words'
import { literalText, textLiteral } from './literal'

/** A measure over the customer's facts as a sentence of choices: window · facts · measure · only where. */
export function AggregateEditor({ value, onChange }: { value: Aggregate; onChange: (next: Aggregate) => void }) {
  const { t } = useFormat()
  const available = fieldsOf(value.fact)
  const measures = [
    ...plainMeasures.map((m) => ({ value: m as string, label: t(`rule.measure_${m}`) })),
    ...(Object.keys(fieldMeasures) as FieldMeasure[]).flatMap((m) =>
      available.filter(([, type]) => fieldMeasures[m].includes(type)).map(([field]) => ({ value: `${m}:${field}`, label: t(`rule.measure_${m}`, { field: t(`rule.field_${field}`) }) }))),
  ]
  const m = value.measure
  const key = 'field' in m ? `${m.of}:${m.field}` : m.of
  const setFact = (fact: FactKind) => {
    const field = 'field' in m ? m.field : null
    const measure: Measure = field !== null && !(field in fields[fact]) ? { of: 'count' } : m
    onChange({ ...value, fact, measure, ...(value.filter ? { filter: value.filter.filter((c) => c.field in fields[fact]) } : {}) })
  }
  const setMeasure = (next: string) => {
    const [of, field] = next.split(':')
    onChange({ ...value, measure: field ? ({ of: of as FieldMeasure, field: field as Field } as Measure) : { of: of as PlainMeasure } })
  }
  const filter = value.filter ?? []
  const setFilter = (next: Condition[]) => {
    const { filter: _, ...rest } = value
    onChange(next.length ? { ...rest, filter: next } : rest)
  }
  return (
    <div className="agg">
      <WindowInput value={value.window ?? 'all'} onChange={(window) => onChange({ ...value, window })} />
      <Select size="small" aria-label={t('rule.fact')} value={value.fact} onChange={setFact} options={facts.map((f) => ({ value: f, label: t(`rule.fact_${f}`) }))} popupMatchSelectWidth={false} />
      <Select size="small" aria-label={t('rule.measure')} value={key} onChange={setMeasure} options={measures} popupMatchSelectWidth={260} showSearch={{ optionFilterProp: 'label' }} />
      {filter.map((c, i) => (
        <FilterInput key={i} value={c} fact={value.fact} onChange={(next) => setFilter(next ? filter.map((old, j) => (j === i ? next : old)) : filter.filter((_, j) => j !== i))} />
      ))}
      <button type="button" className="linkish small" onClick={() => setFilter([...filter, { field: available.find(([, type]) => type === 'text')?.[0] ?? 'day', op: '=', values: [] }])}>+ {t('rule.only_where')}</button>
    </div>
  )
}

function WindowInput({ value, onChange }: { value: Window; onChange: (next: Window) => void }) {
  const { t } = useFormat()
  const kind = value === 'all' ? 'all' : 'days' in value ? 'days' : 'months' in value ? 'months' : 'days_ago'
  const number = (n: number, set: (n: number) => void, label: string) => <InputNumber<number> size="small" aria-label={label} min={kind === 'days_ago' ? 0 : 1} max={36500} precision={0} value={n} onChange={(v) => v !== null && set(v)} changeOnWheel={false} controls={false} className="tiny" />
  const start: Record<string, Window> = { all: 'all', days: { days: 90 }, months: { months: 12 }, days_ago: { days_ago: { from: 180, to: 91 } } }
  return (
    <>
      <Select size="small" aria-label={t('rule.window')} value={kind} onChange={(k: string) => onChange(start[k] ?? 'all')} options={['all', 'days', 'months', 'days_ago'].map((k) => ({ value: k, label: t(`rule.window_${k}`) }))} popupMatchSelectWidth={false} />
      {value !== 'all' && 'days' in value && <>{number(value.days, (days) => onChange({ days }), t('rule.window_days'))}<span>{t('rule.days')}</span></>}
      {value !== 'all' && 'months' in value && <>{number(value.months, (months) => onChange({ months }), t('rule.window_months'))}<span>{t('rule.months')}</span></>}
      {value !== 'all' && 'days_ago' in value && (
        <>
          {number(value.days_ago.from, (from) => onChange({ days_ago: { from, to: Math.min(value.days_ago.to, from) } }), t('rule.days_ago_from'))}<span>–</span>
          {number(value.days_ago.to, (to) => onChange({ days_ago: { from: Math.max(value.days_ago.from, to), to } }), t('rule.days_ago_to'))}<span>{t('rule.days_ago')}</span>
        </>
      )}
    </>
  )
}

const ops: Record<FieldType, Op[]> = { text: ['=', '!='], money: ['>=', '<=', '>', '<', '='], number: ['>=', '<=', '>', '<', '='], int: ['=', '!='], day: ['>=', '<=', '='], bool: ['='] }

function FilterInput({ value, fact, onChange }: { value: Condition; fact: FactKind; onChange: (next: Condition | null) => void }) {
  const { t } = useFormat()
  const type = fields[fact][value.field] ?? 'text'
  const typed = (v: string): Literal => (type === 'text' ? textLiteral(v) : type === 'day' ? v : Number(v))
  const setField = (field: Field) => {
    const next = fields[fact][field] ?? 'text'
    onChange({ field, op: ops[next][0] ?? '=', values: next === 'bool' ? [true] : [] })
  }
  return (
    <span className="row agg-filter">
      <Select size="small" aria-label={t('rule.field')} value={value.field} onChange={setField} options={fieldsOf(fact).map(([k]) => ({ value: k, label: t(`rule.field_${k}`) }))} popupMatchSelectWidth={false} />
      {type !== 'bool' && <Select size="small" aria-label={t('rule.comparison')} value={value.op} onChange={(op: Op) => onChange({ ...value, op })} options={ops[type].map((o) => ({ value: o, label: type === 'text' || type === 'int' ? t(o === '=' ? 'rule.verb_in' : 'rule.verb_not_in') : o }))} popupMatchSelectWidth={false} />}
      {type === 'bool' && <Select size="small" aria-label={t('rule.value')} value={value.values[0] === true} onChange={(yes: boolean) => onChange({ ...value, values: [yes] })} options={[{ value: true, label: t('common.yes') }, { value: false, label: t('common.no') }]} />}
      {type === 'int' && <Select size="small" mode="multiple" className="agg-values" aria-label={t('rule.value')} value={value.values.map(Number)} onChange={(v: number[]) => onChange({ ...value, values: v })} options={[0, 1, 2, 3, 4, 5, 6].map((d) => ({ value: d, label: t(`rule.weekday_${d}`) }))} />}
      {type !== 'bool' && type !== 'int' && (
        <Select size="small" mode="tags" className="agg-values" maxCount={type === 'text' ? undefined : 1} aria-label={t('rule.value')} value={value.values.map(literalText)} tokenSeparators={[',', '，', '、']} onChange={(v: string[]) => onChange({ ...value, values: v.map(typed).filter((x) => typeof x !== 'number' || Number.isFinite(x)) })} placeholder={t('rule.type_values')} />
      )}
      <button type="button" className="icon-btn" aria-label={t('common.remove')} onClick={() => onChange(null)}>×</button>
    </span>
  )
}
