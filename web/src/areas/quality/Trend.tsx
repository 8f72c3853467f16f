import { lazy, Suspense, useMemo } from 'react'
import type { DataQuality } from '@/api/quality'
import { ChartCard } from '@/parts/ChartCard'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Loading } from '@/parts/States'
import { chartColors, tooltip } from '@/theme/chart'
import { useTheme } from '@/theme/useTheme'

const EChart = lazy(() => import('@/parts/EChart'))

/** The score of the nights before, and as it is now. */
export function Trend({ history, today, now }: { history: DataQuality['history']; today: string; now: number | null }) {
  const f = useFormat()
  const { t } = f
  const dark = useTheme() === 'dark'
  const points = useMemo(() => {
    const before = history.filter((d) => d.day !== today).map((d) => [d.day, d.score] as [string, number])
    return now === null ? before : [...before, [today, now] as [string, number]]
  }, [history, today, now])
  const option = useMemo(() => {
    const c = chartColors(dark)
    const text = { color: c.soft, fontFamily: c.font }
    return {
      animation: false,
      grid: { left: 36, right: 14, top: 14, bottom: 26 },
      tooltip: { ...tooltip(dark), trigger: 'axis', formatter: (p: { data: [string, number] }[]) => (p[0] ? `${p[0].data[0]}: ${p[0].data[1]}` : '') },
      xAxis: { type: 'category', axisLabel: text, axisLine: { lineStyle: { color: c.line } }, axisTick: { show: false } },
      yAxis: { type: 'value', min: 0, max: 100, axisLabel: text, splitLine: { lineStyle: { color: c.line } } },
      series: [{ type: 'line', data: points, showSymbol: points.length < 15, lineStyle: { color: c.primary, width: 2 }, itemStyle: { color: c.primary }, areaStyle: { color: c.fill } }],
    }
  }, [points, dark])
  if (points.length < 2) return <Card title={t('quality.trend')}><p className="soft">{t('quality.no_trend')}</p></Card>
  return (
    <ChartCard title={t('quality.trend')} table={{ caption: t('quality.trend'), columns: [{ name: t('versions.day') }, { name: t('quality.score'), number: true }], rows: points.map(([day, score]) => [day, f.integer(score)]), plain: () => points, of: today }}>
      <Suspense fallback={<Loading lines={4} />}><EChart option={option} height={150} label={t('quality.trend')} /></Suspense>
    </ChartCard>
  )
}
