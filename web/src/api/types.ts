/** What the API says, by hand, following the contract; compared with the generated document in `schema.test.ts`. */

import type { Aggregate, Expr, Rule } from './rule'

export type Lang = 'zh-CN' | 'en'
export interface Label { zh: string; en: string }
export type ValueType = 'bool' | 'int' | 'number' | 'money' | 'text' | 'day'
export type Value =
  | { type: 'null' }
  | { type: 'bool'; value: boolean }
  | { type: 'int' | 'number' | 'money'; value: number }
  | { type: 'text' | 'day'; value: string }
export type Known = 'then' | 'today'

export interface Currency { code: string; digits: number; symbol: string }
export interface User { id: string; name: string; email: string }
export interface Workspace { id: string; name: string; time_zone: string; currency: Currency; lang: Lang }
export interface Session { setup_required: boolean; user: User | null; workspace: Workspace | null }
export interface SetupBody {
  token: string; name: string; email: string; password: string
  workspace_name: string; time_zone: string; currency: string; lang: Lang
}

export interface ProblemBody {
  type?: string; title?: string; status?: number; code?: string; detail?: string
  params?: Record<string, unknown> & { span?: [number, number]; message?: Label }
  fields?: Record<string, string>
}

export type ImportStatus = 'mapping' | 'checking' | 'checked' | 'committing' | 'committed' | 'undone' | 'failed'
export type Collision = 'overwrite' | 'if_blank' | 'never'
export interface Note { code: string; text: Label; params?: Record<string, unknown> }
export interface ColumnGuess {
  index: number; header: string; samples: string[]; fill: number; type: string
  target: string; confidence: number; valid: number; notes: Note[]
}
export interface MappedColumn { index: number; header: string; target: string; collision: Collision; identifier?: boolean; value_type?: string | null }
/** Unknown members travel back unchanged: the server owns the format options. */
export interface Mapping {
  columns: MappedColumn[]
  encoding?: string | null; delimiter?: string | null; sheet?: string | null; header_row?: number | null
  date_order?: string | null; decimal_mark?: string | null; time_zone?: string | null; currency?: string | null
  [key: string]: unknown
}
export interface ImportFile {
  name: string; bytes: number; format: string; encoding: string | null; delimiter: string | null
  sheets: string[]; sheet: string | null; header_row: number; rows_estimate: number
  columns: ColumnGuess[]; mapping: Mapping; guesses: Note[]
}
export interface RejectReason {
  code: string; text: Label; count: number
  examples: { line: number; column: string | null; value: string | null; file?: string }[]
}
export interface QualityCheck { code: string; text: Label; level: 'ok' | 'warn' | 'bad'; count: number; share: number }
export interface Report {
  rows_in: number; accepted: number; quarantined: number; duplicates: number
  customers: { created: number; updated: number; unchanged: number }
  records: Record<string, { created: number; updated: number; duplicate: number }>
  rejects_by_reason: RejectReason[]
  quality: { score: number; checks: QualityCheck[] }
  first_day: string | null; last_day: string | null; seconds: number
}
export interface Import {
  id: string; status: ImportStatus; created_at: string; author: string
  progress: { done: number; total: number; unit: string } | null
  error: ProblemBody | null; files: ImportFile[]; report: Report | null; undo_until: string | null
}
export interface Target { target: string; label: Label; group: Label; kind: string; identifier: boolean }

