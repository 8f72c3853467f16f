import { expect, test } from 'vitest'
import type { SegmentItem } from '@/api/types'
import { copyOf, found, inOrder } from './list'

const one = (key: string, zh: string, en: string, more: Partial<SegmentItem> = {}) =>
  ({ key, label: { zh, en }, description: { zh: '', en: '' }, sentence: { zh: '净额 ≥ 100', en: 'Net ≥ 100' }, kind: 'dynamic', rule_text: 'net >= 100', size: 1, exclude: [], priority: null, ...more }) as SegmentItem
const all = [one('b', '沉睡', 'Gone quiet', { size: 7, changed_at: '2026-11-01T00:00:00Z' }), one('a', '白银', 'Silver', { size: 9 }), one('c', '阿里', 'Alpha', { size: 9, changed_at: '2026-11-20T00:00:00Z' })]
const keys = (items: SegmentItem[]) => items.map((s) => s.key)

test('segments are found by any of their words in either language', () => {
  expect(keys(found(all, ''))).toEqual(['b', 'a', 'c'])
  expect(keys(found(all, '沉睡'))).toEqual(['b'])
  expect(keys(found(all, 'quiet GONE'))).toEqual(['b'])
  expect(keys(found(all, 'net 100 silver'))).toEqual(['a'])
  expect(keys(found(all, 'nobody'))).toEqual([])
})

test('they stand by name, by size, by last change', () => {
  expect(keys(inOrder(all, 'name', 'en'))).toEqual(['c', 'b', 'a'])
  expect(keys(inOrder(all, 'name', 'zh-CN'))).toEqual(['c', 'a', 'b'])
  expect(keys(inOrder(all, 'size', 'en'))).toEqual(['c', 'a', 'b'])
  expect(keys(inOrder(all, 'changed', 'en'))).toEqual(['c', 'b', 'a'])
})

test('a copy has the rule or the customers, and no place in the group', () => {
  const label = { zh: '白银二', en: 'Silver two' }
  expect(copyOf(one('a', '白银', 'Silver', { exclude: ['b'], priority: { group: 'g', rank: 1 } }), label)).toEqual({ label, description: { zh: '', en: '' }, rule_text: 'net >= 100', exclude: ['b'] })
  expect(copyOf(one('a', '白银', 'Silver', { kind: 'static', rule_text: null }), label)).toMatchObject({ label, filter: { segment: 'a' } })
})
