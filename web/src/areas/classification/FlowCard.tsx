import { useQuery } from '@tanstack/react-query'
import { DatePicker, Segmented, Select } from 'antd'
import dayjs from 'dayjs'
import { lazy, Suspense, useMemo } from 'react'
import { previewTiles } from '@/api/dashboards'
import { type AsOf, flow } from '@/api/queries'
import type { ClassificationSummary, Flow } from '@/api/types'
import { daysBefore } from '@/i18n/format'
import { ChartCard } from '@/parts/ChartCard'
import { majorOf } from '@/parts/file/csv'
import { GridTable } from '@/parts/figure/GridTable'
import { useFormat } from '@/parts/format'
import { usePhone } from '@/parts/hooks'
import { Failed, Loading } from '@/parts/States'
import { chartColors, classColors, tooltip } from '@/theme/chart'
import { useTheme } from '@/theme/useTheme'
import { movedOf, notYet } from './moved'
import type { Pick } from './PickPanel'

/** What of it lives in the URL. */
export interface FlowSearch { flow?: string; from?: string; moves?: 'matrix' }
/** The day a flow begins with where none is said. */
export const flowFrom = (asOf: string) => daysBefore(asOf, 30)

/** From the first contact to the last: how people read a life, not the order rules are tried in. */
const stages = ['not.yet', 'prospect', 'new', 'reactivated', 'active', 'at_risk', 'dormant', 'lost']

const EChart = lazy(() => import('@/parts/EChart'))

