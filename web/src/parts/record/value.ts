import type { CustomObject, FormField, RecordItem } from '@/api/types'
import { optionNames } from '@/parts/field/words'
import type { Format } from '@/parts/format'

/** How a record's value reads; a dash for none. */
export function shownIn(record: RecordItem, field: FormField, f: Format): string {
  const value = record.values[field.key]
  if (!value) return '—'
  if (field.kind === 'customer' && value.type === 'text') return record.names[value.value] ?? value.value
  return optionNames(field.options ?? [], value, f.label) ?? f.value(value)
}

/** A record in one line: its first three fields that say something, without whom and when. */
export const recordLine = (record: RecordItem, object: CustomObject, f: Format): string =>
  object.sections.flatMap((s) => s.fields).filter((x) => x.kind !== 'customer' && x.key !== object.time && record.values[x.key]).slice(0, 3).map((x) => shownIn(record, x, f)).join(' · ')
