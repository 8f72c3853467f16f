/** What the web asks of the server about dashboards. One request answers for all tiles: they come from one run. */

import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call, href } from './client'
import { type AsOf, untilFresh } from './queries'
import type { Dashboard, DashboardBody, DashboardTemplate, Figures, Label, Subscription, SubscriptionDraft, Tile } from './types'

export type Narrow = Record<string, string | undefined>

export const dashboards = queryOptions({ queryKey: ['dashboards'], queryFn: async ({ signal }) => (await call<{ items: Dashboard[] }>('GET', '/dashboards', { signal })).items })
export const dashboard = (id: string) => queryOptions({ queryKey: ['dashboards', id], queryFn: ({ signal }) => call<Dashboard>('GET', `/dashboards/${id}`, { signal }) })
export const dashboardTemplates = queryOptions({ queryKey: ['dashboards', 'templates'], queryFn: async ({ signal }) => (await call<{ items: DashboardTemplate[] }>('GET', '/dashboards/templates', { signal })).items, staleTime: 60_000 })
/** One to begin with. */
export const blankDashboard = (name: Label): DashboardBody => ({ name, tiles: [], audience: 'private' })
export const postDashboard = (body: DashboardBody) => call<Dashboard>('POST', '/dashboards', { body })
export const putDashboard = (id: string, body: DashboardBody) => call<Dashboard>('PUT', `/dashboards/${id}`, { body })
export const deleteDashboard = (id: string) => call<void>('DELETE', `/dashboards/${id}`)
export const restoreDashboard = (id: string) => call<Dashboard>('POST', `/dashboards/${id}/restore`)

/** One's own, by mail. */
export const subscription = (id: string) => queryOptions({ queryKey: ['dashboards', id, 'subscription'], queryFn: ({ signal }) => call<Subscription>('GET', `/dashboards/${id}/subscription`, { signal }) })
export const putSubscription = (id: string, body: SubscriptionDraft) => call<Subscription>('PUT', `/dashboards/${id}/subscription`, { body })
export const deleteSubscription = (id: string) => call<void>('DELETE', `/dashboards/${id}/subscription`)
export const unsubscribe = (token: string) => call<void>('POST', '/unsubscribe', { body: { token } })

/** Asked again while days are missing or a newer run is on its way, and now and then by a screen on the wall. */
const again = (wall: boolean) => ({ state }: { state: { data?: Figures } }) => (state.data?.pending ? 1_000 : untilFresh(state.data?.run) || (wall && 15_000))

/** `edition`: another one is another dashboard. */
export const figures = (id: string, edition: number, query: AsOf & Narrow, wall: boolean) =>
  queryOptions({
    queryKey: ['run', 'dashboard', id, edition, query],
    queryFn: ({ signal }) => call<Figures>('GET', `/dashboards/${id}/figures`, { query, signal }),
    placeholderData: keepPreviousData, refetchInterval: again(wall), refetchIntervalInBackground: wall,
  })

/** What tiles say that are kept nowhere yet. */
export const previewTiles = (tiles: Tile[], query: AsOf & { compare?: string; filter?: Narrow }) =>
  queryOptions({
    queryKey: ['run', 'tiles', tiles, query],
    queryFn: ({ signal }) => call<Figures>('POST', '/dashboards/preview', { body: { tiles, as_of: query.as_of, known: query.known ?? 'today', compare: query.compare, filter: query.filter ?? {} }, signal }),
    placeholderData: keepPreviousData, refetchInterval: again(false), retry: false,
  })

export const tileFile = (id: string, tile: string, format: 'csv' | 'xlsx', lang: string, query: Narrow) => {
  const all = new URLSearchParams({ tile, format, lang })
  for (const [k, v] of Object.entries(query)) if (v) all.set(k, v)
  return href(`/dashboards/${id}/file?${all}`)
}
