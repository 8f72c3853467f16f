import { describe, expect, it } from 'vitest'
import { lines } from './detail'
import { filterOf } from './filter'

describe('one day of the log', () => {
  it('is asked of the server from that day to that day', () => {
    expect(filterOf({ actor: 'usr_1', day: '2026-11-05' })).toEqual({ actor: 'usr_1', from: '2026-11-05', to: '2026-11-05' })
    expect(filterOf({})).toEqual({})
  })
})

describe('details', () => {
  it('are lines, changes with both sides', () => {
    expect(lines({ before: { role: 'agent', personal: 'by_role' }, after: { role: 'viewer', personal: 'by_role' } })).toEqual([['role', 'agent → viewer']])
    expect(lines({ rows: 12, days: [1, 2], segment: null, masked: false, who: { id: 'x', more: { deep: true } } })).toEqual([['rows', '12'], ['days', '1, 2'], ['masked', 'false'], ['who.id', 'x'], ['who.more.deep', 'true']])
    expect(lines({})).toEqual([])
  })
})
