/** What the API says, from its description (`gen/schema.d.ts`), made narrower where the description cannot say more. */

import type { components } from './gen/schema'

type S = components['schemas']
type Refine<T, R> = Omit<T, keyof R> & R

export type Lang = 'zh-CN' | 'en'
export type Label = S['Label']
export type ValueType = S['ValueType']
export type Value =
  | { type: 'null' }
  | { type: 'bool'; value: boolean }
  | { type: 'int' | 'number' | 'money'; value: number }
  | { type: 'text' | 'day'; value: string }
export type Known = S['Known']
export type Named = S['Named']

export type Currency = S['CurrencyView']
export type Workspace = Refine<S['WorkspaceView'], { lang: Lang }>
export type Session = Refine<S['SessionView'], { workspace?: Workspace | null }>
export type PasswordChanged = S['PasswordChanged']

export type Role = S['Role']
export type Permission = S['Permission']
/** What was said of one person or token beside the role: does it see phones, e-mails, birthdays, comments? */
export type Personal = S['Personal']
export interface Standing { role: Role; personal: Personal }
export type Member = S['MemberView']
export type InvitationDraft = Refine<S['InvitationForm'], Standing>
export type Invitation = Refine<S['InvitationView'], { state: 'open' | 'accepted' | 'revoked' | 'expired' }>
/** `link` is told this once; absolute where the server knows its own address. */
export type InvitationMade = Refine<S['InvitationMade'], { invitation: Invitation }>
/** What a link says before it is taken; `known`: the address has an account already. */
export type InvitationLook = S['InvitationOffer']
export type InvitationAnswer = S['InvitationAcceptance']
export type TokenDraft = Refine<S['TokenForm'], Standing>
export type Token = Refine<S['TokenView'], { state: 'active' | 'expired' | 'revoked' }>
export type TokenMade = Refine<S['TokenMade'], { token: Token }>
export interface AuditFilter { actor?: string; action?: string; about?: string; from?: string; to?: string }
export type AuditEntry = Refine<S['AuditEntry'], { detail: Record<string, unknown> }>
export type AuditPage = Refine<S['AuditPage'], { items: AuditEntry[] }>
export type AuditVerdict = S['AuditCheck']
export type SignedHead = S['SignedHeadView']
export type ExportForm = S['ExportForm']
export type Everything = S['EverythingForm']['format'] & string
export type Job = S['JobView']
export type JobPage = S['JobPage']
export type Schedule = S['ScheduleView']
export type SetupBody = Refine<S['SetupForm'], { lang: Lang }>
export type ProblemBody = Partial<Refine<S['Problem'], { params: Record<string, unknown> & { span?: [number, number]; message?: Label } }>>

export type Inbox = S['InboxView']
export type Received = S['Received']
export type Whom = S['Whom']
export type CustomerForm = S['CustomerForm']
export type OrderForm = S['OrderForm']
export type OrderLine = S['Line']
export type InteractionForm = S['InteractionForm']
export type ImportStatus = 'mapping' | 'checking' | 'checked' | 'committing' | 'committed' | 'undone' | 'failed'
export type Collision = 'overwrite' | 'if_blank' | 'never'
export type ColumnGuess = S['ColumnGuess']
export type DateOrder = 'ymd' | 'dmy' | 'mdy'
export interface MappedColumn {
  index: number; header: string; target: string; collision: Collision; identifier?: boolean; value_type?: string | null
  date_order?: DateOrder | null; decimal_mark?: 'point' | 'comma' | null; scale?: number
}
/** Members not named here travel back unchanged. `kinds` is the server's: it follows from the columns. */
export interface Mapping {
  columns: MappedColumn[]
  encoding?: string | null; delimiter?: string | null; sheet?: string | null; header_row?: number
  date_order?: DateOrder; decimal_mark?: 'point' | 'comma'; time_zone?: string
  kinds?: string[]; order_identity?: 'column' | 'row' | 'customer_day'; refund_prefix?: string | null; customer_by_row?: boolean; continued?: boolean
  question?: string | null; interaction_kind?: string | null
  [key: string]: unknown
}
export type ImportFile = Refine<Required<S['ImportFile']>, { mapping: Mapping }>
export type RejectReason = S['Reason']
export type Report = S['Report']
/** `resting_rows`: rows of later imports that say again what this one said, and go when it goes; only one import alone tells it. */
export type Import = Refine<S['ImportView'], { status: ImportStatus; error?: ProblemBody | null; files: ImportFile[]; resting_rows?: number | null; handled?: number | null }>
export type Target = S['TargetView']

export type ClassSize = S['ClassSize']
export type ClassificationSummary = S['ClassificationSummary']
export type Classification = S['Classification']
export type ClassificationDetail = S['ClassificationView']
export type ClassificationPreview = S['ClassificationPreview']
export type Versions = S['Versions']
export type Dependent = S['Dependent']
/** What a reading says of its own age. */
export type Fresh = Pick<S['RunInfo'], 'stale' | 'waiting'>
export type Version = S['Version']
export type Difference = S['Difference']
export type SegmentTrend = S['SegmentTrend']
export type ClassTrend = S['ClassTrend']
/** Definitions by the name their addresses have. */
export type Defined = 'features' | 'classifications' | 'segments'
export type Overview = S['Overview']
export type Scoring = S['Scoring']
export type Rfm = S['Rfm']
export type RfmFit = S['RfmFit']
export type Flow = S['Movement']
export type Curve = S['Curve']
export type Cohorts = S['Cohorts']

