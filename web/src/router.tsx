import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect, retainSearchParams } from '@tanstack/react-router'
import { BASE } from './api/base'
import { whenDenied, whenSignedOut } from './api/client'
import type { Known, Permission, Scoring } from './api/types'
import { customers as customerPages, features as featureList, overview as overviewOf, profile, session, sessionOver } from './api/queries'
import { askedOf } from './areas/customers/asked'
import { keepInvitation } from './areas/session/invitation'
import { NotFound, Nowhere, Oops } from './areas/shell/Oops'
import { Shell } from './areas/shell/Shell'
import { Loading } from './parts/States'

type Raw = Record<string, unknown>
const text = (v: unknown) => (typeof v === 'string' && v !== '' ? v : undefined)
/** A day of the calendar; 2026-02-30 is none. */
const day = (v: unknown) => (typeof v === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(v) && new Date(`${v}T00:00:00Z`).toJSON()?.startsWith(v) ? v : undefined)
const oneOf = <T extends string>(v: unknown, ...all: T[]) => all.find((x) => x === v)

/** As-of day and knowledge travel with the reader from page to page. */
export interface RootSearch { as_of?: string; known?: Known }
const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  validateSearch: (s: Raw): RootSearch => ({ as_of: day(s.as_of), known: oneOf(s.known, 'then', 'today') }),
  search: { middlewares: [retainSearchParams(['as_of', 'known'])] },
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: Oops,
})

const setup = createRoute({
  getParentRoute: () => root, path: '/setup', validateSearch: (s: Raw): { token?: string } => ({ token: text(s.token) }),
  beforeLoad: async ({ context }) => {
    const now = await context.queries.ensureQueryData(session)
    if (!now.setup_required) throw redirect({ to: '/' })
  },
  component: lazyRouteComponent(() => import('./areas/session/Setup'), 'Setup'),
})
const signin = createRoute({
  getParentRoute: () => root, path: '/signin', validateSearch: (s: Raw): { next?: string } => ({ next: text(s.next) }),
  beforeLoad: async ({ context }) => {
    const now = await context.queries.ensureQueryData(session)
    if (now.setup_required) throw redirect({ to: '/setup' })
    if (now.user) throw redirect({ to: '/' })
  },
  component: lazyRouteComponent(() => import('./areas/session/SignIn'), 'SignIn'),
})

/** Back from the sign-in service. */
const signinBack = createRoute({
  getParentRoute: () => root, path: '/signin/oidc',
  validateSearch: (s: Raw): { code?: string; state?: string; iss?: string; error?: string } => ({ code: text(s.code), state: text(s.state), iss: text(s.iss), error: text(s.error) }),
  component: lazyRouteComponent(() => import('./areas/session/SignInBack'), 'SignInBack'),
})

/** The link of an invitation: its secret leaves the address bar before anything is asked or shown. `/join?token=` is the same by another name. */
const invite = createRoute({
  getParentRoute: () => root, path: '/invite',
  beforeLoad: ({ location }) => { if (keepInvitation(location.hash)) throw redirect({ to: '/invite', replace: true }) },
  component: lazyRouteComponent(() => import('./areas/session/Join'), 'Join'),
})
const join = createRoute({
  getParentRoute: () => root, path: '/join', validateSearch: (s: Raw): { token?: string } => ({ token: text(s.token) }),
  beforeLoad: ({ search, location }) => {
    keepInvitation(search.token ?? location.hash)
    throw redirect({ to: '/invite', replace: true })
  },
})

/** The link at the end of a mail. */
const unsubscribe = createRoute({ getParentRoute: () => root, path: '/unsubscribe', validateSearch: (s: Raw): { token?: string } => ({ token: text(s.token) }), component: lazyRouteComponent(() => import('./areas/session/Unsubscribe'), 'Unsubscribe') })

