import { describe, expect, it } from 'vitest'
import { lines } from './detail'
import { filterOf } from './filter'
import { wayOf } from './things'
import { undoOf } from './undo'

describe('some days of the log', () => {
  it('are asked of the server from the first to the last', () => {
    expect(filterOf({ actor: 'usr_1', from: '2026-11-05', to: '2026-11-07' })).toEqual({ actor: 'usr_1', from: '2026-11-05', to: '2026-11-07' })
    expect(filterOf({})).toEqual({})
  })
})

describe('details', () => {
  it('are lines, changes with both sides', () => {
    expect(lines({ before: { role: 'agent', personal: 'by_role', events: { types: ['a'] } }, after: { role: 'viewer', personal: 'by_role', events: { types: ['a', 'b'] } } })).toEqual([{ path: ['role'], was: ['agent'], now: ['viewer'] }, { path: ['events', 'types'], was: ['a'], now: ['a', 'b'] }])
    expect(lines({ rows: 12, days: [1, 2], segment: null, masked: false, who: { id: 'x', more: { deep: true } } })).toEqual([{ path: ['rows'], now: [12] }, { path: ['days'], now: [1, 2] }, { path: ['masked'], now: [false] }, { path: ['who', 'id'], now: ['x'] }, { path: ['who', 'more', 'deep'], now: [true] }])
    expect(lines({})).toEqual([])
  })
})

describe('an entry', () => {
  const entry = (action: string, subject: string, detail: Record<string, unknown> = {}) => ({ action, subject, detail, at: '2026-11-01T00:00:00Z' })
  const now = Date.parse('2026-11-05T00:00:00Z')
  it('leads to where it is looked at', () => {
    expect(wayOf(entry('definition.published', 'segment vip', { version: 3 }))).toEqual({ to: '/segments/$key', params: { key: 'vip' } })
    expect(wayOf(entry('record.changed', 'rec_1', { object: 'obj_1' }))).toEqual({ to: '/objects/$id', params: { id: 'obj_1' }, search: { record: 'rec_1' } })
    expect(wayOf(entry('note.written', 'not_1', { customer: 'cus_1' }))).toMatchObject({ params: { id: 'cus_1' } })
    expect(wayOf(entry('customer.erased', 'cus_1', { erasure: 'era_1' }))).toMatchObject({ params: { id: 'era_1' } })
    expect(wayOf(entry('webhook.removed', 'whk_1'))).toBeUndefined()
    expect(wayOf(entry('mail.set', ''))).toMatchObject({ to: '/settings/mail' })
  })
  it('is taken back for thirty days, a definition for as long as the log stands', () => {
    for (const [action, subject, detail] of [['customers.changed', 'chg_1'], ['record.imported', 'rim_1'], ['record.removed', 'rim_1'], ['record.removed', 'rec_1'], ['customers.merged', 'cus_1', { merge: 'mrg_1' }]] as const) {
      expect(undoOf(entry(action, subject, detail), now), action).toMatchObject({ needs: 'customers:write' })
      expect(undoOf(entry(action, subject, detail), now + 30 * 86_400_000), action).toBeNull()
    }
    expect(undoOf(entry('import.committed', 'imp_1'), now)).toMatchObject({ way: { params: { id: 'imp_1' } } })
    expect(undoOf(entry('import.committed', 'everything'), now)).toBeNull()
    expect(undoOf(entry('definition.published', 'feature a', { version: 2 }), now * 2)).toMatchObject({ needs: 'definitions:write' })
    expect(undoOf(entry('definition.published', 'feature a', { version: 1 }), now)).toBeNull()
    for (const [action, subject] of [['session.begun', 'usr_1'], ['customers.unchanged', 'chg_1'], ['record.import_undone', 'rim_1']] as const) expect(undoOf(entry(action, subject), now), action).toBeNull()
  })
})
