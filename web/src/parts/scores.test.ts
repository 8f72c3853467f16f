import { expect, it } from 'vitest'
import { bounds } from './scores'

it('reads edges: the worst value that still reaches a score', () => {
  const r = bounds([240, 120, 45, 14])
  expect(r[5]).toEqual({ worst: 14, beyond: null })
  expect(r[4]).toEqual({ worst: 45, beyond: 14 })
  expect(r[1]).toEqual({ worst: null, beyond: 240 })
  const gap = bounds([2, null, 5, null])
  expect(gap[2]).toEqual({ worst: 2, beyond: 5 })
  expect(gap[3]).toBeUndefined()
  expect(gap[4]).toEqual({ worst: 5, beyond: null })
  expect(gap[5]).toBeUndefined()
  expect(bounds([])[1]).toBeUndefined()
  expect(bounds([2, 3, 4, 5], (score) => score > 1)[1]).toBeUndefined()
})