/** Everybody needs a second step of signing in, and the reader has none. */
const secondStep = createRoute({
  getParentRoute: () => root, path: '/second-step',
  beforeLoad: async ({ context }) => {
    const now = await context.queries.ensureQueryData(session)
    if (!now.second_factor_due) throw redirect({ to: '/' })
  },
  component: lazyRouteComponent(() => import('./areas/session/Second'), 'Second'),
})

const app = createRoute({
  getParentRoute: () => root, id: 'app', component: Shell,
  beforeLoad: async ({ context, location }) => {
    const now = await context.queries.ensureQueryData(session)
    if (now.setup_required) throw redirect({ to: '/setup', search: { token: text((location.search as Raw).token) } })
    if (!now.user) throw redirect({ to: '/signin', search: { next: location.href === '/' ? undefined : location.href } })
    if (now.second_factor_due) throw redirect({ to: '/second-step' })
  },
  // names of classes and the newest day stand on every page: asked for before any of it is drawn
  loader: ({ context, location }) => {
    const { as_of, known } = location.search as RootSearch
    void context.queries.prefetchQuery({ ...overviewOf({ as_of, known }), staleTime: Infinity })
    void context.queries.prefetchQuery({ ...featureList, staleTime: Infinity })
  },
})
const home = createRoute({ getParentRoute: () => app, path: '/', component: lazyRouteComponent(() => import('./areas/today/TodayPage'), 'TodayPage') })

export interface OverviewSearch { scoring?: Scoring | 'all'; view?: 'people' | 'money' | 'margin' | 'change'; compare?: string; from?: string; flow?: string; moves?: 'matrix' }
const overview = createRoute({
  getParentRoute: () => app, path: '/classification',
  validateSearch: (s: Raw): OverviewSearch => ({
    scoring: oneOf(s.scoring, 'quantile', 'bins', 'kmeans', 'all'), view: oneOf(s.view, 'people', 'money', 'margin', 'change'), compare: day(s.compare), from: day(s.from), flow: text(s.flow), moves: oneOf(s.moves, 'matrix'),
  }),
  component: lazyRouteComponent(() => import('./areas/classification/OverviewPage'), 'OverviewPage'),
})
const classificationNew = createRoute({ getParentRoute: () => app, path: '/classification/new', staticData: { needs: 'definitions:write' }, component: lazyRouteComponent(() => import('./areas/classification/NewPage'), 'NewPage') })
const classification = createRoute({ getParentRoute: () => app, path: '/classifications/$key', validateSearch: (s: Raw): { from?: string; moves?: 'matrix' } => ({ from: day(s.from), moves: oneOf(s.moves, 'matrix') }), component: lazyRouteComponent(() => import('./areas/classification/DetailPage'), 'DetailPage') })

