/** Files of records on their way in: what they change is looked at anew on every page, and whoever went away from one hears how it ended. */

import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { Job } from '@/api/types'
import { useFormat } from '../format'
import { toast } from '../toast'
import { isOpen, useJobChanges } from './stream'

const left = new Set<string>()

/** Nobody looks at this one any more. */
export const leave = (job: string) => { left.add(job) }

export function useBrought() {
  const f = useFormat()
  const queries = useQueryClient()
  const changed = useCallback((job: Job, before: Job | undefined) => {
    if (job.kind !== 'records' || isOpen(job) || before?.state === job.state) return
    if (job.state === 'done') for (const key of ['records', 'objects']) void queries.invalidateQueries({ queryKey: [key] })
    if (!left.delete(job.id)) return
    const name = job.files.join(f.t('jobs.comma'))
    if (job.state === 'done') toast.ok(f.t('records.import_in', { name }))
    if (job.state === 'dead') toast.bad(f.t('records.import_failed', { name, why: f.label(job.problem?.message) }))
  }, [f, queries])
  useJobChanges(changed)
}