export interface ClassSize {
  key: string; label: Label; customers: number; share: number; net: number
  net_share: number; orders: number; median_recency: number | null
}
export interface ClassificationSummary {
  key: string; label: Label; description: Label; group: string; version: number; builtin: boolean; classes: ClassSize[]
}
export interface Named { key: string; label: Label }
export interface Classification {
  key: string; label: Label; description: Label; group: string; builtin?: boolean; version?: number
  method:
    | { kind: 'rules'; classes: (Named & { when: Rule })[]; otherwise: Named }
    | { kind: 'values'; feature: string; limit?: number | null; otherwise: Named }
}
export interface ClassificationDetail extends ClassificationSummary {
  definition: Classification
  rules: { class: string; text: string; sentence: Label }[]
}
export interface Overview {
  as_of: string; known: Known
  run: { lake_version: number; computed_at: string; milliseconds: number; stale: boolean }
  customers: number; buyers: number; net: number; gross: number; orders: number
  currency: string; classifications: ClassificationSummary[]
}
export type Scoring = 'quantile' | 'bins' | 'kmeans'
export interface Rfm {
  as_of: string; compare: string | null; scoring: Scoring; window: string; buyers: number
  cells: { r: number; f: number; customers: number; net: number; change: number | null }[]
  edges: { r: (number | null)[]; f: (number | null)[]; m: (number | null)[] }
  groups8: ClassSize[]; groups11: ClassSize[]
}
export interface Flow {
  from: string; to: string
  nodes: { key: string; label: Label; from_count: number; to_count: number }[]
  links: { source: string; target: string; customers: number; net: number }[]
}
export interface Curve {
  points: { customers_share: number; net_share: number }[]
  gini: number | null; buyers: number; top: { share: number; net_share: number }[]
}
export interface Cohorts { as_of: string; cohorts: { month: string; size: number; values: number[] }[] }

export type ScoreMethod = { method: 'quantile' } | { method: 'bins'; edges: number[] } | { method: 'kmeans' }
export type Definition =
  | { kind: 'attribute'; key: string }
  | ({ kind: 'aggregate' } & Aggregate)
  | { kind: 'formula'; expr: Expr }
  | { kind: 'score'; of: string; among: string; method: ScoreMethod; smaller_is_better?: boolean }
  | { kind: 'share'; of: string }
  | { kind: 'derived'; function: string; of: string[] }
export interface Feature {
  key: string; label: Label; description: Label; group: string; value: ValueType
  unit?: Label | null; definition: Definition; builtin?: boolean; version?: number
}

export interface CustomerItem {
  id: string; name: string | null; phone: string | null; email: string | null; external_id: string | null
  values: Record<string, Value>; classes: Record<string, Named>
}
export interface CustomerPage { items: CustomerItem[]; total: number; next_cursor: string | null; as_of: string }
export interface Profile {
  id: string; name: string | null; kind: 'person' | 'organisation'
  identifiers: { kind: string; value: string }[]
  contacts: { name: string | null; role: string | null; phone: string | null; email: string | null }[]
  features: { key: string; label: Label; group: string; unit?: Label | null; value: Value }[]
  classes: { classification: string; label: Label; class: Named }[]
  segments: Named[]
  as_of: string
}
export type TimelineType = 'order' | 'refund' | 'interaction' | 'answer' | 'attribute'
export interface TimelineItem {
  at: string; day: string; type: TimelineType; title: Label; amount: number | null; detail: Record<string, unknown>
}
export interface Timeline { items: TimelineItem[]; next_cursor: string | null }
export interface WhyCondition {
  kind: 'all' | 'any' | 'not' | 'leaf'
  text: string; sentence: Label; finding: Label; threshold: Value; actual: Value; holds: boolean; path: string
  children?: WhyCondition[]
  counted?: { count: number; items: { day: string; title: Label; amount: number | null }[] } | null
}
export interface Why {
  subject: Label; result: Named; sentence: Label; conditions: WhyCondition[]
  tried: { class: string; label: Label; holds: boolean; condition: WhyCondition }[]
  change: { sentence: Label; target: Named } | null
  as_of: string; known: Known; version: number
}

export interface SegmentItem {
  key: string; label: Label; description: Label; kind: 'dynamic' | 'static'
  size: number; net: number; share: number; version: number; rule_text: string | null; sentence: Label
  rule?: Rule | null; exclude?: string[]; priority?: { group: string; rank: number } | null
}
export interface SegmentBody {
  key?: string; label: Label; description: Label; rule_text?: string; rule?: Rule
  customers?: string[]; exclude?: string[]; priority?: { group: string; rank: number } | null
}
export interface PreviewCondition { path: string; text: string; sentence: Label; count: number }
export interface Preview {
  count: number; total: number; net: number; milliseconds: number; as_of: string
  sentence: Label; text: string; rule: Rule; conditions: PreviewCondition[]; sample: CustomerItem[]
}
export interface ParsedRule { rule: Rule; text: string; sentence: Label }
