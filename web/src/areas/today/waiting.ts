import type { DataQuality } from '@/api/quality'
import type { Import, Job } from '@/api/types'

/** Is the score lower than on the last night before today, and by how much? */
export function worseSince({ score, history, today }: Pick<DataQuality, 'score' | 'history' | 'today'>): { now: number; before: number; day: string } | null {
  const last = history.filter((d) => d.day < today).at(-1)
  return last && typeof score === 'number' && score < last.score ? { now: score, before: last.score, day: last.day } : null
}

/** Imports that go on only when somebody says so: columns to confirm, or checked and not brought. */
export const unanswered = <T extends Pick<Import, 'status'>>(all: T[]): T[] => all.filter((i) => i.status === 'mapping' || i.status === 'checked')
/** Jobs that are not over; what goes on by itself now and then is none. */
export const unfinished = (jobs: Pick<Job, 'state' | 'quiet'>[]): number => jobs.filter((j) => !j.quiet && (j.state === 'queued' || j.state === 'running')).length

const week = 7 * 86_400_000
/** Jobs that were given up in the last seven days; older ones are no news. */
export const given = (jobs: Pick<Job, 'finished_at' | 'created_at'>[], now: number): number => jobs.filter((j) => now - Date.parse(j.finished_at ?? j.created_at ?? '') < week).length
