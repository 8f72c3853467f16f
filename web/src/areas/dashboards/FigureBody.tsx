import { Link, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useMemo } from 'react'
import type { Figure, FigureCell, FigureColumn, FigureGoal, Label, Show, Value } from '@/api/types'
import { GridTable } from '@/parts/figure/GridTable'
import { cellText, linear, number, plotted, said, shade } from '@/parts/figure/values'
import { useFormat } from '@/parts/format'
import { usePhone } from '@/parts/hooks'
import { Loading } from '@/parts/States'
import { chartColors, classColors, tooltip } from '@/theme/chart'
import { useTheme } from '@/theme/useTheme'
import { linked } from './links'
import { plot } from './model'

const EChart = lazy(() => import('@/parts/EChart'))
export type Cross = (filter: Record<string, string>) => void
interface Props { figure: Figure; title: string; onCross?: Cross; chosen?: (filter: Record<string, string>) => boolean }

/** The picture of a figure. */
export function FigureBody({ show, ...props }: Props & { show: Show }) {
  const { t } = useFormat()
  if (!props.figure.rows.length && props.figure.pending === 0) return <p className="soft dash-nothing">{t('dashboards.nothing')}</p>
  switch (show.kind) {
    case 'number': return <BigNumber {...props} />
    case 'trend': return <Lines {...props} />
    case 'bar': return <BarRows {...props} />
    case 'histogram': return <Histogram {...props} />
    case 'text': return <Words text={props.figure.text} />
    case 'heat': return <GridTable figure={props.figure} caption={props.title} shadeOf={shades(props.figure)} />
    case 'cohort': return <GridTable figure={props.figure} caption={props.title} shares={show.of !== 'money'} shadeOf={shades(props.figure, show.of !== 'money')} />
    case 'flow': return show.view === 'bands' ? <Bands {...props} /> : <GridTable figure={props.figure} caption={props.title} shares />
    case 'list': case 'group': return <GridTable figure={props.figure} caption={props.title} />
  }
}

/** How dark each cell is; names, sizes and sums are not. */
function shades(figure: Figure, share = false): (cell: FigureCell, column: FigureColumn, total: boolean) => string {
  const names = new Set(['group', 'month', 'size', 'total', ...(share ? ['m0'] : [])])
  const value = (c: FigureCell | undefined) => (share ? (c?.share ?? null) : number(c?.value))
  const cells = figure.rows.filter((r) => !r.total).flatMap((r) => r.cells.filter((_, i) => !names.has(figure.columns[i]?.key ?? '')))
  const largest = Math.max(0, ...cells.map((c) => value(c) ?? 0))
  return (cell, column, total) => (total || ['group', 'month', 'size', 'total'].includes(column.key) ? '' : share && column.key === 'm0' ? 'heat-0' : `heat-${share ? linear(value(cell), largest) : shade(value(cell), largest)}`)
}

/** One number, what it was, and how sure it is. */
function BigNumber({ figure }: Props) {
  const f = useFormat()
  const { t } = f
  const h = figure.headline
  if (!h) return null
  const text = said(f, h.now.value, h.kind, true)
  const exact = said(f, h.now.value, h.kind)
  const unit = h.kind === 'money' ? '' : f.label(h.unit)
  const rose = number(h.difference) ?? 0
  return (
    <div className="dash-number">
      <div><Link className="dash-big" to="/customers" search={h.open as never} title={`${exact} ${unit}`} aria-label={t('dashboards.opens', { row: figure.as_of, column: f.label(figure.title), value: exact, n: f.integer(h.now.n) })}>{text}</Link>{unit && <span className="soft"> {unit}</span>}</div>
      {h.now.low && <p className="small soft">{t('dashboards.interval', { low: said(f, h.now.low, h.kind), high: said(f, h.now.high, h.kind) })}</p>}
      {figure.pending > 0 && <p className="small soft" role="status">{t('dashboards.comparing')}</p>}
      {h.before && (
        <p className="small">
          {h.difference && <b className={rose ? undefined : 'soft'}>{rose > 0 ? '▲ +' : rose < 0 ? '▼ ' : '± '}{said(f, h.difference, h.kind, Math.abs(rose) >= 1_000_000)}{h.change != null && ` (${rose > 0 ? '+' : ''}${f.percent(h.change)})`}</b>}
          <span className="soft"> {t('dashboards.was', { day: figure.compare ?? '', value: said(f, h.before.value, h.kind, true) })}</span>
        </p>
      )}
      {figure.goal && <GoalLine goal={figure.goal} />}
    </div>
  )
}

