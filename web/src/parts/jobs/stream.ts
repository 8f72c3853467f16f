/** The jobs this reader may see, as they go on: one stream of events for the whole page, open while somebody looks at it. */

import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { API } from '@/api/client'
import { session } from '@/api/queries'
import type { Job } from '@/api/types'

type Jobs = ReadonlyMap<string, Job>
type Change = (job: Job, before: Job | undefined) => void

let jobs: Jobs = new Map()
const readers = new Set<() => void>()
const changes = new Set<Change>()

function put(next: Jobs) {
  jobs = next
  readers.forEach((f) => f())
}

/** The answer to what was just ordered; the stream may have been quicker and know more. */
export function ordered(job: Job) {
  const now = jobs.get(job.id)
  if (!now) tell(job)
  else if (now.state !== job.state) changes.forEach((f) => f(now, job))
}

/** The answer to what was done with a job, unless the stream has said something since. */
export async function answered(id: string, todo: () => Promise<Job>) {
  const before = jobs.get(id)
  const now = await todo()
  if (jobs.get(id) === before) tell(now)
}

/** One job as it is now. */
function tell(job: Job) {
  const before = jobs.get(job.id)
  put(new Map(jobs).set(job.id, job))
  changes.forEach((f) => f(job, before))
}

/** A stream says the same of what did not change; what is not among it any more is gone. */
function tellAll(all: Job[]) {
  const old = jobs
  put(new Map(all.map((j) => [j.id, j])))
  for (const job of all) {
    const before = old.get(job.id)
    if (before?.state !== job.state) changes.forEach((f) => f(job, before))
  }
}

export const useJobs = (): Jobs =>
  useSyncExternalStore((f) => { readers.add(f); return () => readers.delete(f) }, () => jobs)

/** Calls back when a job is new or stands differently. */
export function useJobChanges(f: Change) {
  useEffect(() => { changes.add(f); return () => { changes.delete(f) } }, [f])
}

/** Keeps the stream open while the page is in sight. A browser opens only a few streams to one server, and pages out of sight need none. */
export function useStream(user: string | undefined) {
  const queries = useQueryClient()
  useEffect(() => {
    if (!user) return
    let source: EventSource | undefined
    let again: ReturnType<typeof setTimeout> | undefined
    const close = () => {
      source?.close()
      source = undefined
      clearTimeout(again)
    }
    const open = () => {
      if (source || document.visibilityState !== 'visible') return
      const mine = new EventSource(`${API}/jobs/events`)
      source = mine
      mine.addEventListener('jobs', (e) => tellAll((JSON.parse((e as MessageEvent<string>).data) as { items: Job[] }).items))
      mine.addEventListener('job', (e) => tell(JSON.parse((e as MessageEvent<string>).data) as Job))
      mine.addEventListener('over', () => { close(); void queries.invalidateQueries({ queryKey: session.queryKey }) })
      mine.onerror = () => {
        // the browser tries again by itself, unless it was refused
        if (mine.readyState !== EventSource.CLOSED) return
        close()
        again = setTimeout(open, 10_000)
      }
    }
    const seen = () => (document.visibilityState === 'visible' ? open() : close())
    open()
    document.addEventListener('visibilitychange', seen)
    return () => {
      document.removeEventListener('visibilitychange', seen)
      close()
      put(new Map())
    }
  }, [user, queries])
}

/** The tray: one's own jobs and everybody's imports; what goes on first, then what ended last. */
export function inTray(all: Jobs, limit = 8): Job[] {
  const when = (j: Job) => (isOpen(j) ? (j.created_at ?? '9999') : (j.finished_at ?? ''))
  const shown = [...all.values()].filter((j) => !j.quiet && (j.mine || !j.actor))
  return shown.sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || when(b).localeCompare(when(a))).slice(0, limit)
}

export const isOpen = (j: Job) => j.state === 'queued' || j.state === 'running'
