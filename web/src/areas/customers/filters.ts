/** The filters of the list as one rule, for a new segment. */
export function ruleOf(search: Record<string, string | undefined>): string {
  const parts = Object.entries(search).flatMap(([k, v]) => {
    if (!v) return []
    if (k.startsWith('class.')) return [`${k} = ${JSON.stringify(v)}`]
    if (k === 'segment') return [`in segment(${JSON.stringify(v)})`]
    if (k === 'rule') return [/\bor\b|\|\|/.test(v) ? `(${v})` : v]
    return []
  })
  return parts.join(' and ')
}
