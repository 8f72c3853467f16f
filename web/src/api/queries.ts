/** Every read of the app as query options, every write as a plain function: one page to see what the web asks of the server. */

import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call, send, lookingAs } from './client'
import { at } from './base'
import { isProblem } from './problem'
import type { Rule } from './rule'
import type {
  AuditFilter, AuditPage, AuditVerdict, Classification, ClassificationDetail, ClassificationPreview, ClassTrend, Cohorts, Course, Curve, CustomerPage, Defined, Everything, ExportForm, Feature, FeatureList, Flow, Fresh, Import, Inbox,
  Invitation, InvitationAnswer, InvitationDraft, InvitationLook, InvitationMade, Job, JobPage, Known, Lang, Mapping, Member, Overview, ParsedRule, PasswordChanged,
  Preview, Profile, Rfm, RfmFit, Schedule, Scoring, SegmentBody, SegmentItem, SegmentTrend, Session, SetupBody, SignedHead, Standing, Target, Timeline, Token, TokenDraft, TokenMade, Versions, Why,
} from './types'

export interface AsOf { as_of?: string; known?: Known }
const minute = 60_000

declare global { interface Window { zhiyinSession?: Promise<Response> } }
/** What `boot.js` asked before this was here: good once, and only if it is an answer. */
async function early(): Promise<Session | undefined> {
  const asked = window.zhiyinSession
  window.zhiyinSession = undefined
  return asked?.then((answer) => (answer.ok ? (answer.json() as Promise<Session>) : undefined)).catch(() => undefined)
}
export const session = queryOptions({ queryKey: ['session'], queryFn: async ({ signal }) => { const now = (await early()) ?? (await call<Session>('GET', '/session', { signal })); lookingAs(now.viewing ? now.user?.id : undefined); return now }, staleTime: 5 * minute, retry: false })
/** Set when the server no longer knows a session that this page still shows. */
export const sessionOver = ['session over']
export const signIn = (body: { email: string; password: string }) => call<Session>('POST', '/session', { body })
export const signOut = () => call<void>('DELETE', '/session')
export const changePassword = (body: { old: string; new: string }) => call<PasswordChanged>('PUT', '/session/password', { body })
export const putWorkspace = (body: { name: string; lang: Lang; time_zone?: string; currency?: string }) => call<Session>('PUT', '/workspace', { body })
export const setUp = (body: SetupBody) => call<Session>('POST', '/setup', { body })

const items = async <T>(path: string, signal: AbortSignal) => (await call<{ items: T[] }>('GET', path, { signal })).items
export const members = queryOptions({ queryKey: ['members'], queryFn: ({ signal }) => items<Member>('/members', signal) })
export const putMember = (id: string, body: Standing) => call<Member>('PUT', `/members/${id}`, { body })
export const deleteMember = (id: string) => call<void>('DELETE', `/members/${id}`)
export const invitations = queryOptions({ queryKey: ['invitations'], queryFn: ({ signal }) => items<Invitation>('/invitations', signal) })
export const postInvitation = (body: InvitationDraft) => call<InvitationMade>('POST', '/invitations', { body })
export const deleteInvitation = (id: string) => call<void>('DELETE', `/invitations/${id}`)
export const lookAtInvitation = (token: string) =>
  queryOptions({ queryKey: ['invitation', token], queryFn: ({ signal }) => call<InvitationLook>('POST', '/invitations/look', { body: { token }, signal }), retry: false, staleTime: Infinity, gcTime: 0 })
export const acceptInvitation = (body: InvitationAnswer) => call<Session>('POST', '/invitations/accept', { body })
export const tokens = queryOptions({ queryKey: ['tokens'], queryFn: ({ signal }) => items<Token>('/tokens', signal) })
export const postToken = (body: TokenDraft) => call<TokenMade>('POST', '/tokens', { body })
export const deleteToken = (id: string) => call<void>('DELETE', `/tokens/${id}`)
/** Newest first. */
export const auditPage = (query: AuditFilter & { cursor?: string; limit: number }, signal?: AbortSignal) => call<AuditPage>('GET', '/audit', { query: { ...query }, signal })
/** The end of the log as it was signed last; null before the first. */
export const signedHead = queryOptions({
  queryKey: ['audit head'],
  queryFn: ({ signal }) => call<SignedHead>('GET', '/audit/head', { signal }).catch((e: unknown) => { if (isProblem(e) && e.status === 404) return null; throw e }),
})
export const verifyAudit = (head: string) => call<AuditVerdict>('GET', '/audit/verify', { query: { head } })

