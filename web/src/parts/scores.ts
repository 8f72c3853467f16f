import type { Rfm } from '@/api/types'
import type { Format } from './format'

/** The values a score stands for: `worst` is the least good value that still reaches it, `beyond` the first one that reaches the next. */
export interface Bounds { worst: number | null; beyond: number | null }

/**
 * Bounds of the scores 1–5. `edges` holds, for the scores 2, 3, 4 and 5, the worst value that still reaches them
 * (for recency the most days, otherwise the least), or null where nobody has the score. `held`: does anybody have it?
 */
export function bounds(edges: (number | null)[], held: (score: number) => boolean = () => true): Record<number, Bounds | undefined> {
  const found: Record<number, Bounds | undefined> = {}
  for (let score = 1; score <= 5; score++) {
    const worst = score === 1 ? null : (edges[score - 2] ?? null)
    if ((score > 1 && worst === null) || !held(score)) continue
    const beyond = edges.slice(score - 1).find((e) => e !== null && e !== undefined) ?? null
    if (score > 1 || beyond !== null) found[score] = { worst, beyond }
  }
  return found
}

/** Has anybody this score? One that nobody has stands for nothing. */
const held = (data: Rfm, axis: 'r' | 'f') => (score: number) => data.cells.some((c) => c[axis] === score && c.customers > 0)

/** What a score of recency stands for, in days; by the edges of one day. */
export function daysOf(data: Rfm, score: number, { t, integer }: Format): string {
  const b = bounds(data.edges.r, held(data, 'r'))[score]
  if (!b) return '—'
  if (b.worst === null) return t('classification.days_over', { n: integer(b.beyond ?? 0) })
  if (b.beyond === null) return t('classification.days_up_to', { n: integer(b.worst) })
  return t('classification.days_between', { from: integer(b.beyond + 1), to: integer(b.worst) })
}

/** What a score of frequency stands for, in orders; by the edges of one day. */
export function ordersOf(data: Rfm, score: number, { t, integer }: Format): string {
  const b = bounds(data.edges.f, held(data, 'f'))[score]
  if (!b) return '—'
  const low = Math.ceil(b.worst ?? 1)
  const high = b.beyond === null ? null : Math.ceil(b.beyond) - 1
  if (high === null) return t('classification.orders_from', { n: integer(low) })
  return high <= low ? t('classification.orders_n', { n: integer(low) }) : t('classification.orders_between', { from: integer(low), to: integer(high) })
}

/** What a score of money stands for, in net. */
export function moneyOf(data: Rfm, score: number, { t, wholeMoney: money }: Format): string {
  const b = bounds(data.edges.m)[score]
  if (!b) return '—'
  if (b.worst === null) return t('classification.money_below', { to: money(b.beyond ?? 0) })
  if (b.beyond === null) return t('classification.money_from', { from: money(b.worst) })
  return t('classification.money_between', { from: money(b.worst), to: money(b.beyond) })
}
