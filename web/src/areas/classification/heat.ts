/** Shades of the heat map: by square root, so that one crowded cell does not wash out the rest. */
export function shade(value: number, largest: number): 0 | 1 | 2 | 3 | 4 | 5 {
  if (value <= 0 || largest <= 0) return 0
  return Math.min(5, Math.max(1, Math.ceil(Math.sqrt(value / largest) * 5))) as 1 | 2 | 3 | 4 | 5
}

/** Five equal steps, zero apart: for shares, where differences matter more than extremes. */
export const linearShade = (value: number, largest: number) => (value <= 0 || largest <= 0 ? 0 : Math.min(5, Math.max(1, Math.ceil((value / largest) * 5))))

/** Class of a change: `u1…u3` grew, `d1…d3` shrank, `h0` still. */
export function changeShade(change: number | null, largest: number): string {
  if (!change || largest <= 0) return 'h0'
  const level = Math.min(3, Math.max(1, Math.ceil(Math.sqrt(Math.abs(change) / largest) * 3)))
  return `${change > 0 ? 'u' : 'd'}${level}`
}

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
