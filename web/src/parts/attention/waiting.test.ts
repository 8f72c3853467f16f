import { expect, test } from 'vitest'
import { lately, latest, readAll, unanswered, unfinished, unread, worseSince } from './waiting'

test('quality is news when it is lower than the night before', () => {
  const history = [{ day: '2026-11-28', score: 99 }, { day: '2026-11-29', score: 97 }, { day: '2026-11-30', score: 90 }]
  expect(worseSince({ score: 90, history, today: '2026-11-30' })).toEqual({ now: 90, before: 97, day: '2026-11-29' })
  expect(worseSince({ score: 97, history, today: '2026-11-30' })).toBeNull()
  expect(worseSince({ score: null, history, today: '2026-11-30' })).toBeNull()
  expect(worseSince({ score: 50, history: [{ day: '2026-11-30', score: 50 }], today: '2026-11-30' })).toBeNull()
})

test('what went wrong is news for a week', () => {
  const now = Date.parse('2026-11-30T12:00:00Z')
  expect(lately(['2026-11-29T00:00:00Z', '2026-11-20T00:00:00Z', null, undefined], (at) => at, now)).toHaveLength(1)
  expect(latest(['2026-11-29T00:00:00Z', null, '2026-11-30T00:00:00Z'])).toBe(Date.parse('2026-11-30T00:00:00Z'))
  expect(latest([])).toBe(0)
})

test('what was read is news again when there is more of it, or when it comes again', () => {
  const [few, many] = [{ key: 'twins', level: 3 }, { key: 'twins', level: 4 }]
  expect(unread([few], {})).toEqual([few])
  expect(unread([few], readAll([few]))).toEqual([])
  expect(unread([many], readAll([few]))).toEqual([many])
  expect(unread([few], readAll([many]))).toEqual([])
  expect(readAll([])).toEqual({})
})

test('what waits for somebody is what does not go on by itself', () => {
  expect(unanswered([{ status: 'mapping' }, { status: 'checking' }, { status: 'checked' }, { status: 'committed' }, { status: 'failed' }])).toHaveLength(2)
  expect(unfinished([{ state: 'queued', quiet: false }, { state: 'running', quiet: false }, { state: 'running', quiet: true }, { state: 'done', quiet: false }])).toBe(2)
})