/** A goal, how much of it is there, and how far it is. */
function GoalLine({ goal }: { goal: FigureGoal }) {
  const f = useFormat()
  const { t } = f
  const by = number(goal.difference) ?? 0
  const size = goal.difference && 'value' in goal.difference ? said(f, { ...goal.difference, value: Math.abs(by) } as Value, goal.kind, true) : ''
  return (
    <div className="dash-goal">
      {goal.share != null && <span className="dash-track" aria-hidden="true"><i className={goal.reached ? 'good' : undefined} style={{ width: `${Math.min(1, Math.max(0, goal.share)) * 100}%` }} /></span>}
      <p className="small">
        {f.label(goal.label)} {goal.reach === 'at_most' ? '≤' : '≥'} {said(f, goal.value, goal.kind, true)}
        {goal.reached != null && <> · <b className={goal.reached ? 'better' : 'worse'}>{t(goal.reached ? 'dashboards.goal_reached' : 'dashboards.goal_missed')}</b></>}
        {by !== 0 && <span className="soft"> {t(by > 0 ? 'dashboards.goal_above' : 'dashboards.goal_below', { size })}</span>}
        {goal.share != null && <span className="soft"> · {f.percent(goal.share)}</span>}
      </p>
    </div>
  )
}

/** What somebody wrote: text and links, line by line. */
function Words({ text }: { text?: Label | null }) {
  const f = useFormat()
  return <p className="dash-words">{linked(f.label(text)).map((part, i) => (typeof part === 'string' ? part : <a key={i} href={part.href} target="_blank" rel="noreferrer">{part.text}</a>))}</p>
}

/** Axes and their words, the same for every picture that has them. */
function useAxes(kind: FigureColumn['kind']) {
  const f = useFormat()
  const dark = useTheme() === 'dark'
  return useMemo(() => {
    const c = chartColors(dark)
    const label = { color: c.soft, fontFamily: c.font, fontSize: 12 }
    return {
      x: { type: 'category', axisLabel: { ...label, hideOverlap: true }, axisLine: { lineStyle: { color: c.line } }, axisTick: { show: false } },
      y: { type: 'value', scale: kind !== 'int', minInterval: kind === 'int' ? 1 : undefined, axisLabel: { ...label, formatter: (n: number) => (kind === 'money' ? f.compactMoney(n) : f.compact(n)) }, splitLine: { lineStyle: { color: c.line } } },
    }
  }, [kind, dark, f])
}

/** Bars side by side, one a bin; a click opens its customers, and so does its number in the table. */
function Histogram({ figure, title }: Props) {
  const f = useFormat()
  const dark = useTheme() === 'dark'
  const navigate = useNavigate()
  const axes = useAxes('int')
  // those whose value is not known are in the table
  const bins = useMemo(() => figure.rows.filter((r) => r.key !== ''), [figure])
  const option = useMemo(() => {
    const names = bins.map((r) => f.label(r.cells[0]?.label))
    return {
      animation: false,
      grid: { left: 52, right: 14, top: 14, bottom: 28 },
      xAxis: { ...axes.x, data: names },
      yAxis: axes.y,
      tooltip: { ...tooltip(dark), trigger: 'axis', axisPointer: { type: 'shadow' }, formatter: (p: { dataIndex: number }[]) => { const row = bins[p[0]?.dataIndex ?? -1]; return row ? `${f.label(row.cells[0]?.label)}\n${f.t('dashboards.n', { count: row.cells[1]?.n ?? 0, n: f.integer(row.cells[1]?.n ?? 0) })} · ${f.percent(row.cells[1]?.share ?? 0)}` : '' } },
      series: [{ type: 'bar', data: bins.map((r) => number(r.cells[1]?.value)), barCategoryGap: '6%', itemStyle: { color: chartColors(dark).primary } }],
    }
  }, [bins, axes, dark, f])
  const open = (x: number) => {
    const cell = bins[Math.round(x)]?.cells[1]
    if (cell?.open && cell.n) void navigate({ to: '/customers', search: cell.open as never })
  }
  return <Suspense fallback={<Loading lines={5} height={plot} />}><EChart option={option} height={plot} label={`${title}. ${bins.map((r) => `${f.label(r.cells[0]?.label)}: ${f.integer(r.cells[1]?.n ?? 0)}`).join(', ')}`} onPlot={open} /></Suspense>
}

