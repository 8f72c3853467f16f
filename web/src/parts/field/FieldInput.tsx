import { DatePicker, Input, InputNumber, Select } from 'antd'
import dayjs from 'dayjs'
import type { EntryKind, Named, Written } from '@/api/types'
import { useFormat } from '@/parts/format'

interface Props {
  kind: EntryKind
  options: Named[]
  value: Written | undefined
  onChange: (next: Written | undefined) => void
  label?: string
  id?: string
  size?: 'small' | 'middle'
  autoFocus?: boolean
  disabled?: boolean
  /** whoever fills it in is done: Enter, a choice, or a click elsewhere */
  onDone?: (next: Written | undefined) => void
  /** Esc */
  onLeave?: () => void
}

/** One value of a field, typed or chosen. */
export function FieldInput({ kind, options, value, onChange, label, id, size = 'middle', autoFocus, disabled, onDone, onLeave }: Props) {
  const f = useFormat()
  const key = (event: { key: string; nativeEvent: { isComposing: boolean }; stopPropagation: () => void }) => {
    event.stopPropagation()
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter' && kind !== 'long_text' && kind !== 'choices') onDone?.(value)
    if (event.key === 'Escape') onLeave?.()
  }
  const common = { id, size, autoFocus, disabled, 'aria-label': label, className: 'field-input' }
  const both = (next: Written | undefined) => { onChange(next); onDone?.(next) }
  const named = options.map((o) => ({ value: o.key, label: f.label(o.label) || o.key }))
  switch (kind) {
    case 'bool':
      return <Select {...common} defaultOpen={autoFocus && !!onDone} allowClear value={typeof value === 'boolean' ? String(value) : undefined} onChange={(v: string | undefined) => both(v === undefined ? undefined : v === 'true')} onBlur={() => onDone?.(value)} onKeyDown={key} options={[{ value: 'true', label: f.t('common.yes') }, { value: 'false', label: f.t('common.no') }]} />
    case 'choice':
      return <Select {...common} defaultOpen={autoFocus && !!onDone} allowClear value={typeof value === 'string' ? value : undefined} onChange={(v: string | undefined) => both(v)} onBlur={() => onDone?.(value)} onKeyDown={key} options={named} showSearch={{ optionFilterProp: 'label' }} popupMatchSelectWidth={false} />
    case 'choices':
      return <Select {...common} mode="multiple" defaultOpen={autoFocus && !!onDone} value={Array.isArray(value) ? value : []} onChange={(v: string[]) => onChange(v.length ? v : undefined)} onBlur={() => onDone?.(value)} onKeyDown={key} options={named} showSearch={{ optionFilterProp: 'label' }} popupMatchSelectWidth={false} />
    case 'day':
      return <DatePicker {...common} value={typeof value === 'string' && value ? dayjs(value) : null} onChange={(d) => both(d?.format('YYYY-MM-DD') ?? undefined)} onBlur={() => onDone?.(value)} onKeyDown={key} format="YYYY-MM-DD" />
    case 'number':
    case 'money':
      return <InputNumber<number> {...common} value={typeof value === 'number' ? value : null} onChange={(v) => onChange(v ?? undefined)} onBlur={() => onDone?.(value)} onKeyDown={key} changeOnWheel={false} controls={false} prefix={kind === 'money' ? f.currency.symbol : undefined} precision={kind === 'money' ? f.currency.digits : undefined} />
    case 'long_text':
      return <Input.TextArea {...common} rows={3} className="field-input grows" maxLength={10_000} value={typeof value === 'string' ? value : ''} onChange={(e) => onChange(e.target.value || undefined)} />
    default:
      return <Input {...common} maxLength={500} value={typeof value === 'string' ? value : ''} onChange={(e) => onChange(e.target.value || undefined)} onBlur={() => onDone?.(value)} onKeyDown={key} />
  }
}
