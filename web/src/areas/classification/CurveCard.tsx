import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useMemo } from 'react'
import { type AsOf, curve } from '@/api/queries'
import { ChartCard } from '@/parts/ChartCard'
import { useFormat } from '@/parts/format'
import { Failed, Loading } from '@/parts/States'
import { chartColors, tooltip } from '@/theme/chart'
import { useTheme } from '@/theme/useTheme'

const EChart = lazy(() => import('@/parts/EChart'))

/** How much of the net the best customers bring (Lorenz, from the best downwards) and the Gini coefficient. */
export function CurveCard({ at }: { at: AsOf }) {
  const f = useFormat()
  const { t } = f
  const dark = useTheme() === 'dark'
  const query = useQuery(curve(at))
  const data = query.data
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
  return (
    <ChartCard
      title={t('classification.curve')}
      extra={data && data.gini != null && <span className="chip" title={t('classification.gini_note')}>{t('classification.gini')} {f.decimal(data.gini, 3)}</span>}
      table={{ caption: t('classification.curve'), columns: [{ name: t('classification.best_customers'), number: true }, { name: t('classification.share_of_net'), number: true }], rows: (data?.points ?? []).map((p) => [f.percent(p.customers_share), f.percent(p.net_share)]) }}
      note={t('classification.curve_note')}
    >
      {query.isPending && <Loading lines={6} height={300} />}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {data && (
        <>
          <Suspense fallback={<Loading lines={6} height={280} />}>
            <EChart option={option} height={280} label={t('classification.curve_label', { gini: data.gini == null ? '—' : f.decimal(data.gini, 3) })} />
          </Suspense>
          <p className="top-list">{data.top.map((x) => <span key={x.share}>{t('classification.top_share', { share: f.percent(x.share, 0) })} <b>{f.percent(x.net_share)}</b></span>)}</p>
        </>
      )}
    </ChartCard>
  )
}
