import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Segmented } from 'antd'
import { lazy, type ReactNode, Suspense, useMemo, useState } from 'react'
import { type AsOf, classTrend, segmentTrend, type TrendSpan } from '@/api/queries'
import type { ClassTrend, SegmentTrend } from '@/api/types'
import { ChartCard } from '@/parts/ChartCard'
import { shareOf } from '@/parts/file/csv'
import { useFormat } from '@/parts/format'
import { Failed, Loading } from '@/parts/States'
import { chartColors, classColors, tooltip } from '@/theme/chart'
import { useTheme } from '@/theme/useTheme'
import './definition.css'

const EChart = lazy(() => import('@/parts/EChart'))
const spans: Record<TrendSpan['step'], TrendSpan> = { month: { step: 'month', points: 13 }, week: { step: 'week', points: 13 }, day: { step: 'day', points: 31 } }
/** More lines than this nobody can tell apart. */
const most = 8

/** A segment's size over time, and who came and went between two days; every number opens its customers. */
export function SegmentTrendCard({ name, at }: { name: string; at: AsOf }) {
  const f = useFormat()
  const { t } = f
  const dark = useTheme() === 'dark'
  const navigate = useNavigate()
  const [step, setStep] = useState<TrendSpan['step']>('month')
  const query = useQuery(segmentTrend(name, at, spans[step]))
  const points = useMemo(() => query.data?.points ?? [], [query.data])
  const option = useMemo(() => {
    const c = chartColors(dark)
    const say = (p: SegmentTrend['points'][number]) => [p.day, t('versions.size_point', { n: f.integer(p.size), share: f.percent(p.total ? p.size / p.total : 0) }), ...(p.entered == null ? [] : [t('versions.came_left', { came: f.integer(p.entered), left: f.integer(p.left ?? 0) })])].join('\n')
    return {
      ...frame(dark, points.map((p) => p.day), f.compact),
      tooltip: { ...tooltip(dark), trigger: 'axis', formatter: (p: { dataIndex: number }[]) => { const point = points[p[0]?.dataIndex ?? -1]; return point ? say(point) : '' } },
      series: [{ type: 'line', data: points.map((p) => p.size), symbolSize: 6, lineStyle: { color: c.primary, width: 2 }, itemStyle: { color: c.primary }, areaStyle: { color: c.fill } }],
    }
  }, [points, dark, f, t])
  const open = (i: number) => { const p = points[i]; if (p) void navigate({ to: '/customers', search: { ...at, as_of: p.day, segment: name } as never }) }
  const listed = (n: number | null | undefined, search: Record<string, string>, label: string) => (n == null ? '—' : n === 0 ? '0' : <Link className="drill" to="/customers" search={{ ...at, ...search } as never} aria-label={label}>{f.integer(n)}</Link>)
  const rows = points.map((p, i) => {
    const before = points[i - 1]?.day ?? ''
    return [
      p.day,
      listed(p.size, { as_of: p.day, segment: name }, `${p.day} ${t('versions.size')}: ${f.integer(p.size)}`),
      f.percent(p.total ? p.size / p.total : 0),
      listed(p.entered, { as_of: p.day, entered: `${name}@${before}` }, `${p.day} ${t('versions.entered')}: ${f.integer(p.entered ?? 0)}`),
      listed(p.left, { as_of: p.day, left: `${name}@${before}` }, `${p.day} ${t('versions.left')}: ${f.integer(p.left ?? 0)}`),
    ]
  })
  return (
    <Frame
      title={t('versions.trend')} step={step} onStep={setStep} query={query}
      table={{ caption: t('versions.trend'), columns: [{ name: t('versions.day') }, { name: t('versions.size'), number: true }, { name: t('versions.share'), number: true }, { name: t('versions.entered'), number: true }, { name: t('versions.left'), number: true }], rows, plain: () => points.map((p) => [p.day, p.size, p.total ? shareOf(p.size / p.total) : 0, p.entered, p.left]), of: name }}
    >
      <EChart option={option} height={220} label={t('versions.trend_label', { from: points[0]?.day ?? '', to: points.at(-1)?.day ?? '' })} onPlot={(x) => open(Math.round(x))} />
    </Frame>
  )
}

