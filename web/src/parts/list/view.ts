import type { View } from '@/api/types'

export type Search = Record<string, string | undefined>

/** A list whose views are kept. `keeps`: parameters of its address that a view remembers; `sort`: the order it has by itself; `object`: the records it lists, if it is no list of customers. */
export interface ListKind { keeps: (key: string) => boolean; sort: string; object?: string }

const kept = ['rule', 'segment', 'entered', 'left', 'q', 'tag', 'owner', 'finding', 'sort', 'columns', 'density', 'display']
/** The list of customers; the day one looks at is nothing a view remembers. */
export const ofCustomers: ListKind = { keeps: (key) => kept.includes(key) || ['class.', 'was.', 'f.'].some((p) => key.startsWith(p)), sort: '-net' }
/** A list of records. */
export const ofRecords = (object: string): ListKind => ({ keeps: (key) => ['q', 'customer', 'sort', 'columns'].includes(key) || key.startsWith('f.'), sort: '-number', object })

/** What the address says, as a view would remember it. */
export function queryOf(kind: ListKind, search: Search): Record<string, string> {
  const pairs = Object.entries(search).filter((p): p is [string, string] => !!p[1] && kind.keeps(p[0]))
  return Object.fromEntries(pairs.sort(([a], [b]) => a.localeCompare(b)))
}

/** The same as the server keeps it. */
export const sentOf = (kind: ListKind, search: Search): Record<string, string> => ({ ...queryOf(kind, search), ...(kind.object && { object: kind.object }) })

/** Does the address still say what the view says? */
export function changed(kind: ListKind, view: View, search: Search): boolean {
  const text = (query: Record<string, string>) => JSON.stringify(Object.entries(queryOf(kind, query)).filter(([k, v]) => !(k === 'sort' && v === kind.sort)))
  return text(view.query) !== text(queryOf(kind, search))
}

/** The address of a view: everything of another is gone. */
export function searchOf(kind: ListKind, view: View | null, now: Search): Search {
  const others = Object.fromEntries(Object.entries(now).filter(([k]) => !kind.keeps(k) && k !== 'view'))
  // a view that narrows nothing still says something, or it could not be told from its bare link
  return view ? { ...others, sort: kind.sort, ...queryOf(kind, view.query), view: view.id } : { ...others, view: 'all' }
}

/** Is this a bare link to a view, that is still to be opened? */
export const bare = (kind: ListKind, search: Search) => !!search.view && search.view !== 'all' && Object.keys(queryOf(kind, search)).length === 0