/** Filters of the customer list live in the URL; `class.<classification>`, `was.<classification>` (`class@day`) and `f.<own field>` are one parameter each. */
export type ListSearch = { q?: string; segment?: string; entered?: string; left?: string; rule?: string; sort?: string; columns?: string; tag?: string; owner?: string; finding?: string; view?: string; density?: 'small'; display?: 'cards'; facets?: 'off' } & Record<`class.${string}` | `was.${string}` | `f.${string}`, string | undefined>
const customers = createRoute({
  getParentRoute: () => app, path: '/customers',
  validateSearch: (s: Raw): ListSearch => {
    const found: Record<string, string | undefined> = { q: text(s.q), segment: text(s.segment), entered: text(s.entered), left: text(s.left), rule: text(s.rule), sort: text(s.sort), columns: text(s.columns), tag: text(s.tag), owner: text(s.owner), finding: text(s.finding), view: text(s.view), density: oneOf(s.density, 'small'), display: oneOf(s.display, 'cards'), facets: oneOf(s.facets, 'off') }
    for (const [k, v] of Object.entries(s)) if (k.startsWith('class.') || k.startsWith('was.') || k.startsWith('f.')) found[k] = text(v)
    return found as ListSearch
  },
  loader: ({ context, location, preload }) => {
    if (preload) return
    const asked = askedOf(location.search as ListSearch)
    if (context.queries.getQueryData(session.queryKey)?.user?.permissions.includes('personal:read')) void context.queries.prefetchInfiniteQuery(customerPages(asked.query))
  },
  component: lazyRouteComponent(() => import('./areas/customers/ListPage'), 'ListPage'),
})
const customer = createRoute({
  getParentRoute: () => app, path: '/customers/$id',
  validateSearch: (s: Raw): { types?: string; why?: string } => ({ types: text(s.types), why: text(s.why) }),
  loader: ({ context, location, params, preload }) => {
    if (preload) return
    const { as_of, known } = location.search as RootSearch
    void context.queries.prefetchQuery(profile(params.id, { as_of, known }))
  },
  component: lazyRouteComponent(() => import('./areas/customers/ProfilePage'), 'ProfilePage'),
})
const changes = createRoute({
  getParentRoute: () => app, path: '/changes', staticData: { needs: 'customers:write' }, validateSearch: (s: Raw): { by?: 'everybody' } => ({ by: oneOf(s.by, 'everybody') }),
  component: lazyRouteComponent(() => import('./areas/changes/ChangesPage'), 'ChangesPage'),
})
const erasuresRoute = createRoute({ getParentRoute: () => app, path: '/erasures', staticData: { needs: 'customers:erase' }, component: lazyRouteComponent(() => import('./areas/erasures/ErasuresPage'), 'ErasuresPage') })
const erasureOne = createRoute({ getParentRoute: () => app, path: '/erasures/$id', staticData: { needs: 'customers:erase' }, component: lazyRouteComponent(() => import('./areas/erasures/ErasurePage'), 'ErasurePage') })
const duplicates = createRoute({
  getParentRoute: () => app, path: '/duplicates',
  validateSearch: (s: Raw): { id?: string; state?: 'later' | 'distinct' | 'merged'; band?: 'sure' | 'likely' | 'maybe'; kind?: 'person' | 'organisation'; a?: string; b?: string } => ({ id: text(s.id), state: oneOf(s.state, 'later', 'distinct', 'merged'), band: oneOf(s.band, 'sure', 'likely', 'maybe'), kind: oneOf(s.kind, 'person', 'organisation'), a: text(s.a), b: text(s.b) }),
  component: lazyRouteComponent(() => import('./areas/duplicates/DuplicatesPage'), 'DuplicatesPage'),
})
/** Filters of records live in the URL, `f.<field>` each; `record`: one that is open over them. */
export type ObjectSearch = { q?: string; customer?: string; sort?: string; columns?: string; view?: string; record?: string } & Record<`f.${string}`, string | undefined>
const quality = createRoute({ getParentRoute: () => app, path: '/data-quality', component: lazyRouteComponent(() => import('./areas/quality/QualityPage'), 'QualityPage') })
const objects = createRoute({ getParentRoute: () => app, path: '/objects', validateSearch: (s: Raw): { open?: 'new' } => ({ open: oneOf(s.open, 'new') }), component: lazyRouteComponent(() => import('./areas/objects/ListPage'), 'ListPage') })
const objectOne = createRoute({
  getParentRoute: () => app, path: '/objects/$id',
  validateSearch: (s: Raw): ObjectSearch => {
    const found: Record<string, string | undefined> = { q: text(s.q), customer: text(s.customer), sort: text(s.sort), columns: text(s.columns), view: text(s.view), record: text(s.record) }
    for (const [k, v] of Object.entries(s)) if (k.startsWith('f.')) found[k] = text(v)
    return found as ObjectSearch
  },
  component: lazyRouteComponent(() => import('./areas/objects/ObjectPage'), 'ObjectPage'),
})
export interface SegmentsSearch { q?: string; sort?: 'size' | 'changed' }
const segments = createRoute({
  getParentRoute: () => app, path: '/segments', validateSearch: (s: Raw): SegmentsSearch => ({ q: text(s.q), sort: oneOf(s.sort, 'size', 'changed') }),
  component: lazyRouteComponent(() => import('./areas/segments/ListPage'), 'ListPage'),
})
const segmentNew = createRoute({
  getParentRoute: () => app, path: '/segments/new', staticData: { needs: 'definitions:write' }, validateSearch: (s: Raw): { rule?: string; name?: string; from?: string } => ({ rule: text(s.rule), name: text(s.name), from: text(s.from) }),
  component: lazyRouteComponent(() => import('./areas/segments/BuilderPage'), 'NewSegment'),
})
const segment = createRoute({ getParentRoute: () => app, path: '/segments/$key', component: lazyRouteComponent(() => import('./areas/segments/BuilderPage'), 'EditSegment') })
const features = createRoute({
  getParentRoute: () => app, path: '/features', validateSearch: (s: Raw): { q?: string; open?: string } => ({ q: text(s.q), open: text(s.open) }),
  component: lazyRouteComponent(() => import('./areas/features/CatalogPage'), 'CatalogPage'),
})
const imports = createRoute({ getParentRoute: () => app, path: '/imports', staticData: { needs: 'imports:write' }, component: lazyRouteComponent(() => import('./areas/imports/ImportsPage'), 'ImportsPage') })
const importOne = createRoute({ getParentRoute: () => app, path: '/imports/$id', staticData: { needs: 'imports:write' }, component: lazyRouteComponent(() => import('./areas/imports/ImportPage'), 'ImportPage') })

