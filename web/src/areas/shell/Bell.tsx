import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useState } from 'react'
import { session } from '@/api/queries'
import { useT } from '@/i18n'
import { BellIcon } from '@/parts/icons'
import { Pop } from '@/parts/Pop'

const Panel = lazy(() => import('@/parts/attention/Panel'))
const Watch = lazy(() => import('@/parts/attention/Watch'))

/** What waits for the reader, on every page; asked for once the page stands. */
export function Bell() {
  const { t } = useT()
  const user = useQuery(session).data?.user?.id ?? ''
  const [watching, setWatching] = useState(false)
  const [news, setNews] = useState(0)
  useEffect(() => {
    const timer = setTimeout(() => setWatching(true), 3000)
    return () => clearTimeout(timer)
  }, [])
  return (
    <>
      <Pop className="icon-btn tray-btn" align="right" testid="bell" label={news ? t('shell.bell_news', { count: news }) : t('shell.bell')} button={<><BellIcon />{news > 0 && <span className="badge" aria-hidden="true">{news}</span>}</>}>
        {(close) => <Suspense fallback={<div className="tray" />}><Panel user={user} onDone={close} /></Suspense>}
      </Pop>
      {watching && user && <Suspense fallback={null}><Watch user={user} onNews={setNews} /></Suspense>}
    </>
  )
}