export type SqlTables = S['SqlTables']
export type SqlAnswer = Refine<S['SqlAnswer'], { rows: Value[][] }>
export type Question = Refine<S['QuestionView'], { audience: 'private' | 'everyone' }>
export type QuestionBody = Refine<S['QuestionDraft'], { audience: 'private' | 'everyone' }>
export type Asked = S['AskedView']

export type Show = S['Show']
export type Measure = S['TileMeasure']
export type Goal = S['TileGoal']
export type Tile = Refine<S['Tile'], { who?: Record<string, string>; show: Show }>
export type Dashboard = Refine<S['DashboardView'], { audience: 'private' | 'everyone'; tiles: Tile[] }>
export type DashboardBody = Refine<S['DashboardDraft'], { audience: 'private' | 'everyone'; tiles: Tile[] }>
export type DashboardTemplate = Refine<S['DashboardTemplate'], { tiles: Tile[] }>
export type Subscription = S['SubscriptionView']
export type SubscriptionDraft = S['SubscriptionDraft']
export type FigureColumn = S['FigureColumn']
export type FigureCell = Refine<S['FigureCell'], { value: Value; open?: Record<string, string> | null }>
export type FigureRow = Refine<S['FigureRow'], { cells: FigureCell[] }>
export type Reckoned = Refine<S['Reckoned'], { value: Value; low?: Value | null; high?: Value | null }>
export type Headline = Refine<S['Headline'], { now: Reckoned; before?: Reckoned | null; difference?: Value | null }>
export type FigureGoal = Refine<S['FigureGoal'], { value: Value; difference?: Value | null }>
export type Figure = Refine<S['Figure'], { rows: FigureRow[]; headline?: Headline | null; goal?: FigureGoal | null }>
export type Figures = Refine<S['Figures'], { items: Figure[] }>

export type ScoreMethod = S['ScoreMethod']
export type Definition = S['Definition']
export type Feature = S['Feature']
export type FeatureList = S['FeatureList']

export type CustomerItem = Refine<S['CustomerItem'], { values: Record<string, Value> }>
export type CustomerPage = Refine<S['CustomerPage'], { items: CustomerItem[] }>
export type Profile = Refine<S['Profile'], { kind: 'person' | 'organisation'; features: Refine<S['FeatureValue'], { value: Value }>[] }>
export type TimelineType = S['EventKind']
export type TimelineItem = Refine<S['Event'], { detail: Record<string, unknown> }>
export type Course = S['CourseView']
export type Turn = S['TurnView']
export type Timeline = Refine<S['Timeline'], { items: TimelineItem[] }>
export type WhyCondition = Refine<S['WhyCondition'], { kind: 'all' | 'any' | 'not' | 'leaf'; actual: Value; threshold: Value; children?: WhyCondition[] }>
export type Why = Refine<S['WhyView'], { conditions: WhyCondition[]; tried: Refine<S['Tried'], { condition: WhyCondition }>[] }>

export type Tag = S['TagView']
export type TagRef = S['TagRef']
export type TagBody = S['TagDraft']
export type Owner = S['OwnerRef']
export type Note = S['NoteView']
export type View = Refine<S['ViewView'], { audience: 'private' | 'everyone'; query: Record<string, string> }>
export type ViewBody = Refine<S['ViewDraft'], { audience: 'private' | 'everyone'; query: Record<string, string> }>
export type Facets = S['Facets']
export type Facet = S['Facet']
export type ChangeKind = 'tag_add' | 'tag_remove' | 'owner_set' | 'list_add' | 'list_remove' | 'name_set' | 'field_set' | 'contact_set' | 'identifier_set' | 'profiling_refuse' | 'profiling_allow'
export type ChangeBody = Refine<S['ChangeDraft'], { kind: ChangeKind; filter?: Record<string, string> | null; was?: Value | null }>
export type ContactDraft = S['ContactDraft']
export type Entry = S['Entry']
export type EntryKind = S['EntryKind']
export type KindExample = Refine<S['KindExample'], { before: Value; after: Value }>
export type KindForm = Refine<S['KindForm'], { kind: EntryKind }>
export type KindReport = Refine<S['KindReport'], { converted_examples: KindExample[]; lost_examples: KindExample[]; outside_examples: KindExample[] }>
export type RecordFigure = S['RecordFigure']
export type RecordStat = S['RecordStat']
export type Written = S['Written']
export type Change = Refine<S['MadeChange'], { kind: ChangeKind }>
export type ChangePreview = S['ChangePreview']
export type ChangePage = Refine<S['ChangePage'], { items: Change[] }>

export type InForce = S['InForce']
export type SegmentItem = Refine<S['SegmentView'], { kind: 'dynamic' | 'static' }>
export type SegmentBody = S['SegmentDraft']
export type Preview = Refine<S['Preview'], { sample: CustomerItem[] }>
export type ParsedRule = S['RuleForms']

export type FormField = S['FormField']
export type FormSection = S['FormSection']
export type CustomObject = S['ObjectView']
export type ObjectBody = S['ObjectDraft']
export type ObjectUsage = S['ObjectUsage']
export type RecordItem = Refine<S['RecordView'], { values: Record<string, Value> }>
export type RecordPage = Refine<S['RecordPage'], { items: RecordItem[] }>
export type RecordImportForm = Partial<S['RecordImportForm']>
export type RecordImportReport = S['RecordImportReport']
export type RecordsChange = S['RecordsChange']
export type RecordsChanged = S['RecordsChanged']
export type RecordImport = S['RecordImportView']
export type RecordImportUndone = S['RecordImportUndone']
export type RecordBody = Refine<S['RecordDraft'], { values: Record<string, Written | null> }>
