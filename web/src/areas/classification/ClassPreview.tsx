import { useQuery } from '@tanstack/react-query'
import { previewClassification } from '@/api/queries'
import type { Classification } from '@/api/types'
import { isProblem } from '@/api/problem'
import { Bars } from '@/parts/Bars'
import { PlainTable } from '@/parts/ChartCard'
import { useFormat } from '@/parts/format'
import { useDebounced } from '@/parts/hooks'
import { Failed } from '@/parts/States'
import '@/parts/definition/definition.css'

/** The classes as they would be, and who would change class: counted while the rules are being written. `definition` is null while something is missing. */
export function ClassPreview({ definition }: { definition: Classification | null }) {
  const f = useFormat()
  const { t } = f
  const text = useDebounced(definition ? JSON.stringify(definition) : '', 300)
  const query = useQuery({ ...previewClassification(text ? (JSON.parse(text) as Classification) : ({} as Classification)), enabled: text !== '' })
  const data = text ? query.data : undefined
  const stale = query.isPlaceholderData || text !== (definition ? JSON.stringify(definition) : '')
  if (query.error && text) return isProblem(query.error) && query.error.span ? null : <Failed error={query.error} />
  if (!data) return null
  const moves = data.links.filter((l) => l.source !== l.target && l.source).sort((a, b) => b.customers - a.customers)
  const name = (key: string) => f.label(data.names[key]) || key
  return (
    <section className={`stack${stale ? ' soft' : ''}`} data-testid="class-preview" aria-label={t(data.links.length ? 'versions.class_moves' : 'versions.class_new')} aria-live="polite">
      <h3 className="preview-head">{t(data.links.length ? 'versions.class_moves' : 'versions.class_new')}</h3>
      {data.links.length > 0 && <p className="strong">{t('versions.class_moved', { count: data.moved, n: f.integer(data.moved) })}</p>}
      {moves.length > 0 && <PlainTable caption={t('versions.class_moves')} fit columns={[{ name: t('versions.class_from_to') }, { name: t('classification.customers'), number: true }, { name: t('classification.net'), number: true }]} rows={moves.slice(0, 12).map((l) => [`${name(l.source)} → ${name(l.target)}`, f.integer(l.customers), f.money(l.net)])} />}
      <Bars items={data.classes} />
      <p className="soft small">{t('versions.class_exact', { ms: data.milliseconds < 1 ? '<1' : f.integer(data.milliseconds), day: data.as_of })}</p>
    </section>
  )
}
