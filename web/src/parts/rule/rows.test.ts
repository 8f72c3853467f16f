import { describe, expect, it } from 'vitest'
import type { Expr, Rule } from '@/api/rule'
import { addRow, emptyCondition, emptyGroup, isComplete, leafIndex, mentions, replaceRow, toRows, toRule } from './rows'

const feature = (key: string): Expr => ({ feature: key })
const n = (literal: number | string | boolean): Expr => ({ literal })
const ge: Rule = { compare: { left: feature('net_12m'), op: '>=', right: n(5000) } }
const late: Rule = { compare: { left: feature('recency_days'), op: '>', right: feature('dormancy_days') } }
const cls: Rule = { in: { expr: feature('class.lifecycle'), values: ['at_risk', 'dormant'] } }
const agg: Rule = {
  between: {
    expr: { aggregate: { fact: 'orders', measure: { of: 'sum', field: 'net' }, filter: [{ field: 'channel', op: '=', values: ['app'] }], window: { days: 90 } } },
    low: n(1),
    high: n(5),
  },
}

const cases: [string, Rule][] = [
  ['one comparison', ge],
  ['feature against feature', late],
  ['everyone', { all: [] }],
  ['all', { all: [ge, cls] }],
  ['any', { any: [ge, cls] }],
  ['nested, negated', { all: [ge, { not: { any: [late, { not: cls }] } }, { not: { member: { segment: 'vip' } } }] }],
  ['negated leaf at the root', { not: cls }],
  ['aggregate', { any: [agg, { missing: { expr: feature('city') } }] }],
  ['top and bottom', { all: [{ top: { percent: 10, by: feature('net') } }, { not: { top: { percent: 5, by: feature('net'), bottom: true } } }] }],
  ['contains', { contains: { expr: feature('city'), text: '上海' } }],
  ['text that looks like a day', { any: [{ contains: { expr: feature('note'), text: '2026-01-02' } }, { in: { expr: feature('note'), values: [{ text: '2026-01-02' }, 'x'] } }] }],
  ['mean of all', { compare: { left: feature('net'), op: '>=', right: { base: { stat: 'mean', of: 'net', among: 'orders' } } } }],
  ['arithmetic stays raw', { all: [{ compare: { left: { binary: { left: feature('a'), op: '/', right: feature('b') } }, op: '<', right: n(2) } }, ge] }],
  ['nobody inside stays', { any: [ge, { any: [] }] }],
  ['double negation stays raw', { all: [{ not: { not: ge } }, cls] }],
  ['not everyone stays raw', { all: [{ not: { all: [] } }, ge] }],
]

describe('rule ⇄ rows', () => {
  it.each(cases)('%s comes back the same', (_, rule) => {
    expect(toRule(toRows(rule))).toEqual(rule)
  })

  it('survives random trees', () => {
    let seed = 7
    const random = (k: number) => (seed = (seed * 48271) % 2147483647) % k
    const leaves = [ge, late, cls, agg, { missing: { expr: feature('city') } }, { member: { segment: 's' } }, { top: { percent: 3, by: feature('net') } }] as Rule[]
    const make = (depth: number): Rule => {
      const pick = random(depth > 3 ? 1 : 4)
      if (pick <= 1) return leaves[random(leaves.length)] as Rule
      if (pick === 2) return { not: leaves[random(leaves.length)] as Rule }
      const items = Array.from({ length: 2 + random(3) }, () => make(depth + 1))
      const joined: Rule = random(2) ? { all: items } : { any: items }
      return random(4) === 0 ? { not: joined } : joined
    }
    for (let i = 0; i < 500; i++) {
      const rule = make(0)
      expect(toRule(toRows(rule))).toEqual(rule)
    }
  })

  it('leaves unfinished rows out', () => {
    const rows = addRow(toRows(ge), toRows(ge).id, emptyCondition())
    expect(toRule(rows)).toEqual(ge)
    const root = toRows({ all: [ge, cls] })
    const with_ = addRow(root, root.id, emptyGroup('any'))
    expect(toRule(with_)).toEqual({ all: [ge, cls] })
    expect(isComplete(emptyCondition())).toBe(false)
  })

  it('replaces and removes deep inside', () => {
    const root = toRows({ all: [ge, { any: [late, cls] }] })
    const inner = root.items[1]
    if (inner?.kind !== 'group') throw new Error('group expected')
    const first = inner.items[0]
    expect(toRule(replaceRow(root, first?.id ?? '', null))).toEqual({ all: [ge, cls] })
  })

  it('numbers conditions as the server does', () => {
    const root = toRows({ all: [ge, { not: { any: [late, { compare: { left: { neg: feature('a') }, op: '<', right: n(1) } }, cls] } }, agg] })
    expect([...leafIndex(root).values()]).toEqual([0, 1, 2, 3, 4])
    const half = { ...root, items: [emptyCondition(), ...root.items] }
    expect([...leafIndex(half).values()]).toEqual([0, 1, 2, 3, 4])
  })

  it('finds what a rule mentions', () => {
    expect([...mentions({ all: [late, cls, { member: { segment: 'vip' } }] })].sort()).toEqual(['class.lifecycle', 'dormancy_days', 'recency_days', 'vip'])
  })
})
