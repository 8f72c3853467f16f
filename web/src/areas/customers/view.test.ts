import { describe, expect, it } from 'vitest'
import type { View } from '@/api/types'
import { bare, changed, queryOf, searchOf } from './view'

const view = { id: 'v_1', query: { rule: 'net > 1', 'class.lifecycle': 'active', columns: 'net,orders' } } as unknown as View

describe('views', () => {
  it('remember filters, sort, columns and density, and no day', () => {
    expect(queryOf({ as_of: '2026-01-01', view: 'v_1', facets: 'off', q: '', rule: 'net > 1', density: 'small', 'was.lifecycle': 'new@2026-01-01', 'f.custom.skin': 'a' })).toEqual({ density: 'small', 'f.custom.skin': 'a', rule: 'net > 1', 'was.lifecycle': 'new@2026-01-01' })
  })

  it('are open as they were saved until something changes', () => {
    const open = searchOf(view, { as_of: '2026-01-01', q: 'left over', view: 'v_0' })
    expect(open).toEqual({ as_of: '2026-01-01', view: 'v_1', sort: '-net', ...view.query })
    expect(changed(view, open)).toBe(false)
    expect(changed(view, { ...open, sort: 'orders' })).toBe(true)
    expect(changed(view, { ...open, rule: undefined })).toBe(true)
    expect(changed(view, { ...open, as_of: '2026-02-02' })).toBe(false)
  })

  it('have a bare link, and everybody is one too', () => {
    expect([bare({ view: 'v_1' }), bare({ view: 'v_1', as_of: '2026-01-01' }), bare({ view: 'v_1', sort: '-net' }), bare({ view: 'all' }), bare({})]).toEqual([true, true, false, false, false])
    expect(searchOf(null, { rule: 'net > 1', as_of: '2026-01-01', view: 'v_1' })).toEqual({ as_of: '2026-01-01', view: 'all' })
  })
})
