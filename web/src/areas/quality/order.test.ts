import { describe, expect, it } from 'vitest'
import type { Finding } from '@/api/quality'
import { fields, others, place, worstFirst } from './order'

const one = (code: string, group: string, level: Finding['level'], points: number) => ({ code, group, level, points, share: points / 10 }) as Finding

describe('findings', () => {
  const all = [one('a', 'validity', 'note', 9), one('b', 'validity', 'bad', 1), one('c', 'completeness', 'ok', 0), one('d', 'imports', 'bad', 3)]
  it('come worst first', () => expect(worstFirst(others(all)).map((f) => f.code)).toEqual(['d', 'b', 'a']))
  it('fields stand by themselves', () => expect(fields(all).map((f) => f.code)).toEqual(['c']))
  it('a link is an address and its parameters', () => {
    expect(place('/customers?finding=missing.birthday')).toEqual({ to: '/customers', search: { finding: 'missing.birthday' } })
    expect(place('/duplicates')).toEqual({ to: '/duplicates', search: {} })
  })
})
