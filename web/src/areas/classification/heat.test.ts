import { describe, expect, it } from 'vitest'
import { bounds, changeShade, shade } from './heat'

describe('heat map', () => {
  it('shades by square root, zero apart', () => {
    expect(shade(0, 100)).toBe(0)
    expect(shade(1, 100)).toBe(1)
    expect(shade(100, 100)).toBe(5)
    expect(shade(30, 100)).toBe(3)
  })
  it('tells growth from loss', () => {
    expect(changeShade(null, 9)).toBe('h0')
    expect(changeShade(9, 9)).toBe('u3')
    expect(changeShade(-1, 9)).toBe('d1')
  })
  it('reads edges: few days are a high recency score', () => {
    const r = bounds([10, 30, 60, 90], true)
    expect(r?.[5]).toMatchObject({ low: null, high: 10 })
    expect(r?.[4]).toMatchObject({ low: 10, high: 30 })
    expect(r?.[1]).toMatchObject({ low: 90, high: null })
    const f = bounds([2, 3, 5, 9], false)
    expect(f?.[1]).toMatchObject({ low: null, high: 2 })
    expect(f?.[5]).toMatchObject({ low: 9, high: null })
    expect(f?.[3]).toMatchObject({ low: 3, high: 5 })
    expect(bounds([], true)).toBeNull()
  })
})
