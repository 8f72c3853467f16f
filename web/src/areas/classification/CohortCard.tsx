import { useQuery } from '@tanstack/react-query'
import { Segmented } from 'antd'
import { useState } from 'react'
import { previewTiles } from '@/api/dashboards'
import { type AsOf, cohorts } from '@/api/queries'
import { ChartCard } from '@/parts/ChartCard'
import { majorOf } from '@/parts/file/csv'
import { number } from '@/parts/figure/values'
import { useFormat } from '@/parts/format'
import { Roving } from '@/parts/Roving'
import { Failed, Loading } from '@/parts/States'
import { cohortRule, isRunning } from './drill'
import { linearShade } from './heat'
import type { Pick } from './PickPanel'

/** Who came back: customers by the month of their first order, and how many of them ordered again in each later month, or what they spent in it. */
export function CohortCard({ at, onPick }: { at: AsOf; onPick: (p: Pick) => void }) {
  const f = useFormat()
  const { t } = f
  const [by, setBy] = useState<'percent' | 'count' | 'money'>('percent')
  const query = useQuery(cohorts(at))
  const money = by === 'money'
  const spent = useQuery({ ...previewTiles([{ id: 'cohorts', width: 4, who: {}, show: { kind: 'cohort', of: 'money', months: 12 } }], at), enabled: money })
  // its first two columns are the month and the customers
  const sums = new Map(money ? spent.data?.items[0]?.rows.map((row) => [row.total ? 'all' : row.key, row.cells.slice(2).map((cell) => number(cell.value))]) : [])
  const net = (month: string, after: number) => sums.get(month)?.[after] ?? null
  const all = query.data?.cohorts ?? []
  const width = Math.max(0, ...all.map((c) => c.values.length))
  const months = Array.from({ length: width }, (_, i) => i)
  /** How dark a cell is; the month of the first orders is bright where everybody bought in it. */
  const weight = (c: (typeof all)[number], m: number) => (money ? (net(c.month, m) ?? 0) : m && c.size ? (c.values[m] ?? 0) / c.size : 0)
  const largest = Math.max(0, ...all.flatMap((c) => c.values.map((_, m) => weight(c, m))))
  /** Is that month still running on the day? */
  const running = (month: string, after: number) => !!query.data && isRunning(month, after, query.data.as_of)
  // weighted by size, over the cohorts old enough to have had the whole month
  const mean = (k: number) => {
    const old = all.filter((c) => c.values.length > k && c.size > 0 && !running(c.month, k))
    const size = old.reduce((n, c) => n + c.size, 0)
    return size ? old.reduce((n, c) => n + (c.values[k] ?? 0), 0) / size : null
  }
  const nameOf = (month: string, after: number | null) => (after === null ? t('classification.cohort', { month }) : t('classification.cohort_after', { month, n: after }))
  const pick = (month: string, after: number | null, customers: number, size: number) =>
    onPick({ name: nameOf(month, after), rule: cohortRule(month, after ?? 0), customers, facts: after && size ? [[t('classification.of_cohort'), f.percent(customers / size)]] : undefined, note: after ? t('classification.cohort_back', { month, n: after }) : t('classification.cohort_first', { month }) })
  /** A number that opens its customers. */
  const opens = (month: string, after: number | null, n: number, size: number, shown: string) => (
    <button type="button" className="drill" aria-label={`${nameOf(month, after)}: ${f.integer(n)}${shown === f.integer(n) ? '' : `, ${shown}`}`} onClick={() => pick(month, after, n, size)}>{shown}</button>
  )
  const show = (n: number, size: number, spend: number | null) => (money ? (spend === null ? '…' : f.compactMoney(spend)) : by === 'count' ? f.integer(n) : size ? f.percent(n / size, 0) : '—')
  return (
    <ChartCard
      title={t('classification.cohorts')}
      extra={<Segmented<'percent' | 'count' | 'money'> size="small" aria-label={t('classification.view')} value={by} onChange={setBy} options={[{ value: 'percent', label: '%' }, { value: 'count', label: t('classification.view_people') }, { value: 'money', label: t('classification.view_money') }]} />}
      table={{
        caption: t('classification.cohorts'),
        columns: [{ name: t('classification.first_month') }, { name: t('classification.customers'), number: true }, ...months.map((m) => ({ name: `+${m}`, number: true }))],
        plain: () => all.map((c) => [c.month, c.size, ...months.map((m) => { if (!money) return c.values[m]; const spend = net(c.month, m); return spend === null ? null : majorOf(spend, f.currency.digits) })]),
        of: query.data?.as_of,
        rows: all.map((c) => [c.month, opens(c.month, null, c.size, c.size, f.integer(c.size)), ...months.map((m) => (c.values[m] === undefined ? '' : opens(c.month, m, c.values[m], c.size, money ? f.money(net(c.month, m) ?? 0) : f.integer(c.values[m]))))]),
      }}
      note={t(money ? 'classification.cohorts_money' : 'classification.cohorts_note')}
    >
      {query.isPending && <Loading lines={8} height={462} />}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {money && spent.error && <Failed error={spent.error} retry={() => void spent.refetch()} />}
      {all.length > 0 && (
        // a scrolling region must be reachable by keyboard
        <Roving className="scroll" role="group" tabIndex={0} aria-label={t('classification.cohorts')}>
          <table className="triangle">
            <thead><tr><th scope="col">{t('classification.first_month')}</th><th scope="col" className="num">{t('classification.customers')}</th>{months.map((m) => <th key={m} scope="col">+{m}</th>)}</tr></thead>
            <tbody>
              {all.map((c) => (
                <tr key={c.month}>
                  <th scope="row">{c.month}</th>
                  <td className="num">{opens(c.month, null, c.size, c.size, f.integer(c.size))}</td>
                  {months.map((m) => {
                    const n = c.values[m]
                    if (n === undefined) return <td key={m} />
                    return <td key={m} className={`cell h${linearShade(weight(c, m), largest)}${running(c.month, m) ? ' part' : ''}`} title={`${c.month} +${m}: ${f.integer(n)} / ${f.integer(c.size)}${running(c.month, m) ? ` · ${t('classification.cohort_running')}` : ''}`}>{opens(c.month, m, n, c.size, show(n, c.size, net(c.month, m)))}</td>
                  })}
                </tr>
              ))}
              <tr className="mean"><th scope="row">{t(money ? 'classification.together' : 'classification.weighted')}</th><td />{months.map((m) => { const x = money ? net('all', m) : mean(m); return <td key={m} className="cell">{x === null ? '' : money ? f.compactMoney(x) : f.percent(x, 0)}</td> })}</tr>
            </tbody>
          </table>
        </Roving>
      )}
    </ChartCard>
  )
}
