/** What stands in a customer's timeline beside the facts: records of the business's own kinds, and merges. */

import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type Merge, ofCustomer } from '@/api/duplicates'
import { objects as objectsQuery, recordsOf } from '@/api/objects'
import type { AsOf } from '@/api/queries'
import type { CustomObject, RecordItem } from '@/api/types'
import type { Format } from '@/parts/format'
import { recordLine } from '@/parts/record/value'

export interface RecordOn { day: string; record: RecordItem; object: CustomObject }
export interface MergeOn { day: string; merge: Merge }

/** The records of a customer and the merges they are made of, each with the day it stands on; of a past day what was so by then. `ready`: all of it is known, so that nothing comes in between what stands already. */
export function useBeside(id: string, at: AsOf, f: Format): { records: RecordOn[]; merges: MergeOn[]; ready: boolean } {
  const asked = [useQuery(objectsQuery), useQuery(recordsOf(id)), useQuery(ofCustomer(id))] as const
  const [kinds, records, merges] = [asked[0].data ?? [], asked[1].data ?? [], asked[2].data?.merges ?? []]
  const dayOf = (iso: string) => f.instant(iso).slice(0, 10)
  const then = (day: string, known = day) => !at.as_of || (day <= at.as_of && (at.known === 'today' || known <= at.as_of))
  return {
    ready: asked.every((q) => !q.isPending),
    records: records.flatMap((record) => {
      const object = kinds.find((o) => o.id === record.object)
      const written = dayOf(record.created_at)
      const day = record.day ?? written
      return object && then(day, written) ? [{ day, record, object }] : []
    }),
    merges: merges.map((merge) => ({ day: dayOf(merge.at), merge })).filter((m) => then(m.day)),
  }
}

export function RecordLine({ of, customer, f }: { of: RecordOn; customer: string; f: Format }) {
  return (
    <li>
      <time dateTime={of.day}>{of.day}</time>
      <span className="dot record" role="img" aria-label={f.t('customers.type_record')} />
      <span><Link to="/objects/$id" params={{ id: of.object.id }} search={{ customer, record: of.record.id }}>{f.label(of.object.label)} #{of.record.number}</Link><div className="soft small">{recordLine(of.record, of.object, f)}</div></span>
    </li>
  )
}

export function MergeLine({ of: { day, merge: m }, f }: { of: MergeOn; f: Format }) {
  return (
    <li>
      <time dateTime={day} title={f.instant(m.at)}>{day}</time>
      <span className="dot merge" role="img" aria-label={f.t('customers.type_merge')} />
      <span>{f.t('duplicates.merged_from', { name: m.merged.name ?? m.merged.id, into: m.survivor.name ?? m.survivor.id, at: f.instant(m.at), by: m.author_name ?? m.author })}</span>
    </li>
  )
}
