import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { session } from '@/api/queries'
import { useT } from '@/i18n'
import { TrayIcon } from '../icons'
import { Pop } from '../Pop'
import { useSampleComing } from '../sample/coming'
import { useArrivals } from './exports'
import './jobs.css'
import { useBrought } from './records'
import { inTray, isOpen, useJobs, useStream } from './stream'

const TrayPanel = lazy(() => import('./TrayPanel'))

/** What goes on in the background, on every page: how far it is, a way to stop it, and the file when it is there. */
export function Tray() {
  const { t } = useT()
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
      {(close) => <Suspense fallback={<div className="tray" />}><TrayPanel onDone={close} /></Suspense>}
    </Pop>
  )
}
