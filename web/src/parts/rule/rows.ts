/** Rule tree ⇄ the rows people edit. Nothing is lost: what rows cannot show stays as a raw rule in its place. */

import type { Aggregate, Expr, Literal, Op, Rule } from '@/api/rule'
import { literalText, textLiteral } from './literal'

export type Verb = Op | 'between' | 'in' | 'contains' | 'missing'

export interface ConditionRow { kind: 'condition'; id: string; negated: boolean; subject: Expr | null; verb: Verb; values: (Expr | null)[] }
export interface MemberRow { kind: 'member'; id: string; negated: boolean; segment: string | null }
export interface TopRow { kind: 'top'; id: string; negated: boolean; percent: number | null; by: Expr | null; bottom: boolean }
export interface RawRow { kind: 'raw'; id: string; rule: Rule }
export interface GroupRow { kind: 'group'; id: string; negated: boolean; join: 'all' | 'any'; items: Row[] }
export type Row = ConditionRow | MemberRow | TopRow | RawRow | GroupRow

let last = 0
export const rowId = () => `r${++last}`

export const emptyGroup = (join: 'all' | 'any' = 'all'): GroupRow => ({ kind: 'group', id: rowId(), negated: false, join, items: [] })
export const emptyCondition = (): ConditionRow => ({ kind: 'condition', id: rowId(), negated: false, subject: null, verb: '>=', values: [null] })
export const emptyMember = (): MemberRow => ({ kind: 'member', id: rowId(), negated: false, segment: null })
export const emptyTop = (): TopRow => ({ kind: 'top', id: rowId(), negated: false, percent: 10, by: null, bottom: false })
export const newAggregate = (): Aggregate => ({ fact: 'orders', measure: { of: 'count' }, window: { days: 90 } })

/** Does a row editor exist for this expression as the left side of a comparison? */
const editable = (e: Expr) => 'feature' in e || 'aggregate' in e
/** … and as the right side? */
const constant = (e: Expr) => 'literal' in e || 'feature' in e || 'base' in e

/** A rule as the root group of the editor. */
export function toRows(rule: Rule): GroupRow {
  const row = toRow(rule)
  if (row.kind === 'group' && !row.negated) return row
  return { ...emptyGroup(), items: [row] }
}

function toRow(rule: Rule): Row {
  if ('all' in rule) return group('all', rule.all)
  if ('any' in rule) return group('any', rule.any)
  if ('not' in rule) {
    const inner = 'not' in rule.not ? null : toRow(rule.not)
    // "not everyone" and double negation have no row of their own
    if (!inner || inner.kind === 'raw' || (inner.kind === 'group' && inner.items.length === 0)) return raw(rule)
    return { ...inner, negated: true }
  }
  if ('compare' in rule) {
    const { left, op, right } = rule.compare
    return editable(left) && constant(right) ? condition(left, op, [right]) : raw(rule)
  }
  if ('between' in rule) {
    const { expr, low, high } = rule.between
    return editable(expr) && constant(low) && constant(high) ? condition(expr, 'between', [low, high]) : raw(rule)
  }
  if ('in' in rule) return editable(rule.in.expr) ? condition(rule.in.expr, 'in', rule.in.values.map((literal) => ({ literal }))) : raw(rule)
  if ('contains' in rule) return editable(rule.contains.expr) ? condition(rule.contains.expr, 'contains', [{ literal: textLiteral(rule.contains.text) }]) : raw(rule)
  if ('missing' in rule) return editable(rule.missing.expr) ? condition(rule.missing.expr, 'missing', []) : raw(rule)
  if ('member' in rule) return { kind: 'member', id: rowId(), negated: false, segment: rule.member.segment }
  if ('top' in rule) {
    const { percent, by, bottom = false } = rule.top
    return editable(by) ? { kind: 'top', id: rowId(), negated: false, percent, by, bottom } : raw(rule)
  }
  return raw(rule)
}

const raw = (rule: Rule): RawRow => ({ kind: 'raw', id: rowId(), rule })
const condition = (subject: Expr, verb: Verb, values: Expr[]): ConditionRow => ({ kind: 'condition', id: rowId(), negated: false, subject, verb, values })
const group = (join: 'all' | 'any', rules: Rule[]): GroupRow => ({
  kind: 'group',
  id: rowId(),
  negated: false,
  join,
  items: rules.map((r) => (('all' in r && !r.all.length) || ('any' in r && !r.any.length) ? raw(r) : toRow(r))),
})

