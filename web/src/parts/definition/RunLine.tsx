import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useRef, useState } from 'react'
import { type AsOf, overview, postRun } from '@/api/queries'
import type { Job } from '@/api/types'
import { useMay } from '../access'
import { useFormat } from '../format'
import { isOpen, ordered, useJobChanges } from '../jobs/stream'
import { useProblemText } from '../States'
import { toast } from '../toast'
import './definition.css'

/** When who is in it was computed, how long that took and when it is done next; and a way to have it done now. */
export function RunLine({ at }: { at: AsOf }) {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const queries = useQueryClient()
  const problem = useProblemText()
  const { data } = useQuery(overview(at))
  const job = useRef<string | null>(null)
  const [waiting, setWaiting] = useState(false)
  const over = useCallback((now: Job) => {
    if (now.id !== job.current || isOpen(now)) return
    job.current = null
    setWaiting(false)
    if (now.state === 'done') toast.ok(t('versions.recomputed'))
    else toast.bad(t('versions.recompute_failed'))
    void queries.invalidateQueries({ queryKey: ['run'] })
  }, [queries, t])
  useJobChanges(over)
  const now = useMutation({ mutationFn: postRun, onSuccess: (made) => { job.current = made.id; setWaiting(true); ordered(made) }, onError: (e) => toast.bad(problem(e)) })
  const seconds = (data?.run.milliseconds ?? 0) / 1000
  return (
    <p className="soft small run-line" data-testid="run-line">
      {data && [...(at.as_of ? [] : [t('versions.kept')]), t('versions.last_run', { at: f.instant(data.run.computed_at) }), t('versions.took', { s: seconds < 0.01 ? `<${f.decimal(0.01, 2)}` : f.decimal(seconds, 2) }), ...(at.as_of ? [] : [t('versions.next_run', { at: f.instant(data.next_run_at) })])].join(' · ')}
      {data && !at.as_of && may('definitions:write') && <> <button type="button" className="linkish" disabled={now.isPending || waiting} onClick={() => now.mutate()}>{t('versions.now')}</button></>}
    </p>
  )
}
