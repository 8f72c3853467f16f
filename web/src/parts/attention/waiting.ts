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
/** What happened in the last seven days; older things are no news. */
export const lately = <T>(all: T[], at: (one: T) => string | null | undefined, now: number): T[] => all.filter((x) => now - Date.parse(at(x) ?? '') < week)
/** When the last of them was. */
export const latest = (all: (string | null | undefined)[]): number => Math.max(0, ...all.map((at) => Date.parse(at ?? '') || 0))

/** How far each was when it was last read. */
export type Seen = Record<string, number>
interface Leveled { key: string; level: number }
/** What is new, or more than when it was last read. */
export const unread = <T extends Leveled>(all: T[], seen: Seen): T[] => all.filter((x) => x.level > (seen[x.key] ?? 0))
/** All of it read. What is over is forgotten, so that it is news when it comes again. */
export const readAll = (all: Leveled[]): Seen => Object.fromEntries(all.map((x) => [x.key, x.level]))
