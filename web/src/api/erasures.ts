/** What the web asks of the server about people taken out for good. */

import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { call } from './client'
import type { components } from './gen/schema'
import type { Label } from './types'

type S = components['schemas']
export type ErasurePlan = S['ErasurePlan']
export type ErasureLine = S['ErasureLine']
export type Erasure = Omit<S['ErasureView'], 'state' | 'notes'> & { state: 'asked' | 'erased' | 'done'; notes: Label[] }
export interface ErasurePage { items: Erasure[]; next_cursor?: string | null }

export const erasurePlan = (id: string) => queryOptions({ queryKey: ['erasures', 'plan', id], queryFn: ({ signal }) => call<ErasurePlan>('GET', `/customers/${id}/erasure`, { signal }), staleTime: 0, gcTime: 0 })
export const erasures = infiniteQueryOptions({
  queryKey: ['erasures', 'list'],
  queryFn: ({ signal, pageParam }) => call<ErasurePage>('GET', '/erasures', { query: { limit: 50, cursor: pageParam }, signal }),
  initialPageParam: '',
  getNextPageParam: (last) => last.next_cursor ?? undefined,
})
export const erasure = (id: string) =>
  queryOptions({
    queryKey: ['erasures', 'one', id],
    queryFn: ({ signal }) => call<Erasure>('GET', `/erasures/${id}`, { signal }),
    refetchInterval: (q) => (q.state.data && q.state.data.state !== 'done' ? 1000 : false),
  })
export const postErasure = (id: string, body: { reason: string; confirm: string }) => call<Erasure>('POST', `/customers/${id}/erasure`, { body })
export const liftErasure = (id: string) => call<Erasure>('POST', `/erasures/${id}/lift`)
