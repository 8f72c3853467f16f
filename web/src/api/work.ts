/** What the web asks of the server while people work with customers: tags, owners, notes, views, facets, and changes that can be undone. */

import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from './client'
import type { CustomerQuery } from './queries'
import type { Change, ChangeBody, ChangePage, ChangePreview, Facets, Note, Owner, Tag, TagBody, View, ViewBody } from './types'

const items = async <T>(path: string, signal: AbortSignal) => (await call<{ items: T[] }>('GET', path, { signal })).items

export const tags = queryOptions({ queryKey: ['work', 'tags'], queryFn: ({ signal }) => items<Tag>('/tags', signal), staleTime: 30_000 })
export const postTag = (body: TagBody) => call<Tag>('POST', '/tags', { body })
export const putTag = (id: string, body: TagBody) => call<Tag>('PUT', `/tags/${id}`, { body })
export const deleteTag = (id: string) => call<void>('DELETE', `/tags/${id}`)
export const restoreTag = (id: string) => call<Tag>('POST', `/tags/${id}/restore`)

export const owners = queryOptions({ queryKey: ['work', 'owners'], queryFn: ({ signal }) => items<Owner>('/owners', signal), staleTime: 60_000 })

export const postNote = (customer: string, body: string) => call<Note>('POST', `/customers/${customer}/notes`, { body: { body } })
export const putNote = (id: string, body: string) => call<Note>('PUT', `/notes/${id}`, { body: { body } })
export const deleteNote = (id: string) => call<void>('DELETE', `/notes/${id}`)
export const restoreNote = (id: string) => call<Note>('POST', `/notes/${id}/restore`)

export const views = queryOptions({ queryKey: ['work', 'views'], queryFn: ({ signal }) => items<View>('/views', signal), staleTime: 60_000 })
export const postView = (body: ViewBody) => call<View>('POST', '/views', { body })
export const putView = (id: string, body: ViewBody) => call<View>('PUT', `/views/${id}`, { body })
export const deleteView = (id: string) => call<void>('DELETE', `/views/${id}`)
export const restoreView = (id: string) => call<View>('POST', `/views/${id}/restore`)
export const pinView = (id: string, pinned: boolean) => call<void>(pinned ? 'PUT' : 'DELETE', `/views/${id}/pin`)
export const touchView = (id: string) => call<void>('POST', `/views/${id}/use`)
export const setDefaultView = (view: string | null) => call<void>('PUT', '/default-view', { body: { view } })

export const facets = (query: CustomerQuery, by?: string) =>
  queryOptions({
    queryKey: ['run', 'facets', query, by],
    queryFn: ({ signal }) => call<Facets>('GET', '/customers/facets', { query: { ...query, by }, signal }),
    placeholderData: keepPreviousData,
  })

/** `key`: made anew for each change, so that sending it twice changes nothing twice. */
export const postChange = (key: string, body: ChangeBody) => call<Change>('POST', '/changes', { body, headers: { 'Idempotency-Key': key } })
/** What a change would come to; nothing is written. */
export const changePreview = (body: ChangeBody) => queryOptions({ queryKey: ['work', 'preview', body], queryFn: ({ signal }) => call<ChangePreview>('POST', '/changes/preview', { body, signal }), gcTime: 0, retry: false })
export const undoChange = (id: string) => call<Change>('POST', `/changes/${id}/undo`)
export const changes = (by: 'me' | 'everybody') =>
  infiniteQueryOptions({
    queryKey: ['work', 'changes', by],
    queryFn: ({ signal, pageParam }) => call<ChangePage>('GET', '/changes', { query: { by: by === 'everybody' ? by : undefined, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })
