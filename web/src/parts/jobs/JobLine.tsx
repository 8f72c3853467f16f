import { useState } from 'react'
import { cancelJob, retryJob, stopImport } from '@/api/queries'
import type { Job } from '@/api/types'
import { type Format, useFormat } from '../format'
import { useProblemText } from '../States'
import { toast } from '../toast'
import { fileOf } from './exports'
import { answered, isOpen } from './stream'

/** What a job is, in words. */
export function jobName(job: Job, f: Format): string {
  const { t } = f
  if (job.kind === 'export' && job.export) {
    if (job.export.everything) return t('everything.name', { format: job.export.everything.toUpperCase() })
    const what = job.export.segment ? t('jobs.of_segment', { name: job.export.segment }) : t('jobs.of_customers')
    return t('jobs.export_of', { what, format: job.export.format.toUpperCase() })
  }
  if (job.files.length) return t(`jobs.kind_${job.kind}`) + t('jobs.colon') + job.files.join(t('jobs.comma'))
  const key = `jobs.kind_${job.kind}`
  const own = t(key)
  return own === key ? job.kind : own
}

/** How far it is: `12 %`, rows, time left. */
export function Progress({ job }: { job: Job }) {
  const f = useFormat()
  const { t } = f
  const share = job.total ? Math.min(1, job.done / job.total) : undefined
  const of = job.unit === 'bytes' ? f.bytes : f.integer
  const counted = job.total > 0 && t(job.unit === 'bytes' ? 'jobs.bytes' : 'jobs.rows', { done: of(job.done), total: of(job.total) })
  const left = job.seconds_left != null && (job.seconds_left < 60 ? t('jobs.seconds_left', { count: job.seconds_left, n: job.seconds_left }) : t('jobs.minutes_left', { count: Math.ceil(job.seconds_left / 60), n: Math.ceil(job.seconds_left / 60) }))
  const words = job.stopping ? t('jobs.stopping') : job.state === 'queued' ? (job.next_try_at ? t('jobs.tried_again', { at: f.instant(job.next_try_at) }) : t('jobs.waiting')) : job.total > 0 && job.done >= job.total ? t('jobs.finishing') : [share !== undefined && f.percent(share, 0), counted, left].filter(Boolean).join(' · ') || t('jobs.state_running')
  return (
    <div className="job-progress">
      {share !== undefined && <div className="progress" role="progressbar" aria-label={jobName(job, f)} aria-valuenow={Math.round(share * 100)} aria-valuemin={0} aria-valuemax={100}><i style={{ width: `${share * 100}%` }} /></div>}
      <span className="soft small">{words}</span>
    </div>
  )
}

/** How it ended. */
export function Outcome({ job }: { job: Job }) {
  const f = useFormat()
  const { t } = f
  if (job.state === 'dead') return <span className="small worse">{f.label(job.problem?.message)}</span>
  if (job.state === 'cancelled') return <span className="small soft">{t('jobs.state_cancelled')}</span>
  const a = job.arrival
  if (a) return <span className="small soft">{t('everything.arrived', { same: f.integer(a.same), total: f.integer(a.customers) })}</span>
  const r = job.records
  if (r) return <span className="small soft">{[t('records.import_line', { made: f.integer(r.made), changed: f.integer(r.changed) }), r.refused > 0 && t('records.import_line_refused', { n: f.integer(r.refused) })].filter(Boolean).join(' · ')}</span>
  const e = job.export
  if (!e) return <span className="small soft">{t('jobs.state_done')}</span>
  const parts = [t('jobs.rows_written', { count: job.done, n: f.integer(job.done) }), e.bytes != null && f.bytes(e.bytes), e.masked && t('jobs.masked'), e.available ? e.expires_at && t('jobs.kept_until', { at: f.instant(e.expires_at) }) : t('jobs.gone')]
  return <span className="small soft">{parts.filter(Boolean).join(' · ')}</span>
}

/** What can be done with it. */
export function JobActions({ job }: { job: Job }) {
  const f = useFormat()
  const { t } = f
  const problem = useProblemText()
  const [busy, setBusy] = useState(false)
  const act = async (todo: () => Promise<unknown>) => {
    setBusy(true)
    try {
      await todo()
    } catch (error) {
      toast.bad(problem(error))
    } finally {
      setBusy(false)
    }
  }
  const name = jobName(job, f)
  const stop = () => act(() => (job.id.startsWith('imp_') ? stopImport(job.id) : answered(job.id, () => cancelJob(job.id))))
  return (
    <span className="row nowrap small job-actions">
      {job.can_download && <a href={fileOf(job)} download aria-label={t('jobs.download_of', { name })}>{t('jobs.download')}</a>}
      {job.can_retry && <button type="button" className="linkish" disabled={busy} aria-label={t('jobs.retry_of', { name })} onClick={() => void act(() => answered(job.id, () => retryJob(job.id)))}>{t('jobs.retry')}</button>}
      {isOpen(job) && job.can_cancel && <button type="button" className="linkish danger" disabled={busy} aria-label={t('jobs.cancel_of', { name })} onClick={() => void stop()}>{t('jobs.cancel')}</button>}
    </span>
  )
}
