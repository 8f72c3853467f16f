/** The rules behind figures that are no class: whoever they count fulfils the rule, and nobody else. */

const iso = (year: number, month: number, day: number) => new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10)

/** First and last day of the n-th month after `YYYY-MM`. */
export function monthDays(month: string, after = 0): [string, string] {
  const [year = 0, m = 1] = month.split('-').map(Number)
  return [iso(year, m - 1 + after, 1), iso(year, m + after, 0)]
}

/** Is the n-th month after `YYYY-MM` not over on the day? */
export const isRunning = (month: string, after: number, day: string) => monthDays(month, after)[1] > day

/** Customers whose first valid order fell into a month; with `after`, those of them who ordered again so many months later. */
export function cohortRule(month: string, after = 0): string {
  const [first, last] = monthDays(month)
  const cohort = `min(orders.day) between ${first} and ${last}`
  if (after === 0) return cohort
  const [from, to] = monthDays(month, after)
  return `${cohort} and count(orders, day >= ${from}, day <= ${to}) >= 1`
}

/** Minor units as people write them in a rule: 123450 → 1234.50. */
export function majorText(minor: number, digits: number): string {
  const text = String(Math.abs(minor)).padStart(digits + 1, '0')
  const whole = digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text
  return `${minor < 0 ? '-' : ''}${whole}`
}

/** Buyers with at least so much net. */
export const bestRule = (from: number, digits: number) => `orders >= 1 and net >= ${majorText(from, digits)}`