/** How large the classes were over time; every number opens its customers. */
export function ClassTrendCard({ name, at }: { name: string; at: AsOf }) {
  const f = useFormat()
  const { t } = f
  const dark = useTheme() === 'dark'
  const [step, setStep] = useState<TrendSpan['step']>('month')
  const query = useQuery(classTrend(name, at, spans[step]))
  const data = query.data
  const shown = useMemo(() => largest(data), [data])
  const days = useMemo(() => data?.days ?? [], [data])
  const option = useMemo(() => {
    const c = chartColors(dark)
    const color = classColors(shown.map((k) => k.key))
    return {
      ...frame(dark, days.map((d) => d.day), f.compact),
      grid: { left: 56, right: 14, top: 34, bottom: 30 },
      legend: { type: 'scroll', top: 0, left: 0, itemWidth: 12, itemHeight: 10, textStyle: { color: c.text, fontFamily: c.font, fontSize: 12 }, pageTextStyle: { color: c.soft }, pageIconColor: c.soft, pageIconInactiveColor: c.line },
      tooltip: { ...tooltip(dark), trigger: 'axis', formatter: (p: { seriesName: string; value: number; dataIndex: number }[]) => [days[p[0]?.dataIndex ?? -1]?.day ?? '', ...p.map((x) => `${x.seriesName}  ${f.integer(x.value)}`)].join('\n') },
      series: shown.map((k) => ({ type: 'line', name: f.label(k.label) || k.key, data: k.sizes, symbolSize: 5, lineStyle: { width: 2, color: color(k.key) }, itemStyle: { color: color(k.key) } })),
    }
  }, [shown, days, dark, f])
  const rows = days.map((d, i) => [
    d.day,
    ...(data?.classes ?? []).map((k) => {
      const n = k.sizes[i] ?? 0
      return n === 0 ? '0' : <Link key={k.key} className="drill" to="/customers" search={{ ...at, as_of: d.day, [`class.${name}`]: k.key } as never} aria-label={`${d.day} ${f.label(k.label) || k.key}: ${f.integer(n)}`}>{f.integer(n)}</Link>
    }),
  ])
  return (
    <Frame
      title={t('versions.trend')} step={step} onStep={setStep} query={query} note={data && data.classes.length > shown.length ? t('versions.largest_shown', { n: shown.length }) : undefined}
      table={{ caption: t('versions.trend'), columns: [{ name: t('versions.day') }, ...(data?.classes ?? []).map((k) => ({ name: f.label(k.label) || k.key, number: true }))], rows, plain: () => days.map((d, i) => [d.day, ...(data?.classes ?? []).map((k) => k.sizes[i] ?? 0)]), of: name }}
    >
      <EChart option={option} height={280} label={t('versions.trend_label', { from: days[0]?.day ?? '', to: days.at(-1)?.day ?? '' })} />
    </Frame>
  )
}

/** The classes that are largest on the last day, in their own order. */
function largest(data: ClassTrend | undefined) {
  if (!data) return []
  const kept = new Set([...data.classes].sort((a, b) => (b.sizes.at(-1) ?? 0) - (a.sizes.at(-1) ?? 0)).slice(0, most).map((k) => k.key))
  return data.classes.filter((k) => kept.has(k.key))
}

function frame(dark: boolean, days: string[], compact: (n: number) => string) {
  const c = chartColors(dark)
  const label = { color: c.soft, fontFamily: c.font, fontSize: 12 }
  return {
    animation: false,
    grid: { left: 56, right: 14, top: 14, bottom: 30 },
    xAxis: { type: 'category', boundaryGap: false, data: days, axisLabel: { ...label, hideOverlap: true }, axisLine: { lineStyle: { color: c.line } }, axisTick: { show: false } },
    yAxis: { type: 'value', min: 0, minInterval: 1, axisLabel: { ...label, formatter: compact }, splitLine: { lineStyle: { color: c.line } } },
  }
}

interface FrameProps { title: string; step: TrendSpan['step']; onStep: (s: TrendSpan['step']) => void; query: { isPending: boolean; error: unknown; refetch: () => unknown; data?: { pending: number; version: number } }; table: Parameters<typeof ChartCard>[0]['table']; note?: string; children: ReactNode }

function Frame({ title, step, onStep, query, table, note, children }: FrameProps) {
  const { t } = useFormat()
  const pending = query.data?.pending ?? 0
  return (
    <ChartCard
      title={title} table={table}
      extra={<Segmented<TrendSpan['step']> size="small" aria-label={t('versions.step')} value={step} onChange={onStep} options={(['month', 'week', 'day'] as const).map((value) => ({ value, label: t(`versions.step_${value}`) }))} />}
      note={query.data && [t('versions.trend_note', { version: query.data.version }), note].filter(Boolean).join(' ')}
    >
      {query.isPending && <Loading lines={5} height={220} />}
      {!!query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.data && <Suspense fallback={<Loading lines={5} height={220} />}>{children}</Suspense>}
      {pending > 0 && <p className="soft small trend-pending" role="status">{t('versions.pending', { count: pending })}</p>}
    </ChartCard>
  )
}
