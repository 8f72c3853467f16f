import { describe, expect, it } from 'vitest'
import { direction } from './moves'

describe('a move between two stages', () => {
  it('is a loss away from buying, a gain towards it', () => {
    expect(direction({ source: 'active', target: 'at_risk' })).toBe('worse')
    expect(direction({ source: 'at_risk', target: 'lost' })).toBe('worse')
    expect(direction({ source: 'dormant', target: 'reactivated' })).toBe('better')
    expect(direction({ source: 'prospect', target: 'new' })).toBe('better')
    expect(direction({ source: 'new', target: 'active' })).toBe('better')
  })
  it('is no news when nothing moved, or stages are not known', () => {
    expect(direction({ source: 'active', target: 'active' })).toBe('same')
    expect(direction({ source: 'active', target: 'vip' })).toBe('same')
    expect(direction({ source: 'not.yet', target: 'prospect' })).toBe('came')
  })
})
