import type { Scoring } from '@/api/types'

export type Axis = 'r' | 'f' | 'm'
/** Scores of one axis that a rule asks for. */
export interface Asked { axis: Axis; scoring: Scoring; scores: number[] }

const ASKED = /\brfm_([rfm])(?:_(bins|kmeans))?\b(?:\s*(>=|<=|!=|=|>|<)\s*(\d)(?![\d.])|\s+in\s*\(([\d\s,]+)\)|\s+between\s+(\d)\s+and\s+(\d))?/g

/** Which RFM scores a rule's text speaks of; all five of an axis that is reckoned with. */
export function scoresIn(text: string): Asked[] {
  const found = new Map<string, Asked>()
  for (const [, axis, way, sign, number, list, from, to] of text.matchAll(ASKED)) {
    const n = Number(number)
    const fits = (s: number) => {
      if (list) return list.split(',').map(Number).includes(s)
      if (from) return s >= Number(from) && s <= Number(to)
      return !sign || (sign === '=' ? s === n : sign === '!=' ? s !== n : sign === '>=' ? s >= n : sign === '<=' ? s <= n : sign === '>' ? s > n : s < n)
    }
    const scoring = (way ?? 'quantile') as Scoring
    const old = found.get(`${axis}-${scoring}`) ?? { axis: axis as Axis, scoring, scores: [] }
    old.scores = [5, 4, 3, 2, 1].filter((s) => old.scores.includes(s) || fits(s))
    found.set(`${axis}-${scoring}`, old)
  }
  return [...found.values()].filter((a) => a.scores.length)
}
