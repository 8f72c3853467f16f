import { describe, expect, it } from 'vitest'
import { scoresIn } from './scores'

describe('the RFM scores of a rule', () => {
  it('are those it asks for', () => {
    expect(scoresIn('rfm_r = 5 and rfm_f = 3')).toEqual([{ axis: 'r', scoring: 'quantile', scores: [5] }, { axis: 'f', scoring: 'quantile', scores: [3] }])
    expect(scoresIn('rfm_m_bins >= 4 and net > 5')).toEqual([{ axis: 'm', scoring: 'bins', scores: [5, 4] }])
    expect(scoresIn('rfm_r in (1, 2) or rfm_r = 5')).toEqual([{ axis: 'r', scoring: 'quantile', scores: [5, 2, 1] }])
    expect(scoresIn('rfm_f_kmeans between 2 and 3')).toEqual([{ axis: 'f', scoring: 'kmeans', scores: [3, 2] }])
  })
  it('are all five of what is reckoned with, and none where none is asked for', () => {
    expect(scoresIn('rfm_f + rfm_m <= 4').map((a) => a.axis + a.scores.length)).toEqual(['f5', 'm4'])
    expect(scoresIn('net > 5 and orders = 3')).toEqual([])
  })
})
