import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { Job } from '@/api/types'
import { useFormat } from '@/parts/format'
import { Outcome, Progress } from '@/parts/jobs/JobLine'
import '@/parts/jobs/jobs.css'
import { isOpen, useJobs } from '@/parts/jobs/stream'
import { Card } from '@/parts/Page'

/** Everything of another business on its way in: how far it is, and whether it came in with the same result. */
export function Arrival({ ordered }: { ordered: Job }) {
  const f = useFormat()
  const { t } = f
  const queries = useQueryClient()
  const job = useJobs().get(ordered.id) ?? ordered
  const { state } = job
  // nothing on any page is as it was
  useEffect(() => { if (state === 'done') void queries.invalidateQueries() }, [queries, state])
  const a = job.arrival
  return (
    <Card title={t('everything.in_title')}>
      <div className="stack" role="status">
        {isOpen(job) && <><Progress job={job} /><p className="small soft">{t('everything.in_running')}</p></>}
        {state === 'dead' && <p className="worse">{t('everything.in_failed', { why: f.label(job.problem?.message) })}</p>}
        {state === 'cancelled' && <Outcome job={job} />}
        {state === 'done' && (
          <>
            <p className="strong">{t('everything.in_done')}</p>
            <p data-testid="compared">{!a ? t('everything.in_unknown') : a.same === a.customers ? t('everything.in_same', { day: a.as_of, n: f.integer(a.customers) }) : t('everything.in_differ', { day: a.as_of, n: f.integer(a.customers - a.same), total: f.integer(a.customers), names: a.differ.join(t('everything.comma')) })}</p>
            <p className="small soft">{t('everything.in_invite')}</p>
            <div className="row"><Link to="/customers">{t('everything.in_look')}</Link></div>
          </>
        )}
      </div>
    </Card>
  )
}
