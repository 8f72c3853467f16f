import { useQuery } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useMemo } from 'react'
import { type AsOf, curve } from '@/api/queries'
import type { Curve } from '@/api/types'
import { ChartCard } from '@/parts/ChartCard'
import { shareOf } from '@/parts/file/csv'
import { useFormat } from '@/parts/format'
import { Failed, Loading } from '@/parts/States'
import { chartColors, tooltip } from '@/theme/chart'
import { useTheme } from '@/theme/useTheme'
import { bestRule } from './drill'
import type { Pick } from './PickPanel'

const EChart = lazy(() => import('@/parts/EChart'))

/** How much of the net the best customers bring (Lorenz, from the best downwards) and the Gini coefficient. */
export function CurveCard({ at, onPick }: { at: AsOf; onPick: (p: Pick) => void }) {
  const f = useFormat()
  const { t } = f
  const dark = useTheme() === 'dark'
  const query = useQuery(curve(at))
  const data = query.data
  /** The best customers up to a point: whoever has at least what the last of them has. */
  const pick = (share: number, best: Curve['top'][number]['best']) =>
    onPick({
      name: t('classification.best', { share: f.percent(share) }), rule: bestRule(best.from, f.currency.digits), customers: best.customers, net: best.net,
      note: t('classification.best_from', { amount: f.money(best.from) }),
    })
  const pickAt = (x: number) => {
    const near = data?.points.filter((p) => p.best).reduce((a, p) => (Math.abs(p.customers_share - x) < Math.abs(a.customers_share - x) ? p : a))
    if (near?.best) pick(near.customers_share, near.best)
  }
  const option = useMemo(() => {
    const c = chartColors(dark)
    const axis = { type: 'value', min: 0, max: 1, axisLabel: { color: c.soft, formatter: (v: number) => f.percent(v, 0), fontFamily: c.font }, splitLine: { lineStyle: { color: c.line } }, axisLine: { show: false }, axisTick: { show: false } }
    return {
      animation: false,
      grid: { left: 48, right: 14, top: 14, bottom: 30 },
      tooltip: { ...tooltip(dark), trigger: 'axis', formatter: (p: { data: [number, number] }[]) => (p[0] ? t('classification.curve_point', { people: f.percent(p[0].data[0]), money: f.percent(p[0].data[1]) }) : '') },
      xAxis: axis,
      yAxis: { ...axis, max: undefined, scale: false },
      series: [
        { type: 'line', data: (data?.points ?? []).map((p) => [p.customers_share, p.net_share]), showSymbol: false, lineStyle: { color: c.primary, width: 2 }, itemStyle: { color: c.primary }, areaStyle: { color: c.fill } },
        { type: 'line', data: [[0, 0], [1, 1]], showSymbol: false, silent: true, tooltip: { show: false }, lineStyle: { color: c.soft, width: 1, type: 'dashed' }, itemStyle: { color: c.soft } },
      ],
    }
  }, [data, dark, f, t])
  const drill = (share: number, best: Curve['top'][number]['best'], shown: ReactNode) => (
    <button type="button" className="drill" aria-label={typeof shown === 'string' ? `${t('classification.best', { share: f.percent(share) })}: ${shown}` : undefined} onClick={() => pick(share, best)}>{shown}</button>
  )
  return (
    <ChartCard
      title={t('classification.curve')}
      extra={data && data.gini != null && <span className="chip" title={t('classification.gini_note')}>{t('classification.gini')} {f.decimal(data.gini, 3)}</span>}
      table={{ caption: t('classification.curve'), columns: [{ name: t('classification.best_customers'), number: true }, { name: t('classification.share_of_net'), number: true }, { name: t('classification.customers'), number: true }], rows: (data?.points ?? []).map((p) => [f.percent(p.customers_share), f.percent(p.net_share), p.best ? drill(p.customers_share, p.best, f.integer(p.best.customers)) : f.integer(0)]), plain: () => (data?.points ?? []).map((p) => [shareOf(p.customers_share), shareOf(p.net_share), p.best?.customers ?? 0]), of: at.as_of }}
      note={t('classification.curve_note')}
    >
      {query.isPending && <Loading lines={6} height={342} />}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {data && (
        <>
          <Suspense fallback={<Loading lines={6} height={280} />}>
            <EChart option={option} height={280} label={t('classification.curve_label', { gini: data.gini == null ? '—' : f.decimal(data.gini, 3) })} onPlot={pickAt} />
          </Suspense>
          <p className="top-list">{data.top.map((x) => <span key={x.share}>{drill(x.share, x.best, <>{t('classification.top_share', { share: f.percent(x.share, 0) })} <b>{f.percent(x.net_share)}</b></>)}</span>)}</p>
        </>
      )}
    </ChartCard>
  )
}
