import type { Label, MappedColumn, Mapping, Target } from '@/api/types'

/** Of several columns that say when or who, the first that is not blank counts. */
const shared = new Set(['order.at', 'interaction.at', 'customer.phone', 'customer.email'])

/** Targets given to more than one column of a file, of which only one would count. */
export function duplicateTargets(mapping: Mapping): string[] {
  const seen = new Map<string, number>()
  for (const c of mapping.columns) if (c.target !== 'ignore' && !shared.has(c.target)) seen.set(c.target, (seen.get(c.target) ?? 0) + 1)
  return [...seen].filter(([, n]) => n > 1).map(([t]) => t)
}

const known = (targets: Target[], target: string) => targets.find((t) => t.target === target)

/** Columns that can say who the customer is. */
export const isIdentifier = (targets: Target[], target: string) => known(targets, target)?.identifier ?? false

/** Names and attributes of a customer can meet an older value; facts cannot. */
export const canCollide = (targets: Target[], target: string) => target.startsWith('custom.') || (known(targets, target)?.collides ?? false)

/** Type of the value a column gives; an attribute of one's own has the type it was given. */
export const typeOf = (targets: Target[], column: MappedColumn) => known(targets, column.target)?.type ?? column.value_type ?? null

/** A column with another meaning: rules stay, an attribute of one's own has the type of its content. */
export const turned = (column: MappedColumn, target: string, type: string | undefined): MappedColumn => ({ ...column, target, identifier: true, value_type: target.startsWith('custom.') ? (type ?? null) : null })

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

/** Takes over what differs between `local` and `sent` into `server`. */
function edits<T extends object>(local: T, sent: T, server: T): T {
  const changed = (Object.keys(local) as (keyof T)[]).filter((k) => k !== 'columns' && !same(local[k], sent[k]))
  return changed.reduce((out, k) => ({ ...out, [k]: local[k] }), server)
}

/** The server's answer to `sent`, with what was edited since. */
export function merged(local: Mapping, sent: Mapping, server: Mapping): Mapping {
  const of = (m: Mapping, c: MappedColumn) => m.columns.find((x) => x.index === c.index && x.header === c.header)
  const columns = server.columns.map((c) => {
    const [mine, told] = [of(local, c), of(sent, c)]
    return mine && told ? edits(mine, told, c) : c
  })
  return { ...edits(local, sent, server), columns }
}

/** What the rows of a file give, beside what a question is about. */
export const gives = (mapping: Mapping, ...kinds: string[]) => kinds.some((k) => mapping.kinds?.includes(k))

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