const settings = createRoute({ getParentRoute: () => app, path: '/settings', component: lazyRouteComponent(() => import('./areas/settings/SettingsPage'), 'SettingsPage') })
const account = createRoute({ getParentRoute: () => app, path: '/settings/account', component: lazyRouteComponent(() => import('./areas/account/AccountPage'), 'AccountPage') })
const members = createRoute({ getParentRoute: () => app, path: '/settings/users', staticData: { needs: 'members:manage' }, validateSearch: (s: Raw): { open?: 'invite' } => ({ open: oneOf(s.open, 'invite') }), component: lazyRouteComponent(() => import('./areas/members/MembersPage'), 'MembersPage') })
const tokens = createRoute({ getParentRoute: () => app, path: '/settings/tokens', staticData: { needs: 'tokens:write' }, component: lazyRouteComponent(() => import('./areas/tokens/TokensPage'), 'TokensPage') })
const businesses = createRoute({ getParentRoute: () => app, path: '/settings/businesses', staticData: { needs: 'settings:write' }, component: lazyRouteComponent(() => import('./areas/businesses/BusinessesPage'), 'BusinessesPage') })
const webhooks = createRoute({ getParentRoute: () => app, path: '/settings/webhooks', staticData: { needs: 'settings:write' }, component: lazyRouteComponent(() => import('./areas/webhooks/WebhooksPage'), 'WebhooksPage') })
const webhookOne = createRoute({ getParentRoute: () => app, path: '/settings/webhooks/$id', staticData: { needs: 'settings:write' }, component: lazyRouteComponent(() => import('./areas/webhooks/WebhookPage'), 'WebhookPage') })
const mailRoute = createRoute({ getParentRoute: () => app, path: '/settings/mail', staticData: { needs: 'settings:write' }, component: lazyRouteComponent(() => import('./areas/mail/MailPage'), 'MailPage') })

export interface AuditSearch { actor?: string; action?: string; about?: string; from?: string; to?: string }
const audit = createRoute({
  getParentRoute: () => app, path: '/audit', staticData: { needs: 'audit:read' },
  validateSearch: (s: Raw): AuditSearch => ({ actor: text(s.actor), action: text(s.action), about: text(s.about), from: day(s.from ?? s.day), to: day(s.to ?? s.day) }),
  component: lazyRouteComponent(() => import('./areas/audit/AuditPage'), 'AuditPage'),
})