/** Bars: the name narrows the whole dashboard, the number opens its customers. */
function BarRows({ figure, onCross, chosen }: Props) {
  const f = useFormat()
  const { t } = f
  const at = figure.columns.findIndex((c) => c.key === 'm0')
  const place = at < 0 ? 1 : at
  const column = figure.columns[place]
  if (!column) return null
  const largest = Math.max(0, ...figure.rows.map((r) => number(r.cells[place]?.value) ?? 0))
  return (
    <ul className="dash-bars">
      {figure.rows.map((r) => {
        const cell = r.cells[place]
        const size = number(cell?.value) ?? 0
        const name = cellText(f, r.cells[0], 'text')
        const on = !!r.filter && !!chosen?.(r.filter)
        return (
          <li key={r.key} className={on ? 'on' : undefined}>
            {onCross && r.filter ? <button type="button" className="dash-bar-name" aria-pressed={on} title={t('dashboards.narrow_by', { name })} onClick={() => onCross(r.filter as Record<string, string>)}>{name}</button> : <span className="dash-bar-name">{name}</span>}
            <span className="dash-track" aria-hidden="true"><i style={size > 0 && largest > 0 ? { width: `${(size / largest) * 100}%` } : { display: 'none' }} /></span>
            {cell?.open && cell.n ? <Link className="drill num" to="/customers" search={cell.open as never} aria-label={t('dashboards.opens', { row: name, column: f.label(column.label), value: said(f, cell.value, column.kind), n: f.integer(cell.n) })}>{said(f, cell.value, column.kind, true)}</Link> : <span className="num">{said(f, cell?.value, column.kind, true)}</span>}
            <span className="soft small num">{at < 0 && r.cells[1]?.share != null ? f.percent(r.cells[1].share) : cell?.n != null ? t('dashboards.n', { count: cell.n, n: f.integer(cell.n) }) : ''}</span>
          </li>
        )
      })}
    </ul>
  )
}

/** Lines over time; a click opens the customers of that day. */
function Lines({ figure, title }: Props) {
  const f = useFormat()
  const dark = useTheme() === 'dark'
  const navigate = useNavigate()
  const lines = useMemo(() => { const color = classColors(plotted(figure).map((x) => x.column.key)); return plotted(figure).map((x) => ({ ...x, color: x.column.key === 'all' ? chartColors(dark).primary : color(x.column.key) })) }, [figure, dark])
  const axes = useAxes(lines[0]?.column.kind ?? 'int')
  const goal = figure.goal
  const option = useMemo(() => {
    const c = chartColors(dark)
    const line = goal && { type: 'line', name: f.label(goal.label), data: figure.rows.map(() => number(goal.value)), symbol: 'none', silent: true, lineStyle: { width: 2, type: 'dashed', color: c.soft }, itemStyle: { color: c.soft } }
    return {
      animation: false,
      grid: { left: 60, right: 14, top: lines.length > 1 || line ? 34 : 14, bottom: 28 },
      ...((lines.length > 1 || line) && { legend: { type: 'scroll', top: 0, left: 0, itemWidth: 12, itemHeight: 10, textStyle: { color: c.text, fontFamily: c.font, fontSize: 12 }, pageTextStyle: { color: c.soft }, pageIconColor: c.soft, pageIconInactiveColor: c.line } }),
      xAxis: { ...axes.x, boundaryGap: false, data: figure.rows.map((r) => r.key) },
      yAxis: axes.y,
      tooltip: { ...tooltip(dark), trigger: 'axis', formatter: (p: { dataIndex: number }[]) => { const row = figure.rows[p[0]?.dataIndex ?? -1]; return row ? [row.key, ...lines.map((l) => `${f.label(l.column.label)}  ${cellText(f, row.cells[l.i], l.column.kind)}${l.column.kind === 'int' ? '' : `  (${f.t('dashboards.n', { count: row.cells[l.i]?.n ?? 0, n: f.integer(row.cells[l.i]?.n ?? 0) })})`}`)].join('\n') : '' } },
      series: [...lines.map((l) => ({ type: 'line', name: f.label(l.column.label), data: figure.rows.map((r) => number(r.cells[l.i]?.value)), symbolSize: 5, lineStyle: { width: 2, color: l.color }, itemStyle: { color: l.color } })), ...(line ? [line] : [])],
    }
  }, [figure, lines, goal, axes, dark, f])
  const open = (x: number) => {
    const cell = figure.rows[Math.round(x)]?.cells[lines.length === 1 ? (lines[0]?.i ?? 1) : -1]
    if (cell?.open) void navigate({ to: '/customers', search: cell.open as never })
  }
  if (!figure.rows.length) return <Loading lines={5} height={plot} />
  return (
    <>
      <Suspense fallback={<Loading lines={5} height={plot} />}><EChart option={option} height={plot} label={`${title}. ${figure.rows[0]?.key ?? ''} – ${figure.rows.at(-1)?.key ?? ''}`} onPlot={lines.length === 1 ? open : undefined} /></Suspense>
      {goal && <GoalLine goal={goal} />}
    </>
  )
}

