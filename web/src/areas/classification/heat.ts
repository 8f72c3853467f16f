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
