import { expect, test } from 'vitest'
import type { Feature, KindReport } from '@/api/types'
import { entryOf, fieldKey, madeOf, optionNames, optionsOf, writtenOf } from './words'

const feature = (key: string, more: Partial<Feature> = {}): Feature => ({ key, label: { zh: key, en: key }, description: { zh: '', en: '' }, group: 'custom', value: 'text', definition: { kind: 'attribute', key }, builtin: false, version: 1, ...more })

test('own attributes are filled in by hand, what is computed is not', () => {
  expect(entryOf(feature('custom.skin'))).toEqual({ kind: 'text', options: [], personal: false })
  expect(entryOf(feature('custom.n', { value: 'int' }))?.kind).toBe('number')
  expect(entryOf(feature('birthday'))).toBeNull()
  expect(entryOf(feature('x', { definition: { kind: 'share', of: 'net' } }))).toBeNull()
  expect(entryOf(undefined)).toBeNull()
})

test('what is computed says from what', () => {
  const of = (definition: unknown) => madeOf({ key: 'net', definition: definition as Feature['definition'] })
  const sum = (fact: string) => ({ aggregate: { fact, measure: { of: 'sum', field: 'net' }, filter: [{ field: 'channel', value: 'day' }] } })
  expect(of({ kind: 'formula', expr: { binary: { left: sum('orders'), op: 'sub', right: { call: { function: 'max', args: [sum('refunds'), { feature: 'city' }] } } } } })).toEqual({ facts: ['orders', 'refunds'], keys: ['city'] })
  expect(of({ kind: 'aggregate', fact: 'lines', measure: { of: 'top', field: 'category' } })).toEqual({ facts: ['lines'], keys: [] })
  expect(of({ kind: 'derived', function: 'region', of: ['attribute.province', 'attribute.city'] })).toEqual({ facts: [], keys: ['province', 'city'] })
  expect(of({ kind: 'cost_share', channel: 'acquisition_channel', day: 'first_order_day' }).keys).toEqual(['acquisition_channel', 'first_order_day'])
  expect(of({ kind: 'attribute', key: 'contacts' })).toEqual({ facts: [], keys: [] })
})

test('a field is called as a heading of its name would be', () => {
  expect(fieldKey(' Skin Type ')).toBe('custom.skin_type')
  expect(fieldKey('皮肤类型')).toBe('custom.皮肤类型')
})

test('values go into inputs and options have names', () => {
  expect(writtenOf('money', { type: 'money', value: 12850 }, 2)).toBe(128.5)
  expect(writtenOf('choices', { type: 'text', value: 'a、b' }, 2)).toEqual(['a', 'b'])
  expect(writtenOf('text', { type: 'null' }, 2)).toBeUndefined()
  const options = [{ key: 'a', label: { zh: '甲', en: 'A' } }]
  expect(optionNames(options, { type: 'text', value: 'a、b' }, (l) => l.en)).toBe('A、b')
  expect(optionNames([], { type: 'text', value: 'a' }, (l) => l.en)).toBeNull()
})

test('the values there are become options, unless they are no list', () => {
  const report = (...texts: string[]) => ({ outside_examples: texts.map((value) => ({ before: { type: 'text', value }, after: { type: 'text', value }, count: 1 })) }) as unknown as KindReport
  expect(optionsOf(report('油性', ' 干性', '油性'), 'choice')).toEqual([{ key: '油性', label: { zh: '油性', en: '油性' } }, { key: '干性', label: { zh: '干性', en: '干性' } }])
  expect(optionsOf(report('a、b', 'b, c'), 'choices').map((o) => o.key)).toEqual(['a', 'b', 'c'])
  expect(optionsOf(report('a、b'), 'choice')).toEqual([])
  expect(optionsOf(report(...Array.from({ length: 51 }, (_, i) => `${i}`)), 'choice')).toEqual([])
  expect(optionsOf(undefined, 'choice')).toEqual([])
})
