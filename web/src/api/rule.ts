/** The rule tree as the server stores it, from the API's description: one key per node, constants in major units. */

import type { components } from './gen/schema'

type S = components['schemas']

export type Rule = S['Rule']
export type Expr = S['Expr']
export type Aggregate = S['Aggregate']
export type Measure = S['Measure']
export type Window = S['Window']
export type Condition = S['Condition']
export type FactKind = S['FactKind']
export type Field = S['Field']
export type Op = S['Op']
/** A text that looks like a day is written `{ text }`, so that it stays a text. */
export type Literal = S['Literal']

export type FieldMeasure = Extract<Measure, { field: Field }>['of']
export type PlainMeasure = Exclude<Measure['of'], FieldMeasure>
