/** A dashboard while it is edited: plain data, every step of which can be taken back. */

import type { Dashboard, Label, Show, Tile } from '@/api/types'

export interface Draft { name: Label; tiles: Tile[]; audience: 'private' | 'everyone' }
export interface History { past: Draft[]; now: Draft; future: Draft[] }

export const draftOf = (d: Dashboard): Draft => ({ name: d.name, tiles: d.tiles, audience: d.audience })
export const begin = (now: Draft): History => ({ past: [], now, future: [] })
const same = (a: Draft, b: Draft) => JSON.stringify(a) === JSON.stringify(b)
export const change = (h: History, next: Draft): History => (same(h.now, next) ? h : { past: [...h.past.slice(-99), h.now], now: next, future: [] })
export const undo = (h: History): History => (h.past.length ? { past: h.past.slice(0, -1), now: h.past.at(-1) as Draft, future: [h.now, ...h.future] } : h)
export const redo = (h: History): History => (h.future.length ? { past: [...h.past, h.now], now: h.future[0] as Draft, future: h.future.slice(1) } : h)
export const dirty = (h: History, saved: Draft) => !same(h.now, saved)

/** One place earlier or later. */
export function move(tiles: Tile[], id: string, by: -1 | 1): Tile[] {
  const from = tiles.findIndex((t) => t.id === id)
  const to = from + by
  if (from < 0 || to < 0 || to >= tiles.length) return tiles
  const next = [...tiles]
  next.splice(to, 0, ...next.splice(from, 1))
  return next
}
/** Before another one. */
export function place(tiles: Tile[], id: string, before: string): Tile[] {
  const moved = tiles.find((t) => t.id === id)
  if (!moved || id === before) return tiles
  const rest = tiles.filter((t) => t.id !== id)
  const at = rest.findIndex((t) => t.id === before)
  return at < 0 ? tiles : [...rest.slice(0, at + (tiles.indexOf(moved) < tiles.findIndex((t) => t.id === before) ? 1 : 0)), moved, ...rest.slice(at + (tiles.indexOf(moved) < tiles.findIndex((t) => t.id === before) ? 1 : 0))]
}
export const resize = (tiles: Tile[], id: string, by: -1 | 1) => tiles.map((t) => (t.id === id ? { ...t, width: Math.min(4, Math.max(1, t.width + by)) } : t))
export const without = (tiles: Tile[], id: string) => tiles.filter((t) => t.id !== id)
export const put = (tiles: Tile[], tile: Tile) => (tiles.some((t) => t.id === tile.id) ? tiles.map((t) => (t.id === tile.id ? tile : t)) : [...tiles, tile])

/** A name no tile has. */
export function freeId(tiles: Tile[]): string {
  let n = tiles.length + 1
  while (tiles.some((t) => t.id === `t${n}`)) n++
  return `t${n}`
}
export function copyOf(tiles: Tile[], id: string): Tile[] {
  const at = tiles.findIndex((t) => t.id === id)
  const found = tiles[at]
  return found ? [...tiles.slice(0, at + 1), { ...found, id: freeId(tiles) }, ...tiles.slice(at + 1)] : tiles
}

export const kinds = ['number', 'trend', 'bar', 'histogram', 'heat', 'flow', 'cohort', 'list', 'group', 'text'] as const
export type Kind = (typeof kinds)[number]
const count = { stat: 'count' as const }

/** What a new tile of a kind shows, so that it shows something at once. */
export function blank(kind: Kind): Show {
  switch (kind) {
    case 'number': return { kind, measure: count, back: 'month' }
    case 'trend': return { kind, measure: count, by: 'class.lifecycle', step: 'month', points: 13 }
    case 'bar': return { kind, by: 'class.lifecycle', measure: count, limit: 10 }
    case 'histogram': return { kind, feature: 'net' }
    case 'text': return { kind, text: { zh: '', en: '' } }
    case 'heat': return { kind, x: 'rfm_f', y: 'rfm_r', measure: count }
    case 'flow': return { kind, classification: 'lifecycle', back: 'month', view: 'matrix' }
    case 'cohort': return { kind, of: 'retention', months: 12 }
    case 'list': return { kind, sort: '-net', columns: ['net', 'orders', 'last_order_day'], limit: 10 }
    case 'group': return { kind, by: 'class.lifecycle', measures: [{ stat: 'sum', feature: 'net' }], limit: 20 }
  }
}
const widths: Record<Kind, number> = { number: 1, trend: 2, bar: 2, histogram: 2, heat: 2, flow: 2, cohort: 4, list: 2, group: 2, text: 2 }
export const fresh = (tiles: Tile[], kind: Kind): Tile => ({ id: freeId(tiles), width: widths[kind], who: {}, show: blank(kind) })

/** How tall a picture with axes is. */
export const plot = 240

/** About how tall the picture will be. `classes`: how many a classification has. */
export function room(show: Show, classes: (classification: string) => number): number {
  const table = (rows: number) => 31 + 37 * rows
  const of = (by: string) => (by.startsWith('class.') ? classes(by.slice(6)) + 1 : 8)
  switch (show.kind) {
    case 'number': return show.goal ? 92 : 57
    case 'trend': case 'histogram': return plot
    case 'text': return 22 * Math.max(1, show.text.zh.split('\n').length)
    case 'bar': return 30 * Math.min(show.limit, of(show.by))
    case 'heat': return 180
    case 'flow': return show.view === 'bands' ? Math.max(280, Math.min(480, 44 * (classes(show.classification) + 1))) : table(classes(show.classification) + 1)
    case 'cohort': return table(show.months) + 139
    case 'list': return 37 * show.limit
    case 'group': return table(Math.min(show.limit, of(show.by)))
  }
}

const narrowing = (k: string) => ['segment', 'rule', 'tag', 'owner'].includes(k) || k.startsWith('class.')
/** The part of the address that narrows a dashboard. */
export const filterOf = (search: Record<string, string | undefined>): Record<string, string> => Object.fromEntries(Object.entries(search).filter((e): e is [string, string] => narrowing(e[0]) && !!e[1]))

/** What a click on a part of a figure makes of the filter: set, or taken back if it is what stands there. */
export function crossed(search: Record<string, string | undefined>, filter: Record<string, string>): Record<string, string | undefined> {
  const stands = Object.entries(filter).every(([k, v]) => search[k] === v)
  return Object.fromEntries(Object.entries(filter).map(([k, v]) => [k, stands ? undefined : v]))
}
