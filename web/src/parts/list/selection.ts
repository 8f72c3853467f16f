/** Who is selected in a list: some rows, or everybody the filter leaves but some. */
export interface Selection { all: boolean; ids: ReadonlySet<string>; anchor: string | null }

export const nobody: Selection = { all: false, ids: new Set(), anchor: null }

export const holds = (s: Selection, id: string) => s.all !== s.ids.has(id)

/** How many, of so many in the list. */
export const size = (s: Selection, total: number) => (s.all ? Math.max(0, total - s.ids.size) : s.ids.size)

export function toggle(s: Selection, id: string): Selection {
  const ids = new Set(s.ids)
  if (!ids.delete(id)) ids.add(id)
  return { ...s, ids, anchor: id }
}

/** From the row that was touched last to this one, all as this one becomes. */
export function range(s: Selection, shown: readonly string[], id: string): Selection {
  const [from, to] = [s.anchor === null ? -1 : shown.indexOf(s.anchor), shown.indexOf(id)]
  if (from < 0 || to < 0) return toggle(s, id)
  const on = !holds(s, id)
  const ids = new Set(s.ids)
  for (const x of shown.slice(Math.min(from, to), Math.max(from, to) + 1)) {
    if (on === s.all) ids.delete(x)
    else ids.add(x)
  }
  return { ...s, ids, anchor: id }
}

/** All rows on the page, or none of them if all are. */
export function page(s: Selection, shown: readonly string[]): Selection {
  const every = shown.length > 0 && shown.every((id) => holds(s, id))
  if (s.all) return every ? nobody : { ...s, ids: new Set() }
  return every ? nobody : { all: false, ids: new Set([...s.ids, ...shown]), anchor: s.anchor }
}

export const everybody: Selection = { all: true, ids: new Set(), anchor: null }

/** What somebody picked of a list, by id. */
export const pickedOf = (s: Selection) => (s.all ? { except: [...s.ids] } : { customers: [...s.ids] })

/** Whom a change is about, as the server is told: rows by id, or the filter and who is left out. */
export function whom(s: Selection, filter: Record<string, string>, total: number) {
  return s.all ? { filter, except: [...s.ids], expected: size(s, total) } : { customers: [...s.ids] }
}
