import { describe, expect, it } from 'vitest'
import type { View } from '@/api/types'
import { bare, changed, ofCustomers, ofRecords, queryOf, searchOf, sentOf } from './view'

const view = { id: 'v_1', query: { rule: 'net > 1', 'class.lifecycle': 'active', columns: 'net,orders' } } as unknown as View

describe('views', () => {
  it('remember filters, sort, columns, density and display, and no day', () => {
    expect(queryOf(ofCustomers, { as_of: '2026-01-01', view: 'v_1', facets: 'off', q: '', rule: 'net > 1', density: 'small', display: 'cards', 'was.lifecycle': 'new@2026-01-01', 'f.custom.skin': 'a' })).toEqual({ density: 'small', display: 'cards', 'f.custom.skin': 'a', rule: 'net > 1', 'was.lifecycle': 'new@2026-01-01' })
  })

  it('are open as they were saved until something changes', () => {
    const open = searchOf(ofCustomers, view, { as_of: '2026-01-01', q: 'left over', view: 'v_0' })
    expect(open).toEqual({ as_of: '2026-01-01', view: 'v_1', sort: '-net', ...view.query })
    expect(changed(ofCustomers, view, open)).toBe(false)
    expect(changed(ofCustomers, view, { ...open, sort: 'orders' })).toBe(true)
    expect(changed(ofCustomers, view, { ...open, rule: undefined })).toBe(true)
    expect(changed(ofCustomers, view, { ...open, as_of: '2026-02-02' })).toBe(false)
  })

  it('have a bare link, and everybody is one too', () => {
    expect([bare(ofCustomers, { view: 'v_1' }), bare(ofCustomers, { view: 'v_1', as_of: '2026-01-01' }), bare(ofCustomers, { view: 'v_1', sort: '-net' }), bare(ofCustomers, { view: 'all' }), bare(ofCustomers, {})]).toEqual([true, true, false, false, false])
    expect(searchOf(ofCustomers, null, { rule: 'net > 1', as_of: '2026-01-01', view: 'v_1' })).toEqual({ as_of: '2026-01-01', view: 'all' })
  })

  it('of records are of one kind of them', () => {
    const kind = ofRecords('obj_1')
    const kept = sentOf(kind, { q: 'a', 'f.shop': 'x', sort: '-day', columns: 'day,shop', rule: 'net > 1' })
    expect(kept).toEqual({ q: 'a', 'f.shop': 'x', sort: '-day', columns: 'day,shop', object: 'obj_1' })
    const open = searchOf(kind, { id: 'v_2', query: kept } as unknown as View, {})
    expect(open).toEqual({ q: 'a', 'f.shop': 'x', sort: '-day', columns: 'day,shop', view: 'v_2' })
    expect(changed(kind, { id: 'v_2', query: kept } as unknown as View, open)).toBe(false)
  })
})
