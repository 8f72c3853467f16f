/** Exports: ordered, awaited, taken. A file ordered on this page comes by itself when it is ready; otherwise it waits in the tray. */

import { useCallback, useState } from 'react'
import { href } from '@/api/client'
import { postEverything, postExport } from '@/api/queries'
import type { Everything, ExportForm, Job, Lang } from '@/api/types'
import { useFormat } from '../format'
import { useProblemText } from '../States'
import { toast } from '../toast'
import { ordered, useJobChanges } from './stream'

const awaited = new Set<string>()

export const fileOf = (job: Job) => href(`/exports/${job.id}/file`)

/** A download as if a link had been clicked. */
function take(job: Job) {
  const link = document.createElement('a')
  link.href = fileOf(job)
  link.download = ''
  document.body.append(link)
  link.click()
  link.remove()
}

/** Of a list only some: those picked, or all but some. */
export type Picked = Pick<ExportForm, 'customers' | 'except'>

/** Parameters of the customer list as an order takes them; what people open is in the words of their language. */
export function orderOf(query: Record<string, string | undefined>, format: ExportForm['format'], lang: Lang, picked: Picked = {}): ExportForm {
  const { as_of, known, sort, columns, ...rest } = query
  const filter = Object.fromEntries(Object.entries(rest).filter((e): e is [string, string] => !!e[1]))
  return { format, filter, sort: sort ?? null, columns: columns ? columns.split(',').filter(Boolean) : null, as_of: as_of ?? null, known: (known as ExportForm['known']) ?? 'today', labels: labelsOf(format, lang), ...picked }
}

/** A table that programs read keeps machine names. */
export const labelsOf = (format: ExportForm['format'], lang: Lang): ExportForm['labels'] => (format === 'parquet' ? 'keys' : lang)

/** Orders an export, or everything of the business; `busy` until it is accepted. */
export function useExport() {
  const f = useFormat()
  const problem = useProblemText()
  const [busy, setBusy] = useState(false)
  const order = useCallback(async (post: () => Promise<Job>) => {
    setBusy(true)
    try {
      const job = await post()
      awaited.add(job.id)
      toast.ok(job.export?.everything ? f.t('everything.begun') : f.t('jobs.export_begun', { count: job.total, n: f.integer(job.total) }))
      ordered(job)
    } catch (error) {
      toast.bad(problem(error))
    } finally {
      setBusy(false)
    }
  }, [f, problem])
  const start = useCallback((form: ExportForm) => order(() => postExport(form)), [order])
  const everything = useCallback((format: Everything) => order(() => postEverything(format)), [order])
  return { start, everything, busy }
}

/** Takes what was awaited when it is ready, and says how it ended. */
export function useArrivals() {
  const f = useFormat()
  const arrived = useCallback((job: Job, before: Job | undefined) => {
    if (job.kind !== 'export' || !job.mine || !before || before.state === job.state) return
    const waits = awaited.has(job.id)
    if (job.state === 'done') {
      if (waits && job.can_download) take(job)
      toast.ok(f.t('jobs.export_ready', { name: job.export?.name ?? '' }))
    }
    if (job.state === 'dead') toast.bad(f.t('jobs.export_failed', { why: f.label(job.problem?.message) }))
    if (job.state !== 'queued' && job.state !== 'running') awaited.delete(job.id)
  }, [f])
  useJobChanges(arrived)
}
