import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { rfmFit } from '@/api/queries'
import type { Known, Rfm, RfmFit } from '@/api/types'
import { PlainTable } from '@/parts/ChartCard'
import { type Format, useFormat } from '@/parts/format'
import { daysOf, moneyOf, ordersOf } from '@/parts/scores'
import { Failed, Loading } from '@/parts/States'

export const scores = [5, 4, 3, 2, 1]

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
