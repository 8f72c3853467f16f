import { describe, expect, it } from 'vitest'
import { beyondRules, chosen, filterText, ruleFilter, ruleOf } from '@/parts/filters'

describe('filters as a rule', () => {
  it('join with and, quoting what people typed', () => {
    expect(ruleOf({ 'class.lifecycle': 'at_risk', segment: 'v"ip', q: '138', sort: '-net' })).toBe('class.lifecycle = "at_risk" and in segment("v\\"ip")')
  })
  it('keep an or together', () => {
    expect(ruleOf({ 'class.rfm_8': 'x', rule: 'a > 1 or b > 2' })).toBe('class.rfm_8 = "x" and (a > 1 or b > 2)')
    expect(ruleOf({ rule: 'a > 1' })).toBe('a > 1')
    expect(ruleOf({})).toBe('')
  })
  it('say either of several choices, and what own fields hold', () => {
    const knows = { choice: (_: string, key: string) => ['a', 'b', 'Acme, Inc.'].includes(key), kind: (field: string) => ({ 'custom.skin': 'choice', 'custom.worries': 'choices', 'custom.gift': 'bool' } as const)[field] }
    expect(ruleOf({ 'class.lifecycle': 'a,b', 'class.by_firm': 'Acme, Inc.' }, knows)).toBe('class.lifecycle in ("a", "b") and class.by_firm = "Acme, Inc."')
    expect(ruleOf({ 'f.custom.skin': 'a,none' }, knows)).toBe('(custom.skin = "a" or custom.skin is missing)')
    expect(ruleOf({ 'f.custom.worries': 'a,b', 'f.custom.gift': 'true' }, knows)).toBe('(custom.worries contains "a" or custom.worries contains "b") and custom.gift = true')
    expect(chosen('Acme, Inc.,a, ,x', (key) => knows.choice('', key))).toEqual(['Acme, Inc.', 'a', 'x'])
  })
  it('know what a rule cannot say, and take it along', () => {
    const moved = { 'was.lifecycle': 'at_risk@2026-09-01', 'class.lifecycle': 'lost', sort: '-net', columns: 'net' }
    expect(beyondRules(moved)).toBe(true)
    expect(beyondRules({ rule: 'net > 1', 'class.rfm_8': 'x' })).toBe(false)
    expect(Object.fromEntries(new URLSearchParams(filterText(moved)))).toEqual({ 'was.lifecycle': 'at_risk@2026-09-01', 'class.lifecycle': 'lost' })
  })
  it('take a rule along with the day it is looked at', () => {
    expect(ruleFilter(' net > 1 ', {})).toEqual({ rule: 'net > 1' })
    expect(ruleFilter('net > 1', { known: 'then' })).toEqual({ rule: 'net > 1' })
    expect(ruleFilter('net > 1', { as_of: '2026-09-01', known: 'then' })).toEqual({ rule: 'net > 1', as_of: '2026-09-01', known: 'then' })
  })
})
