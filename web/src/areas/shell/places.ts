import { useNavigate, useRouterState } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { Permission } from '@/api/types'
import { useMay } from '@/parts/access'
import { startEntry } from '@/parts/entry/open'
import { BoardIcon, EraseIcon, FeatureIcon, GridIcon, HomeIcon, HookIcon, ImportIcon, JobsIcon, KeyIcon, LogIcon, MailIcon, MemberIcon, PeopleIcon, QualityIcon, RecordsIcon, SegmentIcon, SqlIcon, TwinsIcon, UndoIcon } from '@/parts/icons'

/** The menu. `letter`: the shortcut behind G; `needs`: whoever may not is not shown it; `short`: at the bottom of a phone, where five
 * names have room. */
const places = [
  { to: '/', key: 'today', short: true, icon: HomeIcon, group: 'home', letter: 'H' },
  { to: '/customers', key: 'customers', short: true, icon: PeopleIcon, group: 'customers', letter: 'C' },
  { to: '/segments', key: 'segments', short: true, icon: SegmentIcon, group: 'customers', letter: 'S' },
  { to: '/duplicates', key: 'duplicates', icon: TwinsIcon, group: 'customers', letter: 'U' },
  { to: '/data-quality', key: 'quality', icon: QualityIcon, group: 'customers', letter: 'A' },
  { to: '/objects', key: 'objects', icon: RecordsIcon, group: 'customers', letter: 'R' },
  { to: '/imports', key: 'imports', icon: ImportIcon, group: 'customers', letter: 'I', needs: 'imports:write' },
  { to: '/classification', key: 'overview', short: true, icon: GridIcon, group: 'classify', letter: 'O' },
  { to: '/features', key: 'features', icon: FeatureIcon, group: 'classify', letter: 'F' },
  { to: '/dashboards', key: 'dashboards', short: true, icon: BoardIcon, group: 'classify', letter: 'D' },
  { to: '/sql', key: 'sql', icon: SqlIcon, group: 'manage', letter: 'Q', needs: 'export:take' },
  { to: '/changes', key: 'changes', icon: UndoIcon, group: 'manage', needs: 'customers:write' },
  { to: '/erasures', key: 'erasures', icon: EraseIcon, group: 'manage', needs: 'customers:erase' },
  { to: '/settings/users', key: 'members', icon: MemberIcon, group: 'manage', needs: 'members:manage' },
  { to: '/settings/tokens', key: 'tokens', icon: KeyIcon, group: 'manage', needs: 'tokens:write' },
  { to: '/settings/webhooks', key: 'webhooks', icon: HookIcon, group: 'manage', needs: 'settings:write' },
  { to: '/settings/mail', key: 'mail', icon: MailIcon, group: 'manage', needs: 'settings:write' },
  { to: '/jobs', key: 'jobs', icon: JobsIcon, group: 'manage', letter: 'J', needs: 'export:take' },
  { to: '/audit', key: 'audit', icon: LogIcon, group: 'manage', needs: 'audit:read' },
] as const satisfies readonly { to: string; key: string; icon: typeof PeopleIcon; group: string; short?: boolean; letter?: string; needs?: Permission }[]

export type Place = (typeof places)[number]

/** The places the reader may go to. */
export function usePlaces(): readonly Place[] {
  const may = useMay()
  return useMemo(() => places.filter((p) => !('needs' in p) || may(p.needs)), [may])
}

export const letterOf = (place: Place): string | undefined => ('letter' in place ? place.letter : undefined)

export const isShort = (place: Place): boolean => 'short' in place

/** Is this path on the place, or below it? */
export const isAt = (path: string, to: string): boolean => path === to || (to !== '/' && path.startsWith(`${to}/`)) || (to === '/classification' && path.startsWith('/classifications/'))

/** What the reader may make from any page, by the key of its name; `letter`: behind `C`. */
export function useNew(): { key: string; letter?: string; go: () => void }[] {
  const may = useMay()
  const navigate = useNavigate()
  // begun on somebody's page, it is theirs
  const customer = useRouterState({ select: (s) => /^\/customers\/([^/]+)$/.exec(s.location.pathname)?.[1] })
  return useMemo(() => [
    ...(may('imports:write') ? (['customer', 'order', 'interaction'] as const).map((kind) => ({ key: `entry.new_${kind}`, letter: kind === 'customer' ? 'C' : undefined, go: () => startEntry(kind === 'customer' ? { kind } : { kind, customer }) })) : []),
    ...(may('definitions:write') ? [{ key: 'shell.new_segment', letter: 'S', go: () => void navigate({ to: '/segments/new' }) }] : []),
  ], [may, navigate, customer])
}
