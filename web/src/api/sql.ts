/** Questions in SQL. */

import { queryOptions } from '@tanstack/react-query'
import { call, download } from './client'
import type { Asked, Question, QuestionBody, SqlAnswer, SqlTables } from './types'

export const sqlTables = queryOptions({ queryKey: ['sql', 'tables'], queryFn: ({ signal }) => call<SqlTables>('GET', '/sql/tables', { signal }), staleTime: 60_000 })
export const sqlQuestions = queryOptions({ queryKey: ['sql', 'questions'], queryFn: async ({ signal }) => (await call<{ items: Question[] }>('GET', '/sql/questions', { signal })).items })
export const sqlHistory = queryOptions({ queryKey: ['sql', 'history'], queryFn: async ({ signal }) => (await call<{ items: Asked[] }>('GET', '/sql/history', { query: { limit: 50 }, signal })).items })
/** Aborting it stops the question on the server. */
export const ask = (text: string, as_of: string | undefined, signal: AbortSignal) => call<SqlAnswer>('POST', '/sql/run', { body: { text, as_of }, signal })
export const askFile = (text: string, as_of: string | undefined, format: 'csv' | 'xlsx', signal: AbortSignal) => download(`/sql/file?format=${format}`, { text, as_of }, signal)
export const postQuestion = (body: QuestionBody) => call<Question>('POST', '/sql/questions', { body })
export const putQuestion = (id: string, body: QuestionBody) => call<Question>('PUT', `/sql/questions/${id}`, { body })
export const deleteQuestion = (id: string) => call<void>('DELETE', `/sql/questions/${id}`)
export const restoreQuestion = (id: string) => call<Question>('POST', `/sql/questions/${id}/restore`)