/** Everything of the business in open files, and back into an empty one. */
export const postEverything = (format: Everything) => call<Job>('POST', '/everything', { body: { format } })
export const uploadEverything = (file: File, onSent: (share: number) => void, signal: AbortSignal) => {
  const form = new FormData()
  form.append('file', file, file.name)
  return send<Job>('/everything/import', form, onSent, signal)
}
export const postExport = (body: ExportForm) => call<Job>('POST', '/exports', { body })
/** Newest first. */
export const jobsPage = (query: { state?: string; kind?: string; mine?: boolean; cursor?: string; limit: number }, signal?: AbortSignal) => call<JobPage>('GET', '/jobs', { query, signal })
export const cancelJob = (id: string) => call<Job>('POST', `/jobs/${id}/cancel`)
export const retryJob = (id: string) => call<Job>('POST', `/jobs/${id}/retry`)
export const schedules = queryOptions({ queryKey: ['schedules'], queryFn: ({ signal }) => items<Schedule>('/schedules', signal) })

export const imports = queryOptions({ queryKey: ['imports'], queryFn: async ({ signal }) => (await call<{ items: Import[] }>('GET', '/imports', { signal })).items })
export const importOne = (id: string) =>
  queryOptions({
    queryKey: ['imports', id],
    queryFn: ({ signal }) => call<Import>('GET', `/imports/${id}`, { signal }),
    refetchInterval: (q) => (q.state.data?.status === 'checking' || q.state.data?.status === 'committing' ? 400 : false),
  })
/** What programs posted and is not moved to the lake yet; looked at again while something waits. */
export const inbox = queryOptions({
  queryKey: ['inbox'],
  queryFn: ({ signal }) => call<Inbox>('GET', '/inbox', { signal }),
  refetchInterval: (q) => (q.state.data?.waiting ? 3000 : false),
})
export const moveInbox = () => call<Inbox>('POST', '/inbox/move')
/** The reference of the API, a page of its own. */
export const docs = (lang: Lang) => at(`/docs/${lang}`)
export const targets = queryOptions({ queryKey: ['targets'], queryFn: async ({ signal }) => (await call<{ items: Target[] }>('GET', '/imports/targets', { signal })).items, staleTime: Infinity })
export const upload = (files: File[], onSent: (share: number) => void, signal: AbortSignal) => {
  const form = new FormData()
  for (const file of files) form.append('file', file, file.name)
  return send<Import>('/imports', form, onSent, signal)
}
export const putMapping = (id: string, files: Mapping[]) => call<Import>('PUT', `/imports/${id}/mapping`, { body: { files } })
export const checkImport = (id: string) => call<Import>('POST', `/imports/${id}/check`)
export const stopImport = (id: string) => call<Import>('POST', `/imports/${id}/stop`)
export const commitImport = (id: string) => call<Import>('POST', `/imports/${id}/commit`)
export const undoImport = (id: string) => call<Import>('POST', `/imports/${id}/undo`)
/** Sample data for an empty business, in a language; and its end. */
export const postSample = (lang: Lang) => call<Job>('POST', '/sample', { query: { lang } })
export const deleteSample = () => call<void>('DELETE', '/sample')
export const discardImport = (id: string) => call<void>('DELETE', `/imports/${id}`)

/** Figures that are about to change are asked for again: soon while what is on its way is young, now and then where it has to wait. */
export const untilFresh = (of?: Fresh) => (of?.stale ? 2_000 : !of?.waiting ? false : Date.now() - Date.parse(of.waiting.since) < 30_000 ? 2_000 : 15_000)

export const overview = (at: AsOf = {}) =>
  queryOptions({ queryKey: ['run', 'overview', at], queryFn: ({ signal }) => call<Overview>('GET', '/overview', { query: { ...at }, signal }), placeholderData: keepPreviousData, refetchInterval: (q) => untilFresh(q.state.data?.run) })
