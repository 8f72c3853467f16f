/** What the web asks of the server about customers who may be one: the queue, any two side by side, merges and back. */

import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from './client'
import type { components } from './gen/schema'
import type { Job } from './types'

type S = components['schemas']
export type Candidate = S['CandidateView']
export type CandidatePage = S['CandidatePage']
export type CandidateDetail = S['CandidateDetail']
export type Side = S['SideView']
export type Field = S['FieldView']
export type Merge = S['MergeView']
export type MergesMade = S['MergesMade']
export type CustomerDuplicates = S['CustomerDuplicates']
export interface Asking { state?: string; kind?: string; from?: number; below?: number }

export const candidates = (asking: Asking) =>
  infiniteQueryOptions({
    queryKey: ['duplicates', 'queue', asking],
    queryFn: ({ signal, pageParam }) => call<CandidatePage>('GET', '/duplicates', { query: { ...asking, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: (q) => (q.state.data?.pages[0]?.searching ? 1500 : false),
  })
/** How many are so probable that nobody needs to look: what "merge all" would merge. */
export const sure = (from: number) =>
  queryOptions({ queryKey: ['duplicates', 'sure', from], queryFn: ({ signal }) => call<CandidatePage>('GET', '/duplicates', { query: { from, limit: 1 }, signal }) })
export const candidate = (id: string) =>
  queryOptions({ queryKey: ['duplicates', 'pair', id], queryFn: ({ signal }) => call<CandidateDetail>('GET', `/duplicates/${id}`, { signal }), placeholderData: keepPreviousData })
export const compare = (a: string, b: string) =>
  queryOptions({ queryKey: ['duplicates', 'compare', a, b], queryFn: ({ signal }) => call<CandidateDetail>('GET', '/duplicates/compare', { query: { a, b }, signal }) })
export const ofCustomer = (id: string) =>
  queryOptions({ queryKey: ['duplicates', 'customer', id], queryFn: ({ signal }) => call<CustomerDuplicates>('GET', `/customers/${id}/duplicates`, { signal }) })
export const decide = (id: string, body: { decision: 'merge' | 'distinct' | 'later' | 'open'; survivor?: string; fields?: Record<string, string> }) =>
  call<S['DecisionMade']>('POST', `/duplicates/${id}/decision`, { body })
export const mergeAll = (from: number, expected: number) => call<S['BulkMade']>('POST', '/duplicates/merge', { body: { from, expected } })
export const searchNow = () => call<Job>('POST', '/duplicates/search')
export const postMerge = (body: { survivor: string; merged: string[]; fields: Record<string, string> }) => call<MergesMade>('POST', '/merges', { body })
/** The newest, for the search over everything. */
export const merges = queryOptions({ queryKey: ['duplicates', 'merges'], queryFn: async ({ signal }) => (await call<{ items: Merge[] }>('GET', '/merges', { query: { limit: 200 }, signal })).items.filter((m) => !m.undone_at) })
/** Of a merge, or of all made in one step (`mgb_…`). */
export const undoMerge = (id: string, distinct = false) => call<MergesMade>('POST', `/merges/${id}/undo`, { body: { distinct } })
