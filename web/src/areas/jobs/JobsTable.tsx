import type { Job } from '@/api/types'
import { type Format, useFormat } from '@/parts/format'
import { JobActions, jobName, Outcome, Progress } from '@/parts/jobs/JobLine'
import '@/parts/jobs/jobs.css'
import { isOpen } from '@/parts/jobs/stream'

export function JobsTable({ items }: { items: Job[] }) {
  const f = useFormat()
  const { t } = f
  return (
    // a scrolling region must be reachable by keyboard
    <div className="scroll" role="group" tabIndex={0} aria-label={t('jobs.title')}>
      <table className="data-table blocks jobs">
        <thead><tr><th scope="col">{t('jobs.what')}</th><th scope="col">{t('jobs.state')}</th><th scope="col">{t('jobs.who')}</th><th scope="col">{t('jobs.asked_at')}</th><th scope="col">{t('jobs.tries')}</th><th scope="col"><span className="sr">{t('jobs.actions')}</span></th></tr></thead>
        <tbody>
          {items.map((job) => (
            <tr key={job.id} data-job={job.id} data-state={job.state}>
              <td className="strong whole">{jobName(job, f)}</td>
              <td className="whole job-state"><State job={job} />{isOpen(job) ? <Progress job={job} /> : (job.state === 'dead' || (job.state === 'done' && (job.export || job.arrival || job.records))) && <Outcome job={job} />}</td>
              <td className="nowrap">{whoOf(job, f)}</td>
              <td className="nowrap soft">{job.created_at && f.instant(job.created_at)}</td>
              <td className="nowrap soft" data-label={t('jobs.tries')}>{t('jobs.tries_of', { n: job.attempts, most: job.max_attempts })}</td>
              <td><JobActions job={job} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function State({ job }: { job: Job }) {
  const { t } = useFormat()
  return <span className={`chip job-${job.state}`}>{t(`jobs.state_${job.state}`)}</span>
}

export const whoOf = (job: Job, { t }: Format) => job.actor?.name ?? (job.actor?.id === 'server' || job.actor?.id === 'cli' ? t(`jobs.actor_${job.actor.id}`) : (job.actor?.id ?? ''))
