/** One's own account: where one is signed in. */

import { queryOptions } from '@tanstack/react-query'
import { call } from './client'
import type { components } from './gen/schema'

type S = components['schemas']
export type OwnSession = S['OwnSession']

export const ownSessions = queryOptions({ queryKey: ['own sessions'], queryFn: async ({ signal }) => (await call<{ items: OwnSession[] }>('GET', '/sessions', { signal })).items })
export const endSession = (id: string) => call<void>('DELETE', `/sessions/${id}`)
export const endOtherSessions = () => call<{ ended: number }>('DELETE', '/sessions')
