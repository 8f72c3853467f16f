/** What the web asks of the server about how good the data is. */

import { queryOptions } from '@tanstack/react-query'
import { call } from './client'
import type { components } from './gen/schema'
import type { Label } from './types'

type S = components['schemas']
export type Finding = Omit<S['FindingView'], 'text' | 'field' | 'effect' | 'mend' | 'detail'> & { text: Label; field?: Label | null; effect: Label; mend: Label; detail: Label[] }
export type DataQuality = Omit<S['DataQuality'], 'findings'> & { findings: Finding[] }

export const dataQuality = queryOptions({
  queryKey: ['run', 'quality'],
  queryFn: ({ signal }) => call<DataQuality>('GET', '/data-quality', { signal }),
  refetchInterval: (q) => (q.state.data && (!q.state.data.ready || q.state.data.stale) ? 2000 : false),
})
