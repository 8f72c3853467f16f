import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { flow } from '@/api/queries'
import type { ClassificationSummary, Known } from '@/api/types'
import { daysBefore } from '@/i18n/format'
import { useFormat } from '@/parts/format'
import { movedOf } from './moved'

/** Whom the newest figures put into another class than the day before, in a sentence whose line is there before it is known. */
export function Changed({ day, known, classification }: { day: string; known?: Known; classification?: ClassificationSummary }) {
  const f = useFormat()
  const { t } = f
  const from = daysBefore(day, 1)
  const { data } = useQuery({ ...flow({ classification: classification?.key ?? '', from, to: day, known }), enabled: !!classification })
  const n = data ? movedOf(data.links).moved : 0
  return (
    <p className="overview-changed" data-testid="changed">
      {n > 0 && classification && <>{t('classification.changed_since', { count: n, n: f.integer(n), day: from, name: f.label(classification.label) })} <Link to="/classification" search={(old) => ({ ...old, from }) as never} hash="flow">{t('classification.changed_show')}</Link></>}
      {data && n === 0 && <span className="soft">{t('classification.changed_none', { day: from })}</span>}
    </p>
  )
}
