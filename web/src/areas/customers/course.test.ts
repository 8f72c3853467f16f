import { expect, test } from 'vitest'
import type { Turn } from '@/api/types'
import { byDay, type Day, merged, since } from './course'

const turn = (day: string, key: string, type: Turn['type'] = 'class.changed'): Turn => ({ day, type, key, label: { zh: key, en: key }, compared: false })
const fact = (day: string) => ({ day })
const told = (lines: ({ day: string } | Day)[]) => lines.map((x) => ('turns' in x ? `${x.day}: ${x.turns.map((t) => t.key).join(' ')}` : x.day))

test('turns stand among the facts by day, those of one day together and above what brought them', () => {
  const turns = [turn('2026-03-05', 'a'), turn('2026-03-01', 'b'), turn('2026-03-01', 'c'), turn('2026-01-01', 'd')]
  expect(told(merged([fact('2026-03-09'), fact('2026-03-01'), fact('2026-02-01')], byDay(turns), false))).toEqual(['2026-03-09', '2026-03-05: a', '2026-03-01: b c', '2026-03-01', '2026-02-01', '2026-01-01: d'])
})

test('what is beside the facts is put in order of its days', () => {
  const beside = [{ day: '2026-01-01', note: 'old' }, { day: '2026-03-02', note: 'new' }]
  expect(merged([fact('2026-03-01')], beside, false)).toEqual([beside[1], fact('2026-03-01'), beside[0]])
})

test('older turns wait for the facts of their time', () => {
  const turns = [turn('2026-03-05', 'a'), turn('2026-01-01', 'd')]
  expect(told(merged([fact('2026-03-01')], byDay(turns), true))).toEqual(['2026-03-05: a', '2026-03-01'])
  expect(told(merged([], byDay(turns), false))).toEqual(['2026-03-05: a', '2026-01-01: d'])
})

test('since when is the latest turn of the subject', () => {
  const turns = [turn('2026-03-05', 'vip', 'segment.left'), turn('2026-03-01', 'lifecycle'), turn('2026-02-01', 'lifecycle'), turn('2026-01-01', 'vip', 'segment.entered')]
  expect(since(turns, { classification: 'lifecycle' })?.day).toBe('2026-03-01')
  expect(since(turns, { segment: 'vip' })?.type).toBe('segment.left')
  expect(since(turns, { classification: 'other' })).toBeUndefined()
})
