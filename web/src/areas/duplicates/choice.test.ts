import { describe, expect, it } from 'vitest'
import type { CandidateDetail, Field } from '@/api/duplicates'
import { chosen, standing } from './choice'

const field = (name: string, more: Partial<Field> = {}): Field => ({ field: name, label: { zh: name, en: name }, a: [{ zh: 'x', en: 'x' }], b: [{ zh: 'y', en: 'y' }], agreement: 'different', choose: true, masked: false, ...more }) as Field
const detail = { a: { id: 'cus_a' }, b: { id: 'cus_b' }, fields: [field('name'), field('attribute.city', { wins: 'b' }), field('phone', { choose: false })] } as unknown as CandidateDetail

describe('whose value counts', () => {
  it('is the survivor’s name, unless there is none, and what was learnt last', () => {
    expect(standing(field('name'), 'a')).toBe('a')
    expect(standing(field('name', { a: [] }), 'a')).toBe('b')
    expect(standing(field('attribute.city', { wins: 'b' }), 'a')).toBe('b')
    expect(standing(field('phone', { choose: false }), 'a')).toBeUndefined()
  })

  it('is sent only where it is chosen otherwise', () => {
    expect(chosen(detail, 'a', {})).toEqual({})
    expect(chosen(detail, 'a', { name: 'a', 'attribute.city': 'b' })).toEqual({})
    expect(chosen(detail, 'a', { name: 'b', 'attribute.city': 'a' })).toEqual({ name: 'cus_b', 'attribute.city': 'cus_a' })
  })
})
