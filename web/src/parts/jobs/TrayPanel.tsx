import { Link } from '@tanstack/react-router'
import { useFormat } from '../format'
import { JobActions, jobName, Outcome, Progress } from './JobLine'
import { inTray, isOpen, useJobs } from './stream'

/** The jobs of the tray, line by line. */
export default function TrayPanel({ onDone }: { onDone: () => void }) {
  const f = useFormat()
  const { t } = f
  const shown = inTray(useJobs())
  return (
    <div className="tray">
      {shown.length === 0 && <p className="soft">{t('jobs.tray_empty')}</p>}
      <ul>
        {shown.map((job) => (
          <li key={job.id} data-job={job.id} data-state={job.state}>
            <div className="tray-head"><span className="clip" title={jobName(job, f)}>{jobName(job, f)}</span><JobActions job={job} /></div>
            {isOpen(job) ? <Progress job={job} /> : <Outcome job={job} />}
          </li>
        ))}
      </ul>
      <Link className="small" to="/jobs" search={{ state: undefined, kind: undefined, mine: undefined }} onClick={onDone}>{t('jobs.all')}</Link>
    </div>
  )
}
