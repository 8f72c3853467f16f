import { describe, expect, it } from 'vitest'
import type { Job } from '@/api/types'
import { inTray } from './stream'

const job = (id: string, more: Partial<Job>): [string, Job] => [id, { id, kind: 'export', state: 'done', quiet: false, mine: true, done: 0, total: 0, stopping: false, attempts: 1, max_attempts: 5, files: [], actor: { id: 'usr_me', name: 'Me' }, can_cancel: false, can_retry: false, can_download: false, created_at: '2026-01-01T00:00:00Z', ...more } as Job]

describe('the tray', () => {
  it('shows what goes on first, then what ended last', () => {
    const all = new Map([
      job('old', { finished_at: '2026-01-01T01:00:00Z' }),
      job('new', { finished_at: '2026-01-01T02:00:00Z' }),
      job('running', { state: 'running' }),
      job('queued', { state: 'queued', created_at: '2026-01-01T00:00:05Z' }),
      job('import', { state: 'running', mine: false, actor: null, created_at: null }),
    ])
    expect(inTray(all).map((j) => j.id)).toEqual(['import', 'queued', 'running', 'new', 'old'])
  })

  it('leaves out what nobody waits for, and what others asked for', () => {
    const all = new Map([job('quiet', { quiet: true }), job('other', { mine: false, finished_at: '2026-01-01T02:00:00Z' }), job('theirs', { mine: false, state: 'running' }), job('mine', { state: 'running' })])
    expect(inTray(all).map((j) => j.id)).toEqual(['mine'])
  })

  it('is short', () => {
    const all = new Map(Array.from({ length: 20 }, (_, i) => job(`j${i}`, { finished_at: `2026-01-01T00:00:${String(i).padStart(2, '0')}Z` })))
    expect(inTray(all).map((j) => j.id)).toEqual(['j19', 'j18', 'j17', 'j16', 'j15', 'j14', 'j13', 'j12'])
  })
})