/** Has the current figures computed anew; they follow every change by themselves. */
export const postRun = () => call<Job>('POST', '/overview/run')
export const classification = (key: string, at: AsOf = {}) =>
  queryOptions({ queryKey: ['run', 'classification', key, at], queryFn: ({ signal }) => call<ClassificationDetail>('GET', `/classifications/${encodeURIComponent(key)}`, { query: { ...at }, signal }) })
/** `version`: the one that was opened; where another is in force by now, nothing is written. */
export const putClassification = (key: string, definition: Classification, version: number) => call<ClassificationDetail>('PUT', `/classifications/${encodeURIComponent(key)}`, { body: { definition }, query: { version } })
export const postClassification = (definition: Classification) => call<ClassificationDetail>('POST', '/classifications', { body: { definition } })
export const rfm = (query: AsOf & { compare?: string; scoring: Scoring }) =>
  queryOptions({ queryKey: ['run', 'rfm', query], queryFn: ({ signal }) => call<Rfm>('GET', '/rfm', { query: { ...query }, signal }), placeholderData: keepPreviousData })
export const rfmFit = (at: AsOf) =>
  queryOptions({ queryKey: ['run', 'rfm', 'fit', at], queryFn: ({ signal }) => call<RfmFit>('GET', '/rfm/fit', { query: { ...at }, signal }) })
export const flow = (query: { classification: string; from?: string; to?: string; known?: Known }) =>
  queryOptions({ queryKey: ['run', 'flow', query], queryFn: ({ signal }) => call<Flow>('GET', '/flow', { query: { ...query }, signal }), placeholderData: keepPreviousData })
export const curve = (at: AsOf = {}) =>
  queryOptions({ queryKey: ['run', 'curve', at], queryFn: ({ signal }) => call<Curve>('GET', '/curve', { query: { ...at }, signal }), placeholderData: keepPreviousData })

export const cohorts = (at: AsOf = {}) =>
  queryOptions({ queryKey: ['run', 'cohorts', at], queryFn: ({ signal }) => call<Cohorts>('GET', '/cohorts', { query: { ...at, months: 12 }, signal }), placeholderData: keepPreviousData })

export const features = queryOptions({ queryKey: ['features'], queryFn: ({ signal }) => call<FeatureList>('GET', '/features', { signal }), staleTime: minute })
export const postFeature = (feature: Feature) => call<Feature>('POST', '/features', { body: feature })
export const putFeature = (feature: Feature, version: number) => call<Feature>('PUT', `/features/${encodeURIComponent(feature.key)}`, { body: feature, query: { version } })

