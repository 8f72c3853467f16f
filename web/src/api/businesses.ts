/** The businesses of the server: for owners of the first, and those this browser is signed in to. */

import { queryOptions } from '@tanstack/react-query'
import { call } from './client'
import type { components } from './gen/schema'
import type { Lang } from './types'

type S = components['schemas']
export type Business = S['BusinessView']
export type BusinessMade = S['BusinessMade']
export type OwnBusiness = S['OwnBusiness']

export const businesses = queryOptions({ queryKey: ['businesses'], queryFn: async ({ signal }) => (await call<{ items: Business[] }>('GET', '/businesses', { signal })).items })
export const postBusiness = (body: { slug: string; lang: Lang }) => call<BusinessMade>('POST', '/businesses', { body })
export const postBusinessLink = (id: string, lang: Lang) => call<BusinessMade>('POST', `/businesses/${id}/link`, { body: { lang } })
export const archiveBusiness = (id: string) => call<Business>('POST', `/businesses/${id}/archive`)
export const reopenBusiness = (id: string) => call<Business>('POST', `/businesses/${id}/reopen`)

/** Those this browser is signed in to, the one at hand among them. */
export const ownBusinesses = queryOptions({
  queryKey: ['own businesses'], queryFn: async ({ signal }) => (await call<{ items: OwnBusiness[] }>('GET', '/session/businesses', { signal })).items, staleTime: 60_000, retry: false,
})

/** The path of a business as somebody typed its address: its name, `/w/name`, or a link to any of its pages; none if it is no address of this server. */
export function pathOf(typed: string, origin = window.location.origin): string | undefined {
  const text = typed.trim()
  if (/^https?:\/\//i.test(text)) {
    if (!URL.canParse(text)) return undefined
    const url = new URL(text)
    return url.origin === origin ? (/^\/w\/[a-z0-9-]{2,40}(?=\/|$)/.exec(url.pathname)?.[0] ?? '') : undefined
  }
  if (text === '/') return ''
  const name = text.replace(/^\/?w\//, '').replace(/\/.*$/, '').toLowerCase()
  return /^[a-z0-9-]{2,40}$/.test(name) ? `/w/${name}` : undefined
}
