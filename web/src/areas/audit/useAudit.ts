import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { auditPage } from '@/api/queries'
import { useFormat } from '@/parts/format'
import type { AuditSearch } from '@/router'
import { walkTo } from './walk'

/** The log, newest first, narrowed by what stands in the address. */
export function useAudit({ actor, action, day }: AuditSearch) {
  const f = useFormat()
  const filter = { actor, action }
  return useInfiniteQuery({
    queryKey: ['audit', { ...filter, day }],
    queryFn: ({ signal, pageParam }) =>
      day
        ? walkTo(day, pageParam, (cursor) => auditPage({ ...filter, cursor, limit: 200 }, signal), (x) => f.instant(x.at).slice(0, 10))
        : auditPage({ ...filter, cursor: pageParam, limit: 50 }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
}
