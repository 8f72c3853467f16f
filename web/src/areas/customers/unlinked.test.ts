import { expect, test } from 'vitest'
import { unlinked } from './unlinked'

const features = (net: number, orders: number, average: number) => [
  { key: 'net', value: { type: 'money' as const, value: net } }, { key: 'orders', value: { type: 'int' as const, value: orders } }, { key: 'average_order_net', value: { type: 'money' as const, value: average } },
]

test('a refund without an order is what average × orders says more than net', () => {
  expect(unlinked(features(721_200, 4, 180_800))).toBe(2_000)
})

test('rounding of the average is no refund', () => {
  expect(unlinked(features(10_000, 3, 3_333))).toBe(0)
  expect(unlinked(features(10_001, 6, 1_667))).toBe(0)
  expect(unlinked([])).toBe(0)
})
