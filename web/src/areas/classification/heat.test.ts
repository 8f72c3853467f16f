import { describe, expect, it } from 'vitest'
import { changeShade, shade } from './heat'

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
})
