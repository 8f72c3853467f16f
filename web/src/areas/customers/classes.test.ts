import { expect, test } from 'vitest'
import { inOrder } from './classes'

const of = (classification: string, key = 'high') => ({ classification, label: { zh: '', en: '' }, class: { key, label: { zh: '', en: '' } } })

test('value and lifecycle come first, what is unknown last', () => {
  const classes = [of('age', 'unknown'), of('gender'), of('interaction_frequency'), of('lifecycle'), of('clv_band', 'unknown'), of('rfm_8')]
  expect(inOrder(classes, ['interaction_frequency', 'gender', 'age']).map((c) => c.classification)).toEqual(['rfm_8', 'lifecycle', 'interaction_frequency', 'gender', 'clv_band', 'age'])
})
