import { expect, test } from 'vitest'
import { given, unanswered, unfinished, worseSince } from './waiting'

test('quality is news when it is lower than the night before', () => {
  const history = [{ day: '2026-11-28', score: 99 }, { day: '2026-11-29', score: 97 }, { day: '2026-11-30', score: 90 }]
  expect(worseSince({ score: 90, history, today: '2026-11-30' })).toEqual({ now: 90, before: 97, day: '2026-11-29' })
  expect(worseSince({ score: 97, history, today: '2026-11-30' })).toBeNull()
  expect(worseSince({ score: null, history, today: '2026-11-30' })).toBeNull()
  expect(worseSince({ score: 50, history: [{ day: '2026-11-30', score: 50 }], today: '2026-11-30' })).toBeNull()
})

test('jobs given up are news for a week', () => {
  const now = Date.parse('2026-11-30T12:00:00Z')
  expect(given([{ finished_at: '2026-11-29T00:00:00Z' }, { finished_at: '2026-11-20T00:00:00Z' }, { finished_at: null, created_at: '2026-11-30T00:00:00Z' }, {}], now)).toBe(2)
})

test('what waits for somebody is what does not go on by itself', () => {
  expect(unanswered([{ status: 'mapping' }, { status: 'checking' }, { status: 'checked' }, { status: 'committed' }, { status: 'failed' }])).toHaveLength(2)
  expect(unfinished([{ state: 'queued', quiet: false }, { state: 'running', quiet: false }, { state: 'running', quiet: true }, { state: 'done', quiet: false }])).toBe(2)
})