export type CustomerQuery = Record<string, string | undefined>
export const customers = (query: CustomerQuery, limit = 50) =>
  infiniteQueryOptions({
    queryKey: ['run', 'customers', query, limit],
    queryFn: ({ signal, pageParam }) => call<CustomerPage>('GET', '/customers', { query: { ...query, limit, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: (q) => untilFresh(q.state.data?.pages[0]),
  })
export const findCustomers = (q: string) =>
  queryOptions({ queryKey: ['run', 'find', q], queryFn: ({ signal }) => call<CustomerPage>('GET', '/customers', { query: { q, sort: 'match', limit: 6 }, signal }), enabled: q.trim().length > 0, placeholderData: keepPreviousData })
export const profile = (id: string, at: AsOf = {}) =>
  queryOptions({ queryKey: ['run', 'customer', id, at], queryFn: ({ signal }) => call<Profile>('GET', `/customers/${id}`, { query: { ...at }, signal }), refetchInterval: (q) => untilFresh(q.state.data) })
export const timeline = (id: string, types: string, at: AsOf = {}) =>
  infiniteQueryOptions({
    queryKey: ['run', 'timeline', id, types, at],
    queryFn: ({ signal, pageParam }) => call<Timeline>('GET', `/customers/${id}/timeline`, { query: { ...at, types, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })
export const course = (id: string, at: AsOf = {}) =>
  queryOptions({ queryKey: ['run', 'course', id, at], queryFn: ({ signal }) => call<Course>('GET', `/customers/${id}/course`, { query: { ...at }, signal }) })
export const why = (id: string, subject: { classification?: string; segment?: string }, at: AsOf = {}) =>
  queryOptions({ queryKey: ['run', 'why', id, subject, at], queryFn: ({ signal }) => call<Why>('GET', `/customers/${id}/why`, { query: { ...subject, ...at }, signal }) })

export const segments = (at: AsOf = {}) =>
  queryOptions({ queryKey: ['run', 'segments', at], queryFn: async ({ signal }) => (await call<{ items: SegmentItem[] }>('GET', '/segments', { query: { ...at }, signal })).items, placeholderData: keepPreviousData })
export const segment = (key: string, at: AsOf = {}) =>
  queryOptions<SegmentItem>({
    queryKey: ['run', 'segment', key, at],
    queryFn: ({ signal }) => call<SegmentItem>('GET', `/segments/${encodeURIComponent(key)}`, { query: { ...at }, signal }),
    // another day of the same segment: what is being edited stays on screen
    placeholderData: (old) => (old?.key === key ? old : undefined),
  })
export const postSegment = (body: SegmentBody) => call<SegmentItem>('POST', '/segments', { body })
export const putSegment = (key: string, body: SegmentBody, version: number) => call<SegmentItem>('PUT', `/segments/${encodeURIComponent(key)}`, { body, query: { version } })
/** `place`: the segment it belongs to and its place among others, which take members away. */
export const preview = (text: string, exclude: string[], at: AsOf = {}, place: { key?: string; priority?: { group: string; rank: number } | null } = {}) =>
  queryOptions({
    queryKey: ['run', 'preview', text, exclude, at, place],
    queryFn: ({ signal }) => call<Preview>('POST', '/segments/preview', { body: { rule_text: text, exclude, ...at, ...place }, signal }),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: minute,
  })
export const parseRule = (text: string, signal?: AbortSignal) => call<ParsedRule>('POST', '/rules/parse', { body: { text }, signal })
export const renderRule = (rule: Rule, signal?: AbortSignal) => call<ParsedRule>('POST', '/rules/render', { body: { rule }, signal })

/** Sizes over time: computed day by day, asked again until all are there. */
const again = ({ state }: { state: { data?: { pending: number } } }) => (state.data?.pending ? 1_000 : false)
export type TrendSpan = { step: 'day' | 'week' | 'month'; points: number }
export const segmentTrend = (key: string, at: AsOf, span: TrendSpan) =>
  queryOptions({ queryKey: ['run', 'trend', 'segment', key, at, span], queryFn: ({ signal }) => call<SegmentTrend>('GET', `/segments/${encodeURIComponent(key)}/trend`, { query: { ...at, ...span }, signal }), refetchInterval: again, placeholderData: keepPreviousData })
export const classTrend = (key: string, at: AsOf, span: TrendSpan) =>
  queryOptions({ queryKey: ['run', 'trend', 'class', key, at, span], queryFn: ({ signal }) => call<ClassTrend>('GET', `/classifications/${encodeURIComponent(key)}/trend`, { query: { ...at, ...span }, signal }), refetchInterval: again, placeholderData: keepPreviousData })
export const versions = (of: Defined, key: string) =>
  queryOptions({ queryKey: ['run', 'versions', of, key], queryFn: ({ signal }) => call<Versions>('GET', `/${of}/${encodeURIComponent(key)}/versions`, { signal }) })
/** Own ones go; one that ships with the product is put back to how it ships. `anyway`: also if something names it. */
export const removeDefinition = (of: Defined, key: string, anyway: boolean) => call<void>('DELETE', `/${of}/${encodeURIComponent(key)}`, { query: { anyway: anyway ? 'true' : undefined } })
export const restoreVersion = (of: Defined, key: string, version: number) => call<Versions>('POST', `/${of}/${encodeURIComponent(key)}/restore`, { body: { version } })
export const previewClassification = (definition: Classification) =>
  queryOptions({ queryKey: ['run', 'preview', 'classification', definition], queryFn: ({ signal }) => call<ClassificationPreview>('POST', '/classifications/preview', { body: { definition }, signal }), placeholderData: keepPreviousData, retry: false, staleTime: minute })
