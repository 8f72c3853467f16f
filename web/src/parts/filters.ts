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

/** What only a fixed list can hold: a name somebody typed, a tag, an owner, a class or a segment of an earlier day. */
export const beyondRules = (search: Record<string, string | undefined>) => Object.entries(search).some(([k, v]) => v && (['q', 'tag', 'owner', 'finding', 'entered', 'left'].includes(k) || k.startsWith('was.')))

/** The filters of the list as a query string, to take exactly its members along. */
export function filterText(search: Record<string, string | undefined>): string {
  const kept = Object.entries(search).filter(([k, v]) => v && (k.startsWith('class.') || k.startsWith('was.') || ['segment', 'entered', 'left', 'rule', 'q', 'tag', 'owner', 'finding', 'as_of', 'known'].includes(k)))
  return new URLSearchParams(kept as [string, string][]).toString()
}

/** A rule as the filter of a list on the day the reader looks at. */
export function ruleFilter(rule: string, at: { as_of?: string; known?: string }): Record<string, string> {
  return { rule: rule.trim(), ...(at.as_of ? { as_of: at.as_of, ...(at.known ? { known: at.known } : {}) } : {}) }
}
