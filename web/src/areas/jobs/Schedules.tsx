import { useQuery } from '@tanstack/react-query'
import { schedules } from '@/api/queries'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Failed, Loading } from '@/parts/States'

/** What is done every day, when it was done last and is due next, in the time of the business. */
export function Schedules() {
  const f = useFormat()
  const { t } = f
  const { data, error, isPending, refetch } = useQuery(schedules)
  return (
    <Card title={t('jobs.schedules')} className="flush">
      {isPending && <div className="page"><Loading lines={3} /></div>}
      {error && <Failed error={error} retry={() => void refetch()} />}
      {data && (
        <div className="scroll" role="group" tabIndex={0} aria-label={t('jobs.schedules')}>
          <table className="data-table blocks jobs">
            <thead><tr><th scope="col">{t('jobs.what')}</th><th scope="col">{t('jobs.every_day')}</th><th scope="col">{t('jobs.last')}</th><th scope="col">{t('jobs.next')}</th></tr></thead>
            <tbody>
              {data.map((s) => (
                <tr key={s.key} data-schedule={s.key}>
                  <td className="whole"><div className="strong">{t(`jobs.kind_${s.key}`)}</div><div className="small soft">{t(`jobs.about_${s.key}`)}</div></td>
                  <td className="nowrap" data-label={t('jobs.every_day')}>{s.time}</td>
                  <td className="nowrap soft" data-label={t('jobs.last')}>{s.last_at ? f.instant(s.last_at) : t('jobs.never')}{s.last_job && ` · ${t(`jobs.state_${s.last_job.state}`)}`}</td>
                  <td className="nowrap soft" data-label={t('jobs.next')}>{f.instant(s.next_at)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  )
}