/** Bands from the classes before to the classes after, in our own order: the same picture every time. */
function Bands({ figure, title }: Props) {
  const f = useFormat()
  const dark = useTheme() === 'dark'
  const phone = usePhone()
  const navigate = useNavigate()
  const links = useMemo(() => figure.rows.filter((r) => !r.total).flatMap((r) => plotted(figure).flatMap(({ column, i }) => { const cell = r.cells[i]; return cell?.n ? [{ from: r.key, to: column.key, n: cell.n, open: cell.open }] : [] })), [figure])
  const names = useMemo(() => new Map<string, string>([...figure.rows.map((r) => [`<${r.key}`, f.label(r.cells[0]?.label)] as const), ...figure.columns.map((c) => [`>${c.key}`, f.label(c.label)] as const)]), [figure, f])
  const option = useMemo(() => {
    const c = chartColors(dark)
    const size = (name: string) => links.filter((l) => (name[0] === '<' ? l.from : l.to) === name.slice(1)).reduce((n, l) => n + l.n, 0)
    const order = [...new Set([...figure.rows.map((r) => r.key), ...figure.columns.map((x) => x.key)])]
    const color = classColors(order)
    const node = (name: string) => ({ name, depth: name[0] === '<' ? 0 : 1, itemStyle: { color: color(name.slice(1)) }, label: { position: name[0] === '<' ? 'right' : 'left' } })
    return {
      animation: false,
      tooltip: { ...tooltip(dark), trigger: 'item', formatter: (p: { dataType: string; name: string; data: { source?: string; target?: string; value?: number } }) => (p.dataType === 'edge' ? `${names.get(p.data.source ?? '') ?? ''} → ${names.get(p.data.target ?? '') ?? ''}\n${f.integer(p.data.value ?? 0)}` : `${names.get(p.name) ?? ''} · ${f.integer(size(p.name))}`) },
      series: [{
        type: 'sankey', layoutIterations: 0, draggable: false, left: 2, right: 2, top: 6, bottom: 6, nodeWidth: 14, nodeGap: 14, labelLayout: { moveOverlap: 'shiftY' }, emphasis: { focus: 'adjacency' },
        label: { color: c.text, fontFamily: c.font, fontSize: 12, formatter: (p: { name: string }) => `${names.get(p.name) ?? ''}  ${phone ? f.compact(size(p.name)) : f.integer(size(p.name))}` },
        lineStyle: { color: 'source', opacity: dark ? 0.38 : 0.28, curveness: 0.5 },
        data: [...new Set(links.flatMap((l) => [`<${l.from}`, `>${l.to}`]))].sort((a, b) => order.indexOf(a.slice(1)) - order.indexOf(b.slice(1))).map(node),
        links: links.map((l) => ({ source: `<${l.from}`, target: `>${l.to}`, value: l.n })),
      }],
    }
  }, [links, names, figure, dark, phone, f])
  const open = (e: { dataType?: string; data: unknown }) => {
    const data = e.data as { source?: string; target?: string }
    const link = links.find((l) => `<${l.from}` === data.source && `>${l.to}` === data.target)
    if (e.dataType === 'edge' && link?.open) void navigate({ to: '/customers', search: link.open as never })
  }
  const height = Math.max(280, Math.min(480, figure.rows.length * 44))
  return <Suspense fallback={<Loading lines={6} height={height} />}><EChart option={option} height={height} label={title} onClick={open} /></Suspense>
}
