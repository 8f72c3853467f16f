import { describe, expect, it } from 'vitest'
import { ruleOf } from './filters'

describe('filters as a rule', () => {
  it('join with and, quoting what people typed', () => {
    expect(ruleOf({ 'class.lifecycle': 'at_risk', segment: 'v"ip', q: '138', sort: '-net' })).toBe('class.lifecycle = "at_risk" and in segment("v\\"ip")')
  })
  it('keep an or together', () => {
    expect(ruleOf({ 'class.rfm_8': 'x', rule: 'a > 1 or b > 2' })).toBe('class.rfm_8 = "x" and (a > 1 or b > 2)')
    expect(ruleOf({ rule: 'a > 1' })).toBe('a > 1')
    expect(ruleOf({})).toBe('')
  })
})
