import { call } from '@/api/client'
import type { CustomerQuery } from '@/api/queries'
import type { CustomerPage } from '@/api/types'

interface List { ids: string[]; total: number; query: CustomerQuery; cursor?: string | null }

/** The list somebody came from, so that one customer leads to the next. It lives as long as the page. */
let list: List = { ids: [], total: 0, query: {} }

export const remember = (next: List) => { list = next }

/** Who stands before and after a customer in that list, and the place in it; `more`: the list goes on behind what was shown of it. */
export function around(id: string): { before?: string; after?: string; more: boolean; place: number; total: number } | null {
  const i = list.ids.indexOf(id)
  return i < 0 ? null : { before: list.ids[i - 1], after: list.ids[i + 1], more: !list.ids[i + 1] && !!list.cursor, place: i + 1, total: list.total }
}

/** The next one, fetched where the list goes on behind what was shown of it. */
export async function onward(id: string): Promise<string | undefined> {
  const near = around(id)
  if (!near?.more) return near?.after
  const of = list
  const page = await call<CustomerPage>('GET', '/customers', { query: { ...of.query, limit: 50, cursor: of.cursor } })
  // somebody may have gone to another list meanwhile
  if (list === of) list = { ...of, ids: [...new Set([...of.ids, ...page.items.map((c) => c.id)])], cursor: page.next_cursor }
  return around(id)?.after
}