export interface JobsSearch { state?: 'queued' | 'running' | 'done' | 'dead' | 'cancelled'; kind?: string; mine?: 'yes' }
const jobs = createRoute({
  getParentRoute: () => app, path: '/jobs',
  validateSearch: (s: Raw): JobsSearch => ({ state: oneOf(s.state, 'queued', 'running', 'done', 'dead', 'cancelled'), kind: text(s.kind), mine: oneOf(s.mine, 'yes') }),
  component: lazyRouteComponent(() => import('./areas/jobs/JobsPage'), 'JobsPage'),
})

const boards = createRoute({ getParentRoute: () => app, path: '/dashboards', component: lazyRouteComponent(() => import('./areas/dashboards/ListPage'), 'ListPage') })
/** Filters of a dashboard live in the URL as those of the list do; `class.<classification>` is a parameter each. */
export type BoardSearch = { compare?: string; segment?: string; rule?: string; tag?: string; owner?: string; edit?: 'on' } & Record<`class.${string}`, string | undefined>
const board = createRoute({
  getParentRoute: () => app, path: '/dashboards/$id',
  validateSearch: (s: Raw): BoardSearch => {
    const found: Record<string, string | undefined> = { compare: day(s.compare), segment: text(s.segment), rule: text(s.rule), tag: text(s.tag), owner: text(s.owner), edit: oneOf(s.edit, 'on') }
    for (const [k, v] of Object.entries(s)) if (k.startsWith('class.')) found[k] = text(v)
    return found as BoardSearch
  },
  component: lazyRouteComponent(() => import('./areas/dashboards/BoardPage'), 'BoardPage'),
})

const sql = createRoute({ getParentRoute: () => app, path: '/sql', staticData: { needs: 'export:take' }, validateSearch: (s: Raw): { question?: string } => ({ question: text(s.question) }), component: lazyRouteComponent(() => import('./areas/sql/SqlPage'), 'SqlPage') })

const nowhere = createRoute({ getParentRoute: () => app, path: '$', component: Nowhere })

const tree = root.addChildren([setup, signin, signinBack, invite, join, unsubscribe, secondStep, app.addChildren([home, overview, classificationNew, classification, customers, customer, changes, duplicates, quality, objects, objectOne, segments, segmentNew, segment, features, imports, importOne, settings, account, members, tokens, audit, jobs, webhooks, webhookOne, mailRoute, boards, board, sql, businesses, erasuresRoute, erasureOne, nowhere])])

// Plain query strings: what stands in the address bar is what the API gets.
const parseSearch = (search: string): Raw => Object.fromEntries(new URLSearchParams(search))
const stringifySearch = (search: Raw): string => {
  const out = new URLSearchParams()
  for (const [k, v] of Object.entries(search)) if (v !== undefined && v !== null && v !== '') out.set(k, String(v))
  const s = out.toString()
  return s ? `?${s}` : ''
}

export function makeRouter(queries: QueryClient) {
  const router = createRouter({
    basepath: BASE || '/', routeTree: tree, context: { queries }, parseSearch, stringifySearch,
    defaultPendingComponent: () => <div className="page"><Loading lines={6} /></div>, defaultPendingMs: 300, scrollRestoration: true, defaultPreload: 'intent',
  })
  // the page stays as it is, with everything typed into it; `Shell` asks to sign in over it
  whenSignedOut(() => {
    // who it was, for the answer to the next question about the session no longer says
    const user = queries.getQueryData(session.queryKey)?.user
    if (user) queries.setQueryData(sessionOver, user)
  })
  whenDenied(() => void queries.invalidateQueries({ queryKey: session.queryKey }))
  // who asks, what they ask for and its code come beside the texts, not one after the other
  void queries.prefetchQuery(session)
  void router.load()
  for (const { routeId } of router.matchRoutes(router.latestLocation)) void router.loadRouteChunk(router.routesById[routeId as '__root__'])
  return router
}

declare module '@tanstack/react-router' {
  interface Register { router: ReturnType<typeof makeRouter> }
  /** What a page is for is not begun without; `Shell` says so instead. */
  interface StaticDataRouteOption { needs?: Permission }
}
