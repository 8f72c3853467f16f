import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { customers, jobsPage, session } from '@/api/queries'
import { useMay } from '@/parts/access'
import { Line } from '@/parts/attention/Line'
import { useAttention } from '@/parts/attention/useAttention'
import { unfinished } from '@/parts/attention/waiting'
import { useFormat } from '@/parts/format'

/** One's own customers, and what waits for somebody: one line, whose height is there before anything is known. */
export function Notices() {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const { data: now } = useQuery(session)
  const me = now?.user?.id ?? ''
  const mine = useInfiniteQuery({ ...customers({ owner: me, columns: 'net' }, 1), enabled: me !== '' }).data?.pages[0]?.total ?? 0
  const running = useQuery({ queryKey: ['jobs', 'mine'], queryFn: ({ signal }) => jobsPage({ mine: true, limit: 50 }, signal), enabled: may('export:take') })
  const open = unfinished(running.data?.items ?? [])
  const waiting = useAttention()
  return (
    // a scrolling region must be reachable by keyboard
    <section className="card notices" aria-label={t('today.notices')} tabIndex={0} data-testid="notices">
      {mine > 0 && <Link to="/customers" search={{ owner: me } as never}>{t('today.mine', { count: mine, n: f.integer(mine) })}</Link>}
      {open > 0 && <Link to="/jobs" search={{ mine: 'yes' }}>{t('today.running', { count: open, n: f.integer(open) })}</Link>}
      {waiting?.map((x) => <Line key={x.key} of={x} />)}
      {waiting?.length === 0 && !open && <span className="soft">{t('today.quiet')}</span>}
    </section>
  )
}
