import { useQuery } from '@tanstack/react-query'
import { type AsOf, overview, schedules } from '@/api/queries'
import { useMay } from '../access'
import { useFormat } from '../format'
import './definition.css'

/** When who is in it was computed, how long that took, and for whoever may see what is done every day when it is done next. */
export function RunLine({ at }: { at: AsOf }) {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const { data } = useQuery(overview(at))
  const daily = useQuery({ ...schedules, enabled: !at.as_of && may('audit:read') }).data?.find((s) => s.key === 'roll')
  const seconds = (data?.run.milliseconds ?? 0) / 1000
  return (
    <p className="soft small run-line" data-testid="run-line">
      {data && [...(at.as_of ? [] : [t('versions.kept')]), t('versions.last_run', { at: f.instant(data.run.computed_at) }), t('versions.took', { s: seconds < 0.01 ? `<${f.decimal(0.01, 2)}` : f.decimal(seconds, 2) }), ...(daily ? [t('versions.next_run', { at: f.instant(daily.next_at) })] : [])].join(' · ')}
    </p>
  )
}
