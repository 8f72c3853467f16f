import { useMemo } from 'react'
import type { Feature, Profile } from '@/api/types'
import { useMay } from '@/parts/access'
import { entryOf } from '@/parts/field/words'
import { useCatalog, useFormat, useTextLabel } from '@/parts/format'
import { Lock } from '@/parts/Masked'
import { Card } from '@/parts/Page'
import { AddField, FieldValue } from './FieldEdit'

/** The business's own fields, by key: those people fill in, and those records do. */
export function useOwnFields(p: Profile): Map<string, Feature> {
  const { byKey } = useCatalog()
  return useMemo(() => new Map(p.features.flatMap((x): [string, Feature][] => { const f = byKey.get(x.key); return f && (entryOf(f) || f.entry?.figure) ? [[x.key, f]] : [] })), [p.features, byKey])
}

/** What the business wants to know of its customers beyond what ships: each filled in where it stands. */
export function OwnFields({ profile: p }: { profile: Profile }) {
  const f = useFormat()
  const named = useTextLabel()
  const own = useOwnFields(p)
  const may = useMay()
  const lines = p.features.flatMap((x) => { const feature = own.get(x.key); return feature ? [{ ...x, feature }] : [] })
  if (lines.length === 0 && !may('definitions:write')) return null
  return (
    <Card title={f.t('fields.title')} extra={<AddField />}>
      {lines.length === 0 && <p className="soft small">{f.t('fields.none')}</p>}
      <dl className="feature-lines own-fields">
        {lines.map((x) => (
          <div key={x.key}>
            <dt title={x.key}>{f.label(x.label)}</dt>
            <dd>{x.masked ? <Lock whole /> : <FieldValue id={p.id} name={p.name ?? p.id} feature={x.feature} value={x.value} shown={named(x.key, x.value) ?? f.value(x.value, x.unit)} />}</dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}
