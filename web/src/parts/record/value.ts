import type { FormField, RecordItem } from '@/api/types'
import { optionNames } from '@/parts/field/words'
import type { Format } from '@/parts/format'

/** How a record's value reads; a dash for none. */
export function shownIn(record: RecordItem, field: FormField, f: Format): string {
  const value = record.values[field.key]
  if (!value) return '—'
  if (field.kind === 'customer' && value.type === 'text') return record.names[value.value] ?? value.value
  return optionNames(field.options ?? [], value, f.label) ?? f.value(value)
}
