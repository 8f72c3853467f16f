/** The rule tree as the server stores it (serde of `domain::rule`): externally tagged, one key per node. */

export type Op = '=' | '!=' | '<' | '<=' | '>' | '>='
/** Money in major units; a day is the text `2026-03-05`. */
export type Literal = boolean | number | string

export type Rule =
  | { all: Rule[] }
  | { any: Rule[] }
  | { not: Rule }
  | { compare: { left: Expr; op: Op; right: Expr } }
  | { between: { expr: Expr; low: Expr; high: Expr } }
  | { in: { expr: Expr; values: Literal[] } }
  | { contains: { expr: Expr; text: string } }
  | { missing: { expr: Expr } }
  | { member: { segment: string } }
  | { top: { percent: number; by: Expr; bottom?: boolean } }

export type Expr =
  | { literal: Literal }
  | { feature: string }
  | { aggregate: Aggregate }
  | { neg: Expr }
  | { binary: { left: Expr; op: '+' | '-' | '*' | '/'; right: Expr } }
  | { call: { function: 'max' | 'min' | 'abs' | 'coalesce' | 'round'; args: Expr[] } }
  | { base: { stat: 'mean' | 'median' | 'sum'; of: string; among?: string } }

export type FactKind = 'orders' | 'all_orders' | 'lines' | 'refunds' | 'interactions' | 'answers'
export type FieldMeasure = 'sum' | 'mean' | 'min' | 'max' | 'last' | 'first' | 'distinct' | 'top' | 'top_share'
export type PlainMeasure = 'count' | 'days_since_last' | 'days_since_first' | 'mean_gap' | 'p90_gap' | 'sd_gap' | 'last_gap' | 'active_days'
export type Measure = { of: FieldMeasure; field: string } | { of: PlainMeasure }
export type Window = 'all' | { days: number } | { months: number } | { days_ago: { from: number; to: number } }

export interface Condition {
  field: string
  op: Op
  values: Literal[]
}

export interface Aggregate {
  fact: FactKind
  measure: Measure
  filter?: Condition[]
  window?: Window
}
