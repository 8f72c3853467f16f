import { useQuery } from '@tanstack/react-query'
import { Segmented } from 'antd'
import { useState } from 'react'
import { type AsOf, cohorts } from '@/api/queries'
import { ChartCard } from '@/parts/ChartCard'
import { useFormat } from '@/parts/format'
import { Roving } from '@/parts/Roving'
import { Failed, Loading } from '@/parts/States'
import { cohortRule, isRunning } from './drill'
import { linearShade } from './heat'
import type { Pick } from './PickPanel'

/** Who came back: customers by the month of their first order, and how many of them ordered again in each later month. */
export function CohortCard({ at, onPick }: { at: AsOf; onPick: (p: Pick) => void }) {
  const f = useFormat()
  const { t } = f
  const [by, setBy] = useState<'percent' | 'count'>('percent')
  const query = useQuery(cohorts(at))
  const all = query.data?.cohorts ?? []
  const width = Math.max(0, ...all.map((c) => c.values.length))
  const months = Array.from({ length: width }, (_, i) => i)
  const largest = Math.max(0, ...all.flatMap((c) => c.values.slice(1).map((n) => (c.size ? n / c.size : 0))))
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
  const show = (n: number, size: number) => (by === 'count' ? f.integer(n) : size ? f.percent(n / size, 0) : '—')
  return (
    <ChartCard
      title={t('classification.cohorts')}
      extra={<Segmented<'percent' | 'count'> size="small" aria-label={t('classification.view')} value={by} onChange={setBy} options={[{ value: 'percent', label: '%' }, { value: 'count', label: t('classification.view_people') }]} />}
      table={{
        caption: t('classification.cohorts'),
        columns: [{ name: t('classification.first_month') }, { name: t('classification.customers'), number: true }, ...months.map((m) => ({ name: `+${m}`, number: true }))],
        plain: () => all.map((c) => [c.month, c.size, ...months.map((m) => c.values[m])]),
        of: query.data?.as_of,
        rows: all.map((c) => [c.month, opens(c.month, null, c.size, c.size, f.integer(c.size)), ...months.map((m) => (c.values[m] === undefined ? '' : opens(c.month, m, c.values[m], c.size, f.integer(c.values[m]))))]),
      }}
      note={t('classification.cohorts_note')}
    >
      {query.isPending && <Loading lines={8} height={462} />}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
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
                    return <td key={m} className={`cell h${m === 0 ? 0 : linearShade(c.size ? n / c.size : 0, largest)}${running(c.month, m) ? ' part' : ''}`} title={`${c.month} +${m}: ${f.integer(n)} / ${f.integer(c.size)}${running(c.month, m) ? ` · ${t('classification.cohort_running')}` : ''}`}>{opens(c.month, m, n, c.size, show(n, c.size))}</td>
                  })}
                </tr>
              ))}
              <tr className="mean"><th scope="row">{t('classification.weighted')}</th><td />{months.map((m) => { const x = mean(m); return <td key={m} className="cell">{x === null ? '' : f.percent(x, 0)}</td> })}</tr>
            </tbody>
          </table>
        </Roving>
      )}
    </ChartCard>
  )
}
