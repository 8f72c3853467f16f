import type { EntryKind } from '@/api/types'

type Search = Record<string, string | undefined>

/** Stands for having none: no tag, no owner, nothing filled in. */
export const none = 'none'

/** What is known of the choices a filter names. */
export interface Knows { choice: (filter: string, key: string) => boolean; kind: (field: string) => EntryKind | undefined }
const nothing: Knows = { choice: () => false, kind: () => undefined }

/** The choices of a filter, apart by commas: any of them. A known one may hold some itself: the longest that is known is meant. */
export function chosen(text: string | undefined, known: (key: string) => boolean): string[] {
  const parts = (text ?? '').split(',')
  const found: string[] = []
  while (parts.length) {
    const joined = (n: number) => parts.slice(0, n).join(',').trim()
    const n = Array.from({ length: parts.length }, (_, i) => parts.length - i).find((i) => known(joined(i))) ?? 1
    found.push(joined(n))
    parts.splice(0, n)
  }
  return found.filter(Boolean)
}

const literal = (text: string) => JSON.stringify(text)
const any = (all: string[]) => (all.length > 1 ? `(${all.join(' or ')})` : (all[0] ?? ''))

/** Choices of an own field as a rule. */
function fieldRule(key: string, values: string[], kind: EntryKind | undefined): string {
  const named = values.filter((v) => v !== none)
  const rules = kind === 'bool' ? named.map((v) => `${key} = ${v}`) : kind === 'choices' ? named.map((v) => `${key} contains ${literal(v)}`) : named.length ? [oneOf(key, named)] : []
  return any(values.includes(none) ? [...rules, `${key} is missing`] : rules)
}

const oneOf = (key: string, values: string[]) => (values.length === 1 ? `${key} = ${literal(values[0] ?? '')}` : `${key} in (${values.map(literal).join(', ')})`)

/** The filters of the list as one rule, for a new segment. */
export function ruleOf(search: Search, knows: Knows = nothing): string {
  const parts = Object.entries(search).flatMap(([k, v]) => {
    if (!v) return []
    const values = () => chosen(v, (key) => knows.choice(k, key))
    if (k.startsWith('class.')) return [oneOf(k, values())]
    if (k.startsWith('f.')) return [fieldRule(k.slice(2), values(), knows.kind(k.slice(2)))]
    if (k === 'segment') return [`in segment(${literal(v)})`]
    if (k === 'rule') return [/\bor\b|\|\|/.test(v) ? `(${v})` : v]
    return []
  })
  return parts.join(' and ')
}

/** What only a fixed list can hold: a name somebody typed, a tag, an owner, a class or a segment of an earlier day. */
export const beyondRules = (search: Search) => Object.entries(search).some(([k, v]) => v && (['q', 'tag', 'owner', 'finding', 'entered', 'left'].includes(k) || k.startsWith('was.')))

/** The filters of the list as a query string, to take exactly its members along. */
export function filterText(search: Search): string {
  const kept = Object.entries(search).filter(([k, v]) => v && (['class.', 'was.', 'f.'].some((p) => k.startsWith(p)) || ['segment', 'entered', 'left', 'rule', 'q', 'tag', 'owner', 'finding', 'as_of', 'known'].includes(k)))
  return new URLSearchParams(kept as [string, string][]).toString()
}

/** A rule as the filter of a list on the day the reader looks at. */
export function ruleFilter(rule: string, at: { as_of?: string; known?: string }): Record<string, string> {
  return { rule: rule.trim(), ...(at.as_of ? { as_of: at.as_of, ...(at.known ? { known: at.known } : {}) } : {}) }
}
