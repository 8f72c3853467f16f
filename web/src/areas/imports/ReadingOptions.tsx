import { Checkbox, Input, InputNumber, Select } from 'antd'
import { type ReactNode, useMemo } from 'react'
import type { DateOrder, ImportFile, Mapping, Target } from '@/api/types'
import { useFormat } from '@/parts/format'
import { zones } from '@/parts/reckoning'
import { gives, typeOf } from './mapping'

interface Props { file: ImportFile; mapping: Mapping; targets: Target[]; busy: boolean; onChange: (part: Partial<Mapping>, layout?: boolean) => void }

const encodings = ['UTF-8', 'UTF-16LE', 'UTF-16BE', 'GB18030', 'GBK', 'Big5', 'Shift_JIS', 'windows-1252']
const delimiters = [[',', ','], ['\t', 'Tab'], [';', ';'], ['|', '|'], [' ', '␠']] as const

/** How a whole file is read: everything that was guessed of it can be said otherwise here. */
export function ReadingOptions({ file, mapping, targets, busy, onChange }: Props) {
  const { t } = useFormat()
  const id = (name: string) => `${name}-${file.name.replace(/\W/g, '_')}`
  const has = (...names: string[]) => mapping.columns.some((c) => names.includes(c.target))
  const types = mapping.columns.map((c) => typeOf(targets, c))
  const dated = types.includes('day')
  const numeric = types.some((x) => x === 'money' || x === 'number' || x === 'int')
  const facts = gives(mapping, 'order', 'line', 'refund', 'interaction', 'answer')
  const trade = gives(mapping, 'order', 'line')
  const zoneOptions = useMemo(() => zones(mapping.time_zone ?? 'Asia/Shanghai'), [mapping.time_zone])
  const known = (list: readonly string[], value: string | null | undefined) => (value && !list.includes(value) ? [value, ...list] : [...list])
  const field = (name: string, label: string, control: (id: string) => ReactNode) => <div className="field" key={name}><label htmlFor={id(name)}>{label}</label>{control(id(name))}</div>
  const encoding = mapping.encoding ?? file.encoding ?? 'UTF-8'
  const row = mapping.header_row ?? file.header_row
  return (
    <div className="file-options">
      {file.encoding && field('enc', t('imports.encoding'), (at) => <Select id={at} disabled={busy} value={encoding} onChange={(value: string) => onChange({ encoding: value }, true)} options={known(encodings, encoding).map((value) => ({ value, label: value }))} />)}
      {file.delimiter && field('sep', t('imports.delimiter'), (at) => <Select id={at} disabled={busy} value={mapping.delimiter ?? file.delimiter ?? ','} onChange={(value: string) => onChange({ delimiter: value }, true)} options={delimiters.map(([value, label]) => ({ value, label }))} />)}
      {file.sheets.length > 1 && field('sheet', t('imports.sheet'), (at) => <Select id={at} disabled={busy} value={mapping.sheet ?? file.sheet} onChange={(value: string) => onChange({ sheet: value }, true)} options={file.sheets.map((value) => ({ value, label: value }))} />)}
      {['csv', 'xlsx', 'xls', 'html'].includes(file.format) && field('row', t('imports.header_row'), (at) => <InputNumber key={row} id={at} disabled={busy} min={0} max={100} precision={0} defaultValue={row} changeOnWheel={false} onBlur={(e) => { const n = Number(e.target.value); if (e.target.value.trim() && Number.isInteger(n) && n >= 0 && n !== row) onChange({ header_row: n }, true) }} />)}
      {dated && field('dates', t('imports.date_order'), (at) => <Select id={at} disabled={busy} value={mapping.date_order ?? 'ymd'} onChange={(value: DateOrder) => onChange({ date_order: value })} options={(['ymd', 'dmy', 'mdy'] as const).map((value) => ({ value, label: t(`imports.date_${value}`) }))} />)}
      {numeric && field('mark', t('imports.decimal_mark'), (at) => <Select id={at} disabled={busy} value={mapping.decimal_mark ?? 'point'} onChange={(value: 'point' | 'comma') => onChange({ decimal_mark: value })} options={(['point', 'comma'] as const).map((value) => ({ value, label: t(`imports.decimal_${value}`) }))} />)}
      {dated && facts && field('zone', t('imports.time_zone'), (at) => <Select id={at} disabled={busy} showSearch popupMatchSelectWidth={240} value={mapping.time_zone} onChange={(value: string) => onChange({ time_zone: value })} options={zoneOptions} />)}
      {trade && !has('order.id') && field('orders', t('imports.order_identity'), (at) => <Select id={at} disabled={busy} popupMatchSelectWidth={false} value={mapping.order_identity === 'customer_day' ? 'customer_day' : 'row'} onChange={(value: 'row' | 'customer_day') => onChange({ order_identity: value })} options={(['row', 'customer_day'] as const).map((value) => ({ value, label: t(`imports.order_${value}`) }))} />)}
      {trade && has('order.id') && field('prefix', t('imports.refund_prefix'), (at) => <Input id={at} disabled={busy} maxLength={8} value={mapping.refund_prefix ?? ''} placeholder={t('imports.refund_prefix_none')} onChange={(e) => onChange({ refund_prefix: e.target.value || null })} />)}
      {has('answer.score') && !has('answer.question') && field('question', t('imports.question'), (at) => <Select id={at} disabled={busy} popupMatchSelectWidth={false} value={mapping.question ?? 'csat'} onChange={(value: string) => onChange({ question: value })} options={known(['nps', 'csat', 'ces'], mapping.question).map((value) => ({ value, label: ['nps', 'csat', 'ces'].includes(value) ? t(`imports.question_${value}`) : value }))} />)}
      {gives(mapping, 'interaction') && !has('interaction.kind') && field('touch', t('imports.interaction_kind'), (at) => <Input id={at} disabled={busy} maxLength={60} value={mapping.interaction_kind ?? ''} placeholder="contact" onChange={(e) => onChange({ interaction_kind: e.target.value || null })} />)}
      {gives(mapping, 'line') && has('order.id') && <Checkbox disabled={busy} checked={mapping.continued ?? false} onChange={(e) => onChange({ continued: e.target.checked })}>{t('imports.continued')}</Checkbox>}
      {mapping.kinds?.length === 1 && gives(mapping, 'customer') && mapping.columns.some((c) => c.identifier !== false && targets.some((x) => x.identifier && x.target === c.target)) && (
        <Checkbox disabled={busy} checked={mapping.customer_by_row ?? false} onChange={(e) => onChange({ customer_by_row: e.target.checked })}>{t('imports.customer_by_row')}</Checkbox>
      )}
    </div>
  )
}
