import { expect, test } from 'vitest'
import { linesOf, saidOf } from './lines'

test('goods are read as far as they are told', () => {
  expect(linesOf({})).toEqual([])
  expect(linesOf({ lines: 'three' })).toEqual([])
  expect(linesOf({ lines: [{ product: 'P011', brand: 'Zhiwei', category: 'Teaware', quantity: 2, paid: 600_640 }, null, { product: '', paid: 5 }] })).toEqual([
    { product: 'P011', brand: 'Zhiwei', category: 'Teaware', quantity: 2, paid: 600_640 },
    { product: undefined, brand: undefined, category: undefined, quantity: undefined, paid: 5 },
  ])
})

test('a line is called after what is known of it, no word twice', () => {
  expect(saidOf({ product: 'Teapot', brand: 'Zhiwei', category: 'Teaware' })).toEqual({ name: 'Teapot', more: ['Zhiwei', 'Teaware'] })
  expect(saidOf({ brand: 'Zhiwei', category: 'Zhiwei' })).toEqual({ name: 'Zhiwei', more: [] })
  expect(saidOf({ paid: 5 })).toEqual({ name: undefined, more: [] })
})