/** Who moved from which class to which between two days. Our own node order, no layout iterations: the same picture every time. */
export function FlowCard({ asOf, at, classifications, search, set, onPick }: { asOf: string; at: AsOf; classifications: ClassificationSummary[]; search: FlowSearch; set: (next: FlowSearch) => void; onPick: (p: Pick) => void }) {
  const f = useFormat()
  const { t } = f
  const dark = useTheme() === 'dark'
  const phone = usePhone()
  const { known } = at
  const alone = classifications.length === 1 ? classifications[0]?.key : undefined
  const key = alone ?? search.flow ?? 'lifecycle'
  const from = search.from ?? flowFrom(asOf)
  const matrix = search.moves === 'matrix'
  const query = useQuery(flow({ classification: key, from, to: asOf, known }))
  const crossed = useQuery({ ...previewTiles([{ id: 'flow', width: 4, who: {}, show: { kind: 'flow', classification: key, view: 'matrix' } }], { ...at, compare: from }), enabled: matrix && from < asOf })
  const figure = crossed.data?.items[0]
  const data = useMemo(() => {
    const found = query.data
    if (!found?.nodes.every((n) => stages.includes(n.key))) return found
    return { ...found, nodes: [...found.nodes].sort((a, b) => stages.indexOf(a.key) - stages.indexOf(b.key)) }
  }, [query.data])
  const names = useMemo(() => new Map(data?.nodes.map((n) => [n.key, f.label(n.label)])), [data, f])
  const nameOf = (l: Flow['links'][number]) => `${names.get(l.source)} → ${names.get(l.target)}`
  const pickMoved = (name: string, filter: Record<string, string>, links: Flow['links'], note: string) =>
    onPick({ name, filter, note, customers: links.reduce((n, l) => n + l.customers, 0), net: links.reduce((n, l) => n + l.net, 0) })
  /** `<key` is a class on the first day, `>key` one on the second. */
  const pick = (name: string) => {
    const classification = classifications.find((c) => c.key === key)
    const node = data?.nodes.find((n) => n.key === name.slice(1))
    if (!classification || !node) return
    // nobody could see them that day: they are those who came since
    if (node.key === notYet) return pickMoved(`${names.get(node.key)} · ${from}`, { [`was.${key}`]: `${notYet}@${from}` }, (data?.links ?? []).filter((l) => l.source === notYet), t('classification.came', { from, to: asOf }))
    const item = classification.classes.find((c) => c.key === node.key)
    if (name[0] === '>') { if (item) onPick({ classification, item }) } else onPick({ classification, item: item ?? { ...node, customers: node.from_count, share: 0, net: 0, net_share: 0, orders: 0, median_recency: null }, on: from })
  }
  const pickBand = ({ source = '', target = '' }: { source?: string; target?: string }) => {
    const link = data?.links.find((l) => `<${l.source}` === source && `>${l.target}` === target)
    if (link) pickMoved(nameOf(link), { [`was.${key}`]: `${link.source}@${from}`, [`class.${key}`]: link.target }, [link], t('classification.moved', { from, to: asOf }))
  }
  const option = useMemo(() => {
    const c = chartColors(dark)
    const used = new Set((data?.links ?? []).flatMap((l) => [`<${l.source}`, `>${l.target}`]))
    const color = classColors((data?.nodes ?? []).map((n) => n.key))
    const side = (mark: '<' | '>') => (data?.nodes ?? []).flatMap((n) => (used.has(mark + n.key) ? [{ name: mark + n.key, depth: mark === '<' ? 0 : 1, itemStyle: n.key === notYet ? { color: color(n.key), borderColor: c.soft, borderWidth: 1, borderType: 'dashed' } : { color: color(n.key) }, label: { position: mark === '<' ? 'right' : 'left' } }] : []))
    const count = (name: string) => {
      const n = data?.nodes.find((x) => x.key === name.slice(1))
      return n ? (name[0] === '<' ? n.from_count : n.to_count) : 0
    }
    return {
      animation: false,
      tooltip: {
        ...tooltip(dark),
        trigger: 'item',
        formatter: (p: { dataType: string; name: string; data: { source?: string; target?: string; value?: number; net?: number } }) =>
          p.dataType === 'edge'
            ? `${names.get(p.data.source?.slice(1) ?? '') ?? ''} → ${names.get(p.data.target?.slice(1) ?? '') ?? ''}\n${f.integer(p.data.value ?? 0)} · ${f.money(p.data.net ?? 0)}`
            : `${names.get(p.name.slice(1)) ?? ''} · ${f.integer(count(p.name))}`,
      },
      series: [{
        type: 'sankey', layoutIterations: 0, draggable: false, left: 2, right: 2, top: 6, bottom: 6, nodeWidth: 14, nodeGap: 16, labelLayout: { moveOverlap: 'shiftY' }, emphasis: { focus: 'adjacency' },
        label: { color: c.text, fontFamily: c.font, fontSize: 12, formatter: (p: { name: string }) => `${names.get(p.name.slice(1)) ?? ''}  ${phone ? f.compact(count(p.name)) : f.integer(count(p.name))}` },
        lineStyle: { color: 'source', opacity: dark ? 0.38 : 0.28, curveness: 0.5 },
        data: [...side('<'), ...side('>')],
        links: (data?.links ?? []).map((l) => ({ source: `<${l.source}`, target: `>${l.target}`, value: l.customers, net: l.net, ...(l.source === notYet && { lineStyle: { color: c.soft, opacity: 0.18 } }) })),
      }],
    }
  }, [data, dark, names, phone, f])
  // by the classes there are, not by those with somebody in them: known before the figures are
  const height = Math.max(320, Math.min(560, ((classifications.find((c) => c.key === key)?.classes.length ?? 0) + 1) * 44))
  const options = classifications.map((c) => ({ value: c.key, label: f.label(c.label) }))
  const { came, stayed, moved } = movedOf(data?.links ?? [])
  return (
    <ChartCard
      title={t('classification.flow')}
      extra={
        <>
          {!alone && <Select size="small" aria-label={t('classification.flow_of')} value={key} onChange={(v) => set({ flow: v === 'lifecycle' ? undefined : v })} options={options} popupMatchSelectWidth={false} showSearch={{ optionFilterProp: 'label' }} />}
          <DatePicker size="small" aria-label={t('classification.from')} allowClear={false} value={dayjs(from)} maxDate={dayjs(asOf)} onChange={(d) => set({ from: d?.format('YYYY-MM-DD') })} />
          <span className="soft small">→ {asOf}</span>
          <Segmented size="small" aria-label={t('dashboards.view')} value={matrix ? 'matrix' : 'bands'} onChange={(v) => set({ moves: v === 'matrix' ? v : undefined })} options={(['bands', 'matrix'] as const).map((value) => ({ value, label: t(`dashboards.view_${value}`) }))} />
        </>
      }
      table={{ caption: t('classification.flow'), columns: [{ name: from }, { name: asOf }, { name: t('classification.customers'), number: true }, { name: t('classification.net'), number: true }], rows: (data?.links ?? []).map((l) => [names.get(l.source), names.get(l.target), <button key="n" type="button" className="drill" aria-label={`${nameOf(l)}: ${f.integer(l.customers)}`} onClick={() => pickBand({ source: `<${l.source}`, target: `>${l.target}` })}>{f.integer(l.customers)}</button>, f.money(l.net)]), plain: () => (data?.links ?? []).map((l) => [names.get(l.source), names.get(l.target), l.customers, majorOf(l.net, f.currency.digits)]), of: `${from}-${asOf}` }}
      note={<><b data-testid="flow-sums">{!data ? '…' : [...(came ? [t('classification.flow_came', { count: came, n: f.integer(came) })] : []), t('classification.flow_moved', { n: f.integer(moved) }), t('classification.flow_stayed', { n: f.integer(stayed) })].join(' · ')}</b><br />{t('classification.flow_note')}</>}
    >
      {query.isPending && <Loading lines={8} height={height} />}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {matrix && crossed.error && <Failed error={crossed.error} retry={() => void crossed.refetch()} />}
      {matrix && figure?.problem && <p className="soft">{f.label(figure.problem.message)}</p>}
      {matrix && figure && !figure.problem && <div data-testid="move-matrix"><GridTable figure={figure} caption={t('classification.flow')} shares /></div>}
      {data && !matrix && (
        <Suspense fallback={<Loading lines={8} height={height} />}>
          <EChart option={option} height={height} label={t('classification.flow_label', { from, to: asOf })} onClick={(e) => { if (e.dataType === 'node') pick(e.name); else pickBand(e.data as { source?: string; target?: string }) }} />
        </Suspense>
      )}
    </ChartCard>
  )
}
