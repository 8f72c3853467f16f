/** What the web asks of the server about the business's own kinds of records. */

import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call, download, send } from './client'
import type { CustomObject, ObjectBody, ObjectUsage, RecordBody, RecordImport, RecordImportForm, RecordImportReport, RecordImportUndone, RecordItem, RecordPage, RecordsChange, RecordsChanged } from './types'

export const objects = queryOptions({ queryKey: ['objects'], queryFn: async ({ signal }) => (await call<{ items: CustomObject[] }>('GET', '/objects', { signal })).items, staleTime: 30_000 })
export const object = (id: string) => queryOptions({ queryKey: ['objects', id], queryFn: ({ signal }) => call<CustomObject>('GET', `/objects/${id}`, { signal }) })
export const objectUsage = (id: string) => queryOptions({ queryKey: ['objects', id, 'usage'], queryFn: ({ signal }) => call<ObjectUsage>('GET', `/objects/${id}/usage`, { signal }) })
export const postObject = (body: ObjectBody) => call<CustomObject>('POST', '/objects', { body })
export const putObject = (id: string, body: ObjectBody) => call<CustomObject>('PUT', `/objects/${id}`, { body })
export const deleteObject = (id: string) => call<void>('DELETE', `/objects/${id}`)
export const restoreObject = (id: string) => call<CustomObject>('POST', `/objects/${id}/restore`)

export type RecordQuery = Record<string, string | undefined>
export const records = (id: string, query: RecordQuery) =>
  infiniteQueryOptions({
    queryKey: ['records', id, query],
    queryFn: ({ signal, pageParam }) => call<RecordPage>('GET', `/objects/${id}/records`, { query: { ...query, cursor: pageParam || undefined }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
/** The few that answer to a word, for the search over everything. */
export const findRecords = (id: string, q: string) => queryOptions({ queryKey: ['records', id, 'find', q], queryFn: async ({ signal }) => (await call<RecordPage>('GET', `/objects/${id}/records`, { query: { q, limit: 3 }, signal })).items })
export const recordsOf = (customer: string) => queryOptions({ queryKey: ['records', 'of', customer], queryFn: async ({ signal }) => (await call<{ items: RecordItem[] }>('GET', `/customers/${customer}/records`, { signal })).items })
export const record = (id: string) => queryOptions({ queryKey: ['records', 'one', id], queryFn: ({ signal }) => call<RecordItem>('GET', `/records/${id}`, { signal }), retry: false })
export const postRecord = (object: string, body: RecordBody) => call<RecordItem>('POST', `/objects/${object}/records`, { body })
export const postRecords = (object: string, all: RecordBody[]) => call<{ ids: string[] }>('POST', `/objects/${object}/records/batch`, { body: { records: all } })
/** Many at once; taken back by `undoRecordImport`. */
export const changeRecords = (object: string, body: RecordsChange) => call<RecordsChanged>('POST', `/objects/${object}/records/change`, { body })
export const putRecord = (id: string, body: RecordBody) => call<RecordItem>('PUT', `/records/${id}`, { body })
export const deleteRecord = (id: string) => call<void>('DELETE', `/records/${id}`)
export const restoreRecord = (id: string) => call<RecordItem>('POST', `/records/${id}/restore`)

/** A file of records: sent along with whatever is asked about it; only the job that brings it keeps it. */
const brought = (file: File, form: RecordImportForm) => {
  const parts = new FormData()
  parts.append('form', JSON.stringify(form))
  parts.append('file', file, file.name)
  return parts
}
export const importRecords = (object: string, file: File, form: RecordImportForm, onSent: (share: number) => void, signal: AbortSignal) => send<RecordImportReport>(`/objects/${object}/imports`, brought(file, form), onSent, signal)
export const refusedRows = (object: string, file: File, form: RecordImportForm, lang: string, signal: AbortSignal) => download(`/objects/${object}/imports/refused?lang=${lang}`, brought(file, form), signal)
export const recordImports = (object: string) => queryOptions({ queryKey: ['records', 'imports', object], queryFn: async ({ signal }) => (await call<{ items: RecordImport[] }>('GET', `/objects/${object}/imports`, { signal })).items })
export const undoRecordImport = (id: string) => call<RecordImportUndone>('POST', `/record-imports/${id}/undo`)
