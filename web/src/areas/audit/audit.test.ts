import { describe, expect, it } from 'vitest'
import type { AuditEntry, AuditPage } from '@/api/people'
import { lines } from './detail'
import { walkTo } from './walk'

const entry = (seq: number, at: string): AuditEntry => ({ seq, at, actor: { id: 'usr_1', name: 'Ada' }, token: null, action: 'session.begun', subject: '', detail: {}, hash: '' })
const log = ['05', '05', '04', '04', '04', '02', '01'].map((d, i) => entry(7 - i, `2026-11-${d}T08:00:00Z`))
const dayOf = (x: AuditEntry) => x.at.slice(0, 10)

describe('one day of the log', () => {
  const asked: (string | undefined)[] = []
  const ask = async (cursor?: string): Promise<AuditPage> => {
    asked.push(cursor)
    const from = Number(cursor ?? 0)
    return { items: log.slice(from, from + 2), next_cursor: from + 2 < log.length ? String(from + 2) : null }
  }
  const found = async (day: string) => {
    asked.length = 0
    const page = await walkTo(day, undefined, ask, dayOf)
    return { seqs: page.items.map((x) => x.seq), next: page.next_cursor, asked: asked.length }
  }
  it('is found behind the days after it', async () => {
    expect(await found('2026-11-05')).toEqual({ seqs: [7, 6], next: '2', asked: 1 })
    expect(await found('2026-11-04')).toEqual({ seqs: [5, 4], next: '4', asked: 2 })
    // the rest of a day that lies on two pages, and no further
    expect(await walkTo('2026-11-04', '4', ask, dayOf)).toMatchObject({ items: [{ seq: 3 }], next_cursor: null })
    expect(await found('2026-11-01')).toEqual({ seqs: [1], next: null, asked: 4 })
  })
  it('may have nothing, and is not looked for beyond itself', async () => {
    expect(await found('2026-11-03')).toEqual({ seqs: [], next: null, asked: 3 })
    expect(await found('2026-10-01')).toEqual({ seqs: [], next: null, asked: 4 })
    expect(await found('2026-12-01')).toEqual({ seqs: [], next: null, asked: 1 })
  })
})

describe('details', () => {
  it('are lines, changes with both sides', () => {
    expect(lines({ before: { role: 'agent', personal: 'by_role' }, after: { role: 'viewer', personal: 'by_role' } })).toEqual([['role', 'agent → viewer']])
    expect(lines({ rows: 12, days: [1, 2], segment: null, masked: false, who: { id: 'x', more: { deep: true } } })).toEqual([['rows', '12'], ['days', '1, 2'], ['masked', 'false'], ['who.id', 'x'], ['who.more.deep', 'true']])
    expect(lines({})).toEqual([])
  })
})
