import type { AuditEntry, AuditPage } from '@/api/people'

/**
 * The entries of one day of a log that is told newest first: the way to it leads over the days after it.
 * `ask` brings a page behind a cursor; `dayOf` says on which day an entry was written, as the business counts days.
 */
export async function walkTo(day: string, cursor: string | undefined, ask: (cursor?: string) => Promise<AuditPage>, dayOf: (entry: AuditEntry) => string): Promise<AuditPage> {
  for (let at = cursor; ; ) {
    const page = await ask(at)
    const items = page.items.filter((x) => dayOf(x) === day)
    const past = page.items.some((x) => dayOf(x) < day)
    const next_cursor = past ? null : page.next_cursor
    if (items.length || next_cursor === null) return { items, next_cursor }
    at = next_cursor
  }
}
