import type { TimelineItem, Turn } from '@/api/types'

/** What turned on one day. */
export interface Day { day: string; turns: Turn[] }

/** Facts and turns in one line of days, latest first; of one day the turns stand above what brought them. Where older facts are still to come, turns wait for their day. */
export function merged<T extends Pick<TimelineItem, 'day'>>(facts: T[], turns: Turn[], more: boolean): (T | Day)[] {
  const days: Day[] = []
  for (const turn of turns) {
    const last = days.at(-1)
    if (last && last.day === turn.day) last.turns.push(turn)
    else days.push({ day: turn.day, turns: [turn] })
  }
  const oldest = facts.at(-1)?.day
  const lines: (T | Day)[] = []
  let next = 0
  for (const fact of facts) {
    for (let day = days[next]; day && day.day >= fact.day; day = days[++next]) lines.push(day)
    lines.push(fact)
  }
  if (!more) lines.push(...days.slice(next).filter((d) => !oldest || d.day <= oldest))
  return lines
}

/** Since when somebody is where they are now, as far as the year tells: the last turn of it. */
export const since = (turns: Turn[], subject: { classification?: string; segment?: string }): Turn | undefined =>
  turns.find((x) => (subject.segment ? x.type !== 'class.changed' && x.key === subject.segment : x.type === 'class.changed' && x.key === subject.classification))
