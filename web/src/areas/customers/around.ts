/** The list somebody came from, so that one customer leads to the next. It lives as long as the page. */
let list: { ids: string[]; total: number } = { ids: [], total: 0 }

export const remember = (ids: string[], total: number) => { list = { ids, total } }

/** Who stands before and after a customer in that list, and the place in it. */
export function around(id: string): { before?: string; after?: string; place: number; total: number } | null {
  const i = list.ids.indexOf(id)
  return i < 0 ? null : { before: list.ids[i - 1], after: list.ids[i + 1], place: i + 1, total: list.total }
}
