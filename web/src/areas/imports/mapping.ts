import type { Label, MappedColumn, Mapping, Target } from '@/api/types'

/** Targets given to more than one column of a file: the second would silently win. */
export function duplicateTargets(mapping: Mapping): string[] {
  const seen = new Map<string, number>()
  for (const c of mapping.columns) if (c.target !== 'ignore') seen.set(c.target, (seen.get(c.target) ?? 0) + 1)
  return [...seen].filter(([, n]) => n > 1).map(([t]) => t)
}

/** Columns that say who the customer is. */
export const isIdentifier = (target: string) => ['customer.id', 'customer.member', 'customer.phone', 'customer.email', 'customer.unionid'].includes(target)

/** Attributes of a customer can meet an older value; facts cannot. */
export const canCollide = (target: string) => /^(customer|attribute|custom|contact|product)\./.test(target)

/** A machine name for a column nobody knows: `custom.<name>`. */
export const customTarget = (header: string) => `custom.${header.trim().toLowerCase().replace(/[\s.]+/g, '_').replace(/^_+|_+$/g, '') || 'column'}`

export interface TargetGroup { label: string; options: { value: string; label: string; search: string }[] }

/** Options of the target select: ignore, new attribute, then the known ones by shelf. */
export function targetOptions(targets: Target[], columns: MappedColumn[], pick: (l: Label) => string, words: { ignore: string; custom: string; other: string; fresh: (name: string) => string }, header: string): TargetGroup[] {
  const groups = new Map<string, TargetGroup>()
  for (const t of targets) {
    if (t.target === 'ignore') continue
    const name = pick(t.group)
    const group = groups.get(name) ?? { label: name, options: [] }
    group.options.push({ value: t.target, label: pick(t.label), search: `${t.target} ${t.label.zh} ${t.label.en} ${t.group.zh} ${t.group.en}`.toLowerCase() })
    groups.set(name, group)
  }
  const own = new Set([customTarget(header), ...columns.map((c) => c.target).filter((t) => t.startsWith('custom.'))])
  const known = new Set(targets.map((t) => t.target))
  return [
    { label: words.other, options: [{ value: 'ignore', label: words.ignore, search: `ignore ${words.ignore}` }] },
    { label: words.custom, options: [...own].filter((t) => !known.has(t)).map((t) => ({ value: t, label: words.fresh(t.slice('custom.'.length)), search: t })) },
    ...groups.values(),
  ].filter((g) => g.options.length)
}