/** The rule the finished rows say; unfinished rows and empty inner groups are left out. */
export function toRule(root: GroupRow): Rule {
  const items = root.items.map(ruleOf).filter((r) => r !== null)
  const only = items[0]
  const joined: Rule = items.length === 1 && only ? only : root.join === 'all' || items.length === 0 ? { all: items } : { any: items }
  return root.negated ? { not: joined } : joined
}

function ruleOf(row: Row): Rule | null {
  switch (row.kind) {
    case 'raw': return row.rule
    case 'group': return row.items.some((r) => ruleOf(r) !== null) ? toRule(row) : null
    case 'member': return row.segment ? negate(row.negated, { member: { segment: row.segment } }) : null
    case 'top':
      if (!row.by || row.percent === null || row.percent <= 0 || row.percent > 100) return null
      return negate(row.negated, { top: { percent: row.percent, by: row.by, ...(row.bottom ? { bottom: true } : {}) } })
    case 'condition': {
      const inner = compared(row)
      return inner ? negate(row.negated, inner) : null
    }
  }
}

const negate = (negated: boolean, rule: Rule): Rule => (negated ? { not: rule } : rule)

function compared({ subject, verb, values }: ConditionRow): Rule | null {
  if (!subject) return null
  const given = values.filter((v): v is Expr => v !== null)
  const [first, second] = given
  switch (verb) {
    case 'missing': return { missing: { expr: subject } }
    case 'between': return first && second ? { between: { expr: subject, low: first, high: second } } : null
    case 'in': {
      const literals = given.flatMap((v): Literal[] => ('literal' in v ? [v.literal] : []))
      return literals.length ? { in: { expr: subject, values: literals } } : null
    }
    case 'contains': {
      const text = first && 'literal' in first ? literalText(first.literal) : ''
      return text ? { contains: { expr: subject, text } } : null
    }
    default: return first ? { compare: { left: subject, op: verb, right: first } } : null
  }
}

/** Is the row finished, that is, part of the rule? */
export const isComplete = (row: Row): boolean => ruleOf(row) !== null

/** Are all rows finished, at any depth? An unfinished one would silently be no part of the rule. */
export const isFinished = (root: GroupRow): boolean => root.items.every((row) => (row.kind === 'group' ? isFinished(row) : isComplete(row)))

/** Number of conditions in a rule, in the order the server counts them. */
export function leafCount(rule: Rule): number {
  if ('all' in rule) return rule.all.reduce((n, r) => n + leafCount(r), 0)
  if ('any' in rule) return rule.any.reduce((n, r) => n + leafCount(r), 0)
  if ('not' in rule) return leafCount(rule.not)
  return 1
}

/** Row id → index of its condition among the server's counts. Raw rows with several conditions have no single count. */
export function leafIndex(root: GroupRow): Map<string, number> {
  const found = new Map<string, number>()
  let at = 0
  const walk = (row: Row) => {
    if (row.kind === 'group') return row.items.forEach(walk)
    const rule = ruleOf(row)
    if (!rule) return
    const n = leafCount(rule)
    if (n === 1) found.set(row.id, at)
    at += n
  }
  walk(root)
  return found
}

/** The tree with one row replaced; `null` removes it. */
export function replaceRow(root: GroupRow, id: string, next: Row | null): GroupRow {
  if (root.id === id && next?.kind === 'group') return next
  const items = root.items.flatMap((row): Row[] => {
    if (row.id === id) return next ? [next] : []
    return [row.kind === 'group' ? replaceRow(row, id, next) : row]
  })
  return { ...root, items }
}

/** The tree with a row added at the end of a group. */
export function addRow(root: GroupRow, groupId: string, row: Row): GroupRow {
  if (root.id === groupId) return { ...root, items: [...root.items, row] }
  return { ...root, items: root.items.map((r) => (r.kind === 'group' ? addRow(r, groupId, row) : r)) }
}

/** Segments and `class.*` / feature keys a rule mentions, for "used by" and for links. */
export function mentions(rule: Rule): Set<string> {
  const found = new Set<string>()
  const walk = (x: unknown): void => {
    if (Array.isArray(x)) return x.forEach(walk)
    if (typeof x !== 'object' || x === null) return
    for (const [k, v] of Object.entries(x)) {
      if ((k === 'feature' || k === 'segment' || k === 'of' || k === 'among') && typeof v === 'string') found.add(v)
      else walk(v)
    }
  }
  walk(rule)
  return found
}
