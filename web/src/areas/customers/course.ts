import type { TimelineItem, Turn } from '@/api/types'

/** What turned on one day. */
export interface Day { day: string; turns: Turn[] }

/** Turns, latest first, those of one day together. */
export function byDay(turns: Turn[]): Day[] {
  const days: Day[] = []
  for (const turn of turns) {
    const last = days.at(-1)
    if (last && last.day === turn.day) last.turns.push(turn)
    else days.push({ day: turn.day, turns: [turn] })
  }
  return days
}

/** Facts and what is known beside them in one line of days, latest first; of one day what is beside stands above the facts. Where older facts are still to come, the rest waits for its day. */
export function merged<T extends Pick<TimelineItem, 'day'>, B extends { day: string }>(facts: T[], beside: B[], more: boolean): (T | B)[] {
  const rest = [...beside].sort((a, b) => (a.day < b.day ? 1 : a.day > b.day ? -1 : 0))
  const oldest = facts.at(-1)?.day
  const lines: (T | B)[] = []
  let next = 0
  for (const fact of facts) {
    for (let one = rest[next]; one && one.day >= fact.day; one = rest[++next]) lines.push(one)
    lines.push(fact)
  }
  if (!more) lines.push(...rest.slice(next).filter((d) => !oldest || d.day <= oldest))
  return lines
}

/** Since when somebody is where they are now, as far as the year tells: the last turn of it. */
export const since = (turns: Turn[], subject: { classification?: string; segment?: string }): Turn | undefined =>
  turns.find((x) => (subject.segment ? x.type !== 'class.changed' && x.key === subject.segment : x.type === 'class.changed' && x.key === subject.classification))
