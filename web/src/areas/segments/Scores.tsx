import { useQueries } from '@tanstack/react-query'
import { rfm } from '@/api/queries'
import { useFormat } from '@/parts/format'
import { daysOf, moneyOf, ordersOf } from '@/parts/scores'
import { useAt } from '@/parts/useAt'
import { scoresIn } from './scores'

const means = { r: daysOf, f: ordersOf, m: moneyOf }

/** What the RFM scores a rule asks for stand for, in days, orders and money: by the edges of the day. */
export function Scores({ rule, day }: { rule: string; day: string }) {
  const f = useFormat()
  const { known } = useAt()
  const asked = scoresIn(rule)
  const ways = [...new Set(asked.map((a) => a.scoring))]
  const found = useQueries({ queries: ways.map((scoring) => rfm({ as_of: day, known, scoring })) })
  const lines = asked.flatMap(({ axis, scoring, scores }) => {
    const data = found[ways.indexOf(scoring)]?.data
    return data ? scores.map((s) => f.t(`segments.score_${axis}`, { score: s, range: means[axis](data, s, f) })) : []
  })
  if (!lines.length) return null
  return <p className="small soft" data-testid="scores">{f.t('segments.scores', { day, list: lines.join(f.t('segments.comma')) })}</p>
}
