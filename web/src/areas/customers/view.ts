import type { View } from '@/api/types'

type Search = Record<string, string | undefined>

/** Parameters of the address that a view remembers; the day one looks at is none. */
const kept = ['rule', 'segment', 'entered', 'left', 'q', 'tag', 'owner', 'finding', 'sort', 'columns', 'density']
export const remembered = (key: string) => kept.includes(key) || ['class.', 'was.', 'f.'].some((p) => key.startsWith(p))

/** What the address says, as a view would remember it. */
export function queryOf(search: Search): Record<string, string> {
  const pairs = Object.entries(search).filter((p): p is [string, string] => !!p[1] && remembered(p[0]))
  return Object.fromEntries(pairs.sort(([a], [b]) => a.localeCompare(b)))
}

/** Does the address still say what the view says? */
export function changed(view: View, search: Search): boolean {
  const text = (query: Record<string, string>) => JSON.stringify(Object.entries(queryOf(query)).filter(([k, v]) => !(k === 'sort' && v === '-net')))
  return text(view.query) !== text(queryOf(search))
}

/** The address of a view: everything of another is gone. */
export function searchOf(view: View | null, now: Search): Search {
  const others = Object.fromEntries(Object.entries(now).filter(([k]) => !remembered(k) && k !== 'view'))
  // a view that narrows nothing still says something, or it could not be told from its bare link
  return view ? { ...others, sort: '-net', ...view.query, view: view.id } : { ...others, view: 'all' }
}

/** Is this a bare link to a view, that is still to be opened? */
export const bare = (search: Search) => !!search.view && search.view !== 'all' && Object.keys(queryOf(search)).length === 0
