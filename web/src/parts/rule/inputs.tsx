import { DatePicker, InputNumber, Input, Select } from 'antd'
import dayjs from 'dayjs'
import { useMemo } from 'react'
import type { Expr, Literal } from '@/api/rule'
import type { Feature, Named, ValueType } from '@/api/types'
import { useCatalog, useClassifications, useFormat } from '@/parts/format'
import { literalText, textLiteral } from './literal'

export const literalOf = (e: Expr | null | undefined): Literal | null => (e && 'literal' in e ? e.literal : null)
const literal = (value: Literal | null | undefined): Expr | null => (value === null || value === undefined || value === '' ? null : { literal: value })

const groupOrder = ['purchase', 'rfm', 'lifecycle', 'value', 'loyalty', 'preference', 'returns', 'interaction', 'satisfaction', 'demographics', 'geography', 'psychographics', 'firmographics', 'custom']

/** Features by shelf, then classes; searchable by key and by both names. */
export function FeatureSelect({ value, onChange, label, filter, classes = true, className, id, fresh }: { value: string | null; onChange: (key: string) => void; label: string; filter?: (f: Feature) => boolean; classes?: boolean; className?: string; id?: string; fresh?: boolean }) {
  const f = useFormat()
  const { usable: list } = useCatalog()
  const classifications = useClassifications()
  const options = useMemo(() => {
    const shelves = groupOrder.map((group) => ({
      label: f.t(`features.group_${group}`),
      options: list.filter((x) => x.group === group && (!filter || filter(x))).map((x) => ({ value: x.key, label: f.label(x.label), search: `${x.key} ${x.label.zh} ${x.label.en}`.toLowerCase() })),
    }))
    const all = classes ? [{ label: f.t('rule.classes'), options: classifications.map((c) => ({ value: `class.${c.key}`, label: f.label(c.label), search: `class.${c.key} ${c.label.zh} ${c.label.en}`.toLowerCase() })) }, ...shelves] : shelves
    return all.filter((g) => g.options.length)
  }, [f, list, classifications, filter, classes])
  return (
    <Select
      id={id} className={className} aria-label={label} autoFocus={fresh} defaultOpen={fresh} value={value ?? undefined} placeholder={f.t('rule.choose_feature')} onChange={onChange} options={options} popupMatchSelectWidth={300}
      showSearch={{ filterOption: (input, option) => String((option as { search?: string } | undefined)?.search ?? '').includes(input.toLowerCase()) }}
    />
  )
}

interface ValueProps { type: ValueType; classification?: string; options?: Named[]; value: Expr | null; onChange: (next: Expr | null) => void; unit?: string; label: string; className?: string }

/** One constant of the right type. Money is typed in major units. A feature on the right side is shown by name. */
export function ValueInput({ type, classification, options, value, onChange, unit, label, className = 'value short' }: ValueProps) {
  const f = useFormat()
  const { byKey } = useCatalog()
  const classifications = useClassifications()
  if (value && 'feature' in value) return <OtherSide text={f.label(byKey.get(value.feature)?.label) || value.feature} onClear={() => onChange(null)} clear={f.t('rule.use_constant')} />
  if (value && 'base' in value) return <OtherSide text={f.t(`rule.stat_${value.base.stat}`, { name: f.label(byKey.get(value.base.of)?.label) || value.base.of })} onClear={() => onChange(null)} clear={f.t('rule.use_constant')} />
  const now = literalOf(value)
  if (classification !== undefined) {
    const classes = classifications.find((c) => c.key === classification)?.classes ?? []
    return <Select className="value" aria-label={label} value={now === null ? undefined : literalText(now)} placeholder={f.t('rule.choose_class')} onChange={(v: string) => onChange(literal(v))} options={classes.map((c) => ({ value: c.key, label: f.label(c.label) }))} showSearch={{ optionFilterProp: 'label' }} />
  }
  if (options?.length && type === 'text') return <Select className="value" aria-label={label} value={now === null ? undefined : literalText(now)} placeholder={f.t('rule.type_values')} onChange={(v: string) => onChange(literal(textLiteral(v)))} options={options.map((o) => ({ value: o.key, label: f.label(o.label) }))} showSearch={{ optionFilterProp: 'label' }} />
  switch (type) {
    case 'bool':
      return <Select className={className} aria-label={label} value={now === null ? undefined : now === true ? 'yes' : 'no'} onChange={(v) => onChange({ literal: v === 'yes' })} options={[{ value: 'yes', label: f.t('common.yes') }, { value: 'no', label: f.t('common.no') }]} />
    case 'day':
      return <DatePicker className={className} aria-label={label} value={typeof now === 'string' && now ? dayjs(now) : null} onChange={(d) => onChange(literal(d?.format('YYYY-MM-DD')))} format="YYYY-MM-DD" />
    case 'text':
      return <Input className={className} aria-label={label} value={now === null ? '' : literalText(now)} onChange={(e) => onChange(literal(e.target.value === '' ? null : textLiteral(e.target.value)))} />
    default:
      return <InputNumber<number> className={className} aria-label={label} value={typeof now === 'number' ? now : null} onChange={(v) => onChange(literal(v))} changeOnWheel={false} controls={false} prefix={type === 'money' ? f.currency.symbol : undefined} suffix={type === 'money' ? undefined : unit} />
  }
}

function OtherSide({ text, onClear, clear }: { text: string; onClear: () => void; clear: string }) {
  return <span className="chip on">{text}<button type="button" aria-label={clear} title={clear} onClick={onClear}>×</button></span>
}

/** Several constants: classes by name, or free text. */
export function ManyInput({ type, classification, options, values, onChange, label }: { type: ValueType; classification?: string; options?: Named[]; values: (Expr | null)[]; onChange: (next: Expr[]) => void; label: string }) {
  const f = useFormat()
  const classifications = useClassifications()
  const now = values.map(literalOf).filter((v) => v !== null).map(literalText)
  const classes = classification === undefined ? (options?.length ? options : undefined) : classifications.find((c) => c.key === classification)?.classes
  const typed = (v: string): Literal => (type === 'int' || type === 'number' || type === 'money' ? (Number.isFinite(Number(v)) ? Number(v) : v) : textLiteral(v))
  return (
    <Select
      className="value" mode={classes ? 'multiple' : 'tags'} aria-label={label} value={now} placeholder={f.t(classes ? 'rule.choose_class' : 'rule.type_values')} tokenSeparators={[',', '，', '、']}
      onChange={(next: string[]) => onChange(next.map((v) => ({ literal: typed(v) })))} options={classes?.map((c) => ({ value: c.key, label: f.label(c.label) }))} showSearch={{ optionFilterProp: 'label' }}
    />
  )
}
