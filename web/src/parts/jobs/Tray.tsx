import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { session } from '@/api/queries'
import { useFormat } from '../format'
import { TrayIcon } from '../icons'
import { Pop } from '../Pop'
import { useSampleComing } from '../sample/Sample'
import { useArrivals } from './exports'
import { JobActions, jobName, Outcome, Progress } from './JobLine'
import './jobs.css'
import { useBrought } from './records'
import { inTray, isOpen, useJobs, useStream } from './stream'

/** What goes on in the background, on every page: how far it is, a way to stop it, and the file when it is there. */
export function Tray() {
  const f = useFormat()
  const { t } = f
  const user = useQuery(session).data?.user?.id
  useStream(user)
  useArrivals()
  useBrought()
  useSampleComing()
  const shown = inTray(useJobs())
  const open = shown.filter(isOpen).length
  return (
    <Pop
      className={`icon-btn tray-btn${shown.length ? '' : ' hide-phone'}`} align="right" testid="tray"
      label={open ? t('jobs.tray_open', { count: open, n: open }) : t('jobs.tray')}
      button={<><TrayIcon />{open > 0 && <span className="badge" aria-hidden="true">{open}</span>}</>}
    >
      {(close) => (
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
          <Link className="small" to="/jobs" search={{ state: undefined, kind: undefined, mine: undefined }} onClick={close}>{t('jobs.all')}</Link>
        </div>
      )}
    </Pop>
  )
}
