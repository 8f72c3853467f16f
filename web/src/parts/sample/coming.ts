import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { Job } from '@/api/types'
import { useFormat } from '../format'
import { useJobChanges } from '../jobs/stream'
import { toast } from '../toast'

/** When it is there every page says so, wherever its reader is by then. */
export function useSampleComing() {
  const f = useFormat()
  const queries = useQueryClient()
  const changed = useCallback((job: Job, before: Job | undefined) => {
    if (job.kind !== 'sample' || !before || before.state === job.state) return
    if (job.state === 'done') {
      void queries.invalidateQueries()
      toast.ok(f.t('sample.ready'))
    }
    if (job.state === 'dead') toast.bad(f.t('sample.failed', { why: f.label(job.problem?.message) }))
  }, [f, queries])
  useJobChanges(changed)
}
