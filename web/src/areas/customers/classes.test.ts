import { expect, test } from 'vitest'
import { concerns, inOrder } from './classes'

const of = (classification: string, key = 'high') => ({ classification, label: { zh: '', en: '' }, class: { key, label: { zh: '', en: '' } } })
const library = [['interaction_frequency', 'behaviour'], ['by_gender', 'demographics'], ['age_group', 'demographics'], ['by_industry', 'b2b'], ['key_account', 'b2b']].map(([key = '', group = '']) => ({ key, group }))
const names = (list: { classification: string }[]) => list.map((c) => c.classification)

test('value and lifecycle come first, what is unknown apart', () => {
  const { known, unknown } = inOrder([of('age_group', 'unknown'), of('by_gender'), of('interaction_frequency'), of('lifecycle'), of('clv_band', 'unknown'), of('rfm_8')], library)
  expect(names(known)).toEqual(['rfm_8', 'lifecycle', 'interaction_frequency', 'by_gender'])
  expect(names(unknown)).toEqual(['clv_band', 'age_group'])
})

test('a company has no gender, a person no industry; what is told stays', () => {
  const company = inOrder([of('rfm_8'), of('by_gender', 'unknown'), of('age_group'), of('clv_band', 'unknown'), of('key_account'), of('by_industry')], library, 'organisation')
  expect(names(company.known)).toEqual(['by_industry', 'key_account', 'rfm_8', 'age_group'])
  expect(names(company.unknown)).toEqual(['clv_band'])
  const person = inOrder([of('by_industry', 'unknown'), of('key_account', 'not_organisation'), of('by_gender', 'unknown')], library, 'person')
  expect([names(person.known), names(person.unknown)]).toEqual([[], ['by_gender']])
  expect([concerns('organisation', 'demographics'), concerns('person', 'demographics'), concerns('person', undefined)]).toEqual([false, true, true])
})
