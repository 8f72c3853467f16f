/** How close a stage is to somebody who buys: a move to a smaller number is a loss. */
const rank: Record<string, number> = { lost: 0, dormant: 1, at_risk: 2, prospect: 3, reactivated: 4, new: 4, active: 5 }

/** Is a move between two stages of the lifecycle good news? Who was no customer yet came; who stayed is no news. */
export function direction({ source, target }: { source: string; target: string }): 'came' | 'worse' | 'better' | 'same' {
  if (source === target || !source || !target) return 'same'
  if (source === 'not.yet') return 'came'
  const [a, b] = [rank[source], rank[target]]
  if (a === undefined || b === undefined || a === b) return 'same'
  return b < a ? 'worse' : 'better'
}
