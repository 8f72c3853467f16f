import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { sure } from '@/api/duplicates'
import { mail } from '@/api/mail'
import { imports, invitations, jobsPage } from '@/api/queries'
import { dataQuality } from '@/api/quality'
import { webhooks } from '@/api/webhooks'
import { useMay } from '../access'
import { useFormat } from '../format'
import { lately, latest, unanswered, worseSince } from './waiting'

/** Something that waits for somebody. `level`: more of it, or a later one, is news; `worse`: something went wrong. */
export interface Attention { key: string; level: number; text: string; worse?: boolean; to: string; params?: Record<string, string>; search?: Record<string, string> }

/** Looked at now and then, also while a page stands open. */
const rest = { staleTime: 60_000, refetchInterval: 300_000 }

/** What needs the reader's attention, as far as it is theirs to see; undefined until it is known. */
export function useAttention(): Attention[] | undefined {
  const { t, integer } = useFormat()
  const may = useMay()
  const quality = useQuery({ ...dataQuality, ...rest }).data
  const twins = useQuery({ ...sure(0), ...rest, enabled: may('customers:write') })
  const dead = useQuery({ ...rest, queryKey: ['jobs', 'dead'], queryFn: ({ signal }) => jobsPage({ state: 'dead', limit: 50 }, signal), enabled: may('export:take') })
  const files = useQuery({ ...imports, ...rest, enabled: may('imports:write') })
  const hooks = useQuery({ ...webhooks, ...rest, enabled: may('settings:write') })
  const mails = useQuery({ ...mail, ...rest, enabled: may('settings:write') })
  const asked = useQuery({ ...invitations, ...rest, enabled: may('members:manage') })
  const known = !!quality && [twins, dead, files, hooks, mails, asked].every((q) => !q.isLoading)
  return useMemo(() => {
    if (!known) return undefined
    const now = Date.now()
    const some = (key: string, n: number, level: number, way: Pick<Attention, 'to' | 'params' | 'search' | 'worse'>, ...others: [string, string][]): Attention[] => (n > 0 ? [{ key, level, text: t(`today.${key}`, { count: n, n: integer(n), ...Object.fromEntries(others) }), ...way }] : [])
    const asking = unanswered(files.data ?? [])
    const short = lately((files.data ?? []).filter((i) => i.status === 'committed' && !i.sample && !!i.report?.quarantined), (i) => i.created_at, now)
    const drop = quality?.ready ? worseSince(quality) : null
    const lost = lately(dead.data?.items ?? [], (j) => j.finished_at ?? j.created_at, now)
    const failing = (hooks.data?.items ?? []).filter((w) => w.state === 'paused' || (w.state !== 'off' && w.failures > 0))
    const held = hooks.data?.held
    const unsent = lately((mails.data?.recent ?? []).filter((m) => m.state === 'dead'), (m) => m.finished_at ?? m.created_at, now)
    const lapsed = lately((asked.data ?? []).filter((i) => i.state === 'expired'), (i) => i.expires_at, now)
    const file = (all: { id: string }[]) => (all.length === 1 && all[0] ? { to: '/imports/$id', params: { id: all[0].id } } : { to: '/imports' })
    return [
      ...some('asking', asking.length, latest(asking.map((i) => i.created_at)), file(asking)),
      ...some('rejected', short.reduce((n, i) => n + (i.report?.quarantined ?? 0), 0), latest(short.map((i) => i.created_at)), file(short)),
      ...(drop ? [{ key: 'quality', level: latest([quality?.today]), text: t('today.quality_worse', { now: drop.now, before: drop.before, day: drop.day }), worse: true, to: '/data-quality' }] : []),
      ...some('twins', twins.data?.total ?? 0, twins.data?.total ?? 0, { to: '/duplicates' }),
      ...some('dead', lost.length, latest(lost.map((j) => j.finished_at ?? j.created_at)), { to: '/jobs', search: { state: 'dead' }, worse: true }),
      ...some('failing', failing.length, failing.length, { to: '/settings/webhooks', worse: true }),
      ...some('unsent', unsent.length, latest(unsent.map((m) => m.finished_at ?? m.created_at)), { to: '/settings/mail', worse: true }),
      ...some('held', held ? Math.max(1, held.waiting) : 0, latest([held?.restored_at]), { to: '/settings/webhooks' }),
      ...some('lapsed', lapsed.length, latest(lapsed.map((i) => i.expires_at)), { to: '/settings/users' }),
    ]
  }, [known, quality, twins.data, dead.data, files.data, hooks.data, mails.data, asked.data, t, integer])
}
