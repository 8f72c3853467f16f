import { describe, expect, it } from 'vitest'
import { everybody, holds, nobody, page, range, size, toggle, whom } from './selection'

const shown = ['a', 'b', 'c', 'd', 'e']
const held = (s: typeof nobody) => shown.filter((id) => holds(s, id))

describe('selection', () => {
  it('picks rows one by one and by range', () => {
    let s = toggle(nobody, 'b')
    s = range(s, shown, 'd')
    expect(held(s)).toEqual(['b', 'c', 'd'])
    s = range(s, shown, 'c')
    expect(held(s), 'a range takes away as it gives').toEqual(['b'])
    expect(held(range(nobody, shown, 'c')), 'without a first row it is one').toEqual(['c'])
    expect(held(range(toggle(nobody, 'gone'), shown, 'c'))).toEqual(['c'])
  })

  it('means everybody but those taken out', () => {
    let s = toggle(everybody, 'b')
    expect([held(s), size(s, 12_408)]).toEqual([['a', 'c', 'd', 'e'], 12_407])
    s = range(s, shown, 'd')
    expect(held(s)).toEqual(['a', 'e'])
    expect(whom(s, { rule: 'net > 1' }, 12_408)).toEqual({ filter: { rule: 'net > 1' }, except: ['b', 'c', 'd'], expected: 12_405 })
    expect(held(page(s, shown))).toEqual(shown)
    expect(page(everybody, shown)).toBe(nobody)
  })

  it('takes a page and gives it back', () => {
    const s = page(toggle(nobody, 'x'), shown)
    expect([held(s), size(s, 100)]).toEqual([shown, 6])
    expect(page(s, shown)).toBe(nobody)
    expect(whom(toggle(nobody, 'b'), {}, 9)).toEqual({ customers: ['b'] })
    expect(held(page(nobody, []))).toEqual([])
  })
})
