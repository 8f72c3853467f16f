import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { sure } from '@/api/duplicates'
import { dataQuality } from '@/api/quality'
import { customers, imports, jobsPage, session } from '@/api/queries'
import { webhooks } from '@/api/webhooks'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { given, unanswered, unfinished, worseSince } from './waiting'

/** One's own customers, and what waits for somebody: one line, whose height is there before anything is known. */
export function Notices() {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const { data: now } = useQuery(session)
  const me = now?.user?.id ?? ''
  const mine = useInfiniteQuery({ ...customers({ owner: me, columns: 'net' }, 1), enabled: me !== '' }).data?.pages[0]?.total ?? 0
  const quality = useQuery(dataQuality)
  const twins = useQuery({ ...sure(0), enabled: may('customers:write') }).data?.total ?? 0
  const dead = useQuery({ queryKey: ['jobs', 'dead'], queryFn: ({ signal }) => jobsPage({ state: 'dead', limit: 50 }, signal), enabled: may('export:take') })
  const files = useQuery({ ...imports, enabled: may('imports:write') })
  const running = useQuery({ queryKey: ['jobs', 'mine'], queryFn: ({ signal }) => jobsPage({ mine: true, limit: 50 }, signal), enabled: may('export:take') })
  const hooks = useQuery({ ...webhooks, enabled: may('settings:write') })
  const drop = quality.data?.ready ? worseSince(quality.data) : null
  const lost = given(dead.data?.items ?? [], Date.now())
  const failing = (hooks.data?.items ?? []).filter((w) => w.state === 'paused' || (w.state !== 'off' && w.failures > 0)).length
  const asking = unanswered(files.data ?? [])
  const open = unfinished(running.data?.items ?? [])
  const quiet = quality.data?.ready && !asking.length && !open && !drop && !twins && !lost && !failing
  return (
    // a scrolling region must be reachable by keyboard
    <section className="card notices" aria-label={t('today.notices')} tabIndex={0} data-testid="notices">
      {mine > 0 && <Link to="/customers" search={{ owner: me } as never}>{t('today.mine', { count: mine, n: f.integer(mine) })}</Link>}
      {asking.length > 0 && <Link {...(asking.length === 1 && asking[0] ? { to: '/imports/$id', params: { id: asking[0].id } } : { to: '/imports' })}>{t('today.asking', { count: asking.length, n: f.integer(asking.length) })}</Link>}
      {open > 0 && <Link to="/jobs" search={{ mine: 'yes' }}>{t('today.running', { count: open, n: f.integer(open) })}</Link>}
      {drop && <Link className="worse" to="/data-quality">▼ {t('today.quality_worse', { now: drop.now, before: drop.before, day: drop.day })}</Link>}
      {twins > 0 && <Link to="/duplicates">{t('today.twins', { count: twins, n: f.integer(twins) })}</Link>}
      {lost > 0 && <Link className="worse" to="/jobs" search={{ state: 'dead' }}>▼ {t('today.dead', { count: lost, n: f.integer(lost) })}</Link>}
      {failing > 0 && <Link className="worse" to="/settings/webhooks">▼ {t('today.failing', { count: failing, n: f.integer(failing) })}</Link>}
      {quiet && <span className="soft">{t('today.quiet')}</span>}
    </section>
  )
}
