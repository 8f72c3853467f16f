import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { rfmFit } from '@/api/queries'
import type { Known, Rfm, RfmFit } from '@/api/types'
import { PlainTable } from '@/parts/ChartCard'
import { type Format, useFormat } from '@/parts/format'
import { Failed, Loading } from '@/parts/States'
import { bounds } from './heat'

export const scores = [5, 4, 3, 2, 1]

/** Has anybody this score? One that nobody has stands for nothing. */
const held = (data: Rfm, axis: 'r' | 'f') => (score: number) => data.cells.some((c) => c[axis] === score && c.customers > 0)

/** What a score of recency stands for, in days; by the edges of one day. */
export function daysOf(data: Rfm, score: number, { t, integer }: Format): string {
  const b = bounds(data.edges.r, held(data, 'r'))[score]
  if (!b) return '—'
  if (b.worst === null) return t('classification.days_over', { n: integer(b.beyond ?? 0) })
  if (b.beyond === null) return t('classification.days_up_to', { n: integer(b.worst) })
  return t('classification.days_between', { from: integer(b.beyond + 1), to: integer(b.worst) })
}

/** What a score of frequency stands for, in orders; by the edges of one day. */
export function ordersOf(data: Rfm, score: number, { t, integer }: Format): string {
  const b = bounds(data.edges.f, held(data, 'f'))[score]
  if (!b) return '—'
  const low = Math.ceil(b.worst ?? 1)
  const high = b.beyond === null ? null : Math.ceil(b.beyond) - 1
  if (high === null) return t('classification.orders_from', { n: integer(low) })
  return high <= low ? t('classification.orders_n', { n: integer(low) }) : t('classification.orders_between', { from: integer(low), to: integer(high) })
}

/** What a score of money stands for, in net. */
export function moneyOf(data: Rfm, score: number, { t, wholeMoney: money }: Format): string {
  const b = bounds(data.edges.m)[score]
  if (!b) return '—'
  if (b.worst === null) return t('classification.money_below', { to: money(b.beyond ?? 0) })
  if (b.beyond === null) return t('classification.money_from', { from: money(b.worst) })
  return t('classification.money_between', { from: money(b.worst), to: money(b.beyond) })
}

/** What each score stands for in days, orders and money; of clusters also how far apart they lie and how stable they are. */
export function RfmEdges({ data, known }: { data: Rfm; known?: Known }) {
  const f = useFormat()
  const { t } = f
  const [open, setOpen] = useState(false)
  const clusters = data.scoring === 'kmeans'
  const fit = useQuery({ ...rfmFit({ as_of: data.as_of, known }), enabled: open && clusters })
  const stable = (axis: string, score: number) => fit.data?.axes.find((a) => a.axis === axis)?.scores.find((s) => s.score === score)
  const cell = (axis: string, score: number, text: string) => {
    const found = stable(axis, score)
    return found && text !== '—' ? <>{text}<small className="soft">{t(found.stability < 0.6 ? 'classification.wanders' : 'classification.recurs', { share: f.percent(found.stability, 0) })}</small></> : text
  }
  return (
    <details className="edges-all" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{t(clusters ? 'classification.edges_and_fit' : 'classification.edges_all')}</summary>
      {open && (
        <>
          <PlainTable
            caption={t('classification.edges_all')} fit
            columns={[{ name: t('classification.score') }, { name: t('classification.edges_r') }, { name: t('classification.edges_f') }, { name: t('classification.edges_m') }]}
            rows={scores.map((s) => [s, cell('r', s, daysOf(data, s, f)), cell('f', s, ordersOf(data, s, f)), cell('m', s, moneyOf(data, s, f))])}
          />
          {clusters && fit.isPending && <Loading lines={3} />}
          {clusters && fit.error && <Failed error={fit.error} retry={() => void fit.refetch()} />}
          {clusters && fit.data && <Fit data={fit.data} f={f} />}
        </>
      )}
    </details>
  )
}

function Fit({ data, f }: { data: RfmFit; f: Format }) {
  const { t } = f
  const some = data.axes.find((a) => a.same)
  return (
    <>
      <PlainTable
        caption={t('classification.fit')} fit
        columns={[{ name: t('classification.fit_axis') }, { name: t('classification.silhouette'), number: true }, { name: t('classification.explained'), number: true }, { name: t('classification.same_score'), number: true }, { name: t('classification.fit_n'), number: true }]}
        rows={data.axes.map((a) => [t(`classification.axis_${a.axis}`), a.silhouette == null ? '—' : f.decimal(a.silhouette, 2), f.percent(a.explained, 0), a.same ? `${f.percent(a.same.mean, 0)} (${f.percent(a.same.low, 0)}–${f.percent(a.same.high, 0)})` : '—', f.integer(a.n)])}
      />
      <p className="small soft chart-note">{t('classification.fit_note', { day: data.as_of, draws: f.integer(some?.draws ?? 0), drawn: f.integer(some?.drawn ?? 0) })}</p>
    </>
  )
}
