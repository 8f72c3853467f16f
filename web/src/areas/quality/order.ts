import type { Finding } from '@/api/quality'

const rank = { bad: 0, warn: 1, note: 2, ok: 3 }

/** What is worse comes first; of equal ones what costs more, then what touches more. */
export const worstFirst = (all: readonly Finding[]): Finding[] => [...all].sort((a, b) => rank[a.level] - rank[b.level] || b.points - a.points || b.share - a.share)

/** Fields by themselves, a table of how complete they are; everything else is a list. Ways to reach people first, then fields, those that lack most first. */
export const fields = (all: readonly Finding[]): Finding[] => {
  const complete = all.filter((f) => f.group === 'completeness')
  const ways = complete.filter((f) => featureOf(f) === undefined)
  return [...ways, ...complete.filter((f) => featureOf(f) !== undefined).sort((a, b) => b.share - a.share)]
}
/** The feature a finding says is missing. */
export const featureOf = (f: Finding): string | undefined => (f.code.startsWith('missing.') ? f.code.slice('missing.'.length) : undefined)
export const others = (all: readonly Finding[]): Finding[] => all.filter((f) => f.group !== 'completeness')

/** Where a finding is looked into, as the router takes it. */
export function place(link: string): { to: string; search: Record<string, string> } {
  const [to = '/', query = ''] = link.split('?')
  return { to, search: Object.fromEntries(new URLSearchParams(query)) }
}
