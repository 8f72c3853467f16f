/** Which fields and measures each kind of fact has, and which verbs each type of value. Labels are keys `rule.*` of the language packs. */

import type { Aggregate, Expr, FactKind, Field, FieldMeasure, PlainMeasure } from '@/api/rule'
import type { Feature, ValueType } from '@/api/types'
import type { Verb } from './rows'

export type FieldType = 'money' | 'number' | 'text' | 'day' | 'int' | 'bool'

export const facts: FactKind[] = ['orders', 'all_orders', 'lines', 'refunds', 'interactions', 'answers']

/** Which facts have which fields, as `field_type` of the domain has it. */
type Fields = Partial<Record<Field, FieldType>>
const any: Fields = { day: 'day', weekday: 'int' }
const order: Fields = {
  net: 'money', gross: 'money', refunded: 'money', cost: 'money', discount: 'money', quantity: 'number',
  channel: 'text', store: 'text', payment: 'text', coupon: 'text', ...any,
}
export const fields: Record<FactKind, Fields> = {
  orders: order,
  all_orders: { ...order, cancelled: 'bool' },
  lines: { gross: 'money', cost: 'money', quantity: 'number', product: 'text', category: 'text', brand: 'text', channel: 'text', store: 'text', ...any },
  refunds: { refunded: 'money', reason: 'text', linked: 'bool', ...any },
  interactions: { kind: 'text', channel: 'text', ...any },
  answers: { score: 'number', kind: 'text', channel: 'text', ...any },
}
export const fieldsOf = (fact: FactKind) => Object.entries(fields[fact]) as [Field, FieldType][]

export const plainMeasures: PlainMeasure[] = ['count', 'active_days', 'days_since_last', 'days_since_first', 'mean_gap', 'p90_gap', 'p90_gap_before', 'sd_gap', 'last_gap', 'gaps']
export const fieldMeasures: Record<FieldMeasure, FieldType[]> = {
  sum: ['money', 'number'],
  mean: ['money', 'number'],
  min: ['money', 'number', 'day'],
  max: ['money', 'number', 'day'],
  last: ['money', 'number', 'text', 'day'],
  first: ['money', 'number', 'text', 'day'],
  distinct: ['text', 'day'],
  top: ['text'],
  top_share: ['text'],
}

/** Type of an aggregate's answer. */
export function aggregateType(a: Aggregate): ValueType {
  const m = a.measure
  if (!('field' in m)) return m.of === 'mean_gap' || m.of === 'sd_gap' ? 'number' : 'int'
  if (m.of === 'distinct') return 'int'
  if (m.of === 'top_share') return 'number'
  return fields[a.fact][m.field] ?? 'number'
}

/** Type of a left side; classes are text. */
export function subjectType(e: Expr | null, catalog: Map<string, Feature>): ValueType {
  if (!e) return 'number'
  if ('aggregate' in e) return aggregateType(e.aggregate)
  if ('feature' in e) return e.feature.startsWith('class.') ? 'text' : (catalog.get(e.feature)?.value ?? 'number')
  return 'number'
}

/** A verb with its negation, as people choose it. */
export interface Choice { key: string; verb: Verb; negated: boolean }
const choice = (key: string, verb: Verb, negated = false): Choice => ({ key, verb, negated })
const ordered = [choice('ge', '>='), choice('le', '<='), choice('gt', '>'), choice('lt', '<'), choice('eq', '='), choice('ne', '!='), choice('between', 'between'), choice('not_between', 'between', true)]
const known = [choice('missing', 'missing'), choice('known', 'missing', true)]
const textual = [choice('in', 'in'), choice('not_in', 'in', true), choice('eq', '='), choice('ne', '!='), choice('contains', 'contains'), choice('not_contains', 'contains', true)]

export function choices(type: ValueType, isClass: boolean): Choice[] {
  if (isClass) return textual.slice(0, 4)
  if (type === 'text') return [...textual, ...known]
  if (type === 'bool') return [choice('eq', '='), ...known]
  return [...ordered, ...known]
}

/** The entry of `choices` for a row; unusual negations get one of their own. */
export function currentChoice(verb: Verb, negated: boolean, among: Choice[]): Choice {
  return among.find((c) => c.verb === verb && c.negated === negated) ?? { key: negated ? 'not_rule' : verb, verb, negated }
}

/** How many values a verb takes: 0, 1, 2, or many. */
export const arity = (verb: Verb): 0 | 1 | 2 | 'many' => (verb === 'missing' ? 0 : verb === 'between' ? 2 : verb === 'in' ? 'many' : 1)
