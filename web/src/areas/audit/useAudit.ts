import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { auditPage } from '@/api/queries'
import type { AuditSearch } from '@/router'
import { filterOf } from './filter'

/** The log, newest first, narrowed by what stands in the address. */
export function useAudit(search: AuditSearch) {
  const filter = filterOf(search)
  return useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ signal, pageParam }) => auditPage({ ...filter, cursor: pageParam, limit: 50 }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
}
