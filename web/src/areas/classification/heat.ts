/** Shades of the heat map: by square root, so that one crowded cell does not wash out the rest. */
export function shade(value: number, largest: number): 0 | 1 | 2 | 3 | 4 | 5 {
  if (value <= 0 || largest <= 0) return 0
  return Math.min(5, Math.max(1, Math.ceil(Math.sqrt(value / largest) * 5))) as 1 | 2 | 3 | 4 | 5
}

/** Class of a change: `u1…u3` grew, `d1…d3` shrank, `h0` still. */
export function changeShade(change: number | null, largest: number): string {
  if (!change || largest <= 0) return 'h0'
  const level = Math.min(3, Math.max(1, Math.ceil(Math.sqrt(Math.abs(change) / largest) * 3)))
  return `${change > 0 ? 'u' : 'd'}${level}`
}

/**
 * Bounds of the five scores from four ascending edges. `smaller` = a smaller value is better (recency): 5 is `≤ e1`.
 * Otherwise a score is one more than the edges reached (`≥ edge`).
 */
export function bounds(edges: number[], smaller: boolean): Record<number, { low: number | null; high: number | null; exclusive: 'low' | 'high' }> | null {
  if (edges.length !== 4) return null
  const e = (i: number) => edges[i] ?? null
  const found: Record<number, { low: number | null; high: number | null; exclusive: 'low' | 'high' }> = {}
  for (let score = 1; score <= 5; score++)
    found[score] = smaller
      ? { low: score === 5 ? null : e(4 - score), high: score === 1 ? null : e(5 - score), exclusive: 'low' }
      : { low: score === 1 ? null : e(score - 2), high: score === 5 ? null : e(score - 1), exclusive: 'high' }
  return found
}
