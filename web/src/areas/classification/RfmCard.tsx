import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { DatePicker, Segmented, Select } from 'antd'
import dayjs from 'dayjs'
import { useMemo, useState } from 'react'
import { rfm } from '@/api/queries'
import type { ClassificationSummary, ClassSize, Known, Rfm, Scoring } from '@/api/types'
import { daysBefore } from '@/i18n/format'
import { Bars } from '@/parts/Bars'
import { ChartCard } from '@/parts/ChartCard'
import { majorOf } from '@/parts/file/csv'
import { type Format, useClassifications, useFormat } from '@/parts/format'
import { Roving } from '@/parts/Roving'
import { daysOf, ordersOf } from '@/parts/scores'
import { Failed, Loading } from '@/parts/States'
import { changeShade, shade } from './heat'
import type { Pick } from './PickPanel'
import { RfmEdges, scores } from './RfmEdges'

type View = 'people' | 'money' | 'margin' | 'change'
const suffix = (s: Scoring) => (s === 'quantile' ? '' : `_${s}`)

/** Recency × frequency, shaded by people, money or change; three ways of scoring, one at a time or side by side. */
export function RfmCard({ asOf, known, onPick }: { asOf: string; known?: Known; onPick: (p: Pick) => void }) {
  const f = useFormat()
  const { t } = f
  const search = useSearch({ from: '/app/classification' })
  const navigate = useNavigate({ from: '/classification' })
  const scoring = search.scoring ?? 'quantile'
  const view: View = search.view ?? 'people'
  const compare = search.compare ?? daysBefore(asOf, 30)
  const set = (next: object) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true })
  const [groups, setGroups] = useState<'rfm_8' | 'rfm_11'>('rfm_8')
  const one: Scoring = scoring === 'all' ? 'quantile' : scoring
  const query = useQuery(rfm({ as_of: asOf, known, scoring: one, compare: view === 'change' ? compare : undefined }))
  // the other day has edges of its own
  const then = useQuery({ ...rfm({ as_of: compare, known, scoring: one }), enabled: view === 'change' && scoring !== 'all' })
  const classifications = useClassifications()
  const data = query.data
  // margins are there where what goods cost is known
  const margins = data?.cells.some((c) => c.contribution != null) ?? false
  const without = data !== undefined && !margins
  // RFM 8 compares with the mean, so there is one of it; RFM 11 follows the scores
  const key = groups === 'rfm_8' ? 'rfm_8' : `rfm_11${suffix(one)}`
  const pickClass = (item: ClassSize) => {
    const found = classifications.find((c) => c.key === key) ?? { key, label: item.label, description: item.label, group: 'value', version: 1, builtin: true, classes: [] }
    onPick({ classification: found satisfies ClassificationSummary, item })
  }
  const cells = useMemo(() => (data?.cells ?? []).filter((c) => c.r > 0).sort((a, b) => b.r - a.r || b.f - a.f), [data])
  const rows = useMemo(() => cells.map((c) => [t('classification.cell_name', { r: c.r, f: c.f }), <button key="n" type="button" className="drill" aria-label={`${t('classification.cell_name', { r: c.r, f: c.f })}: ${f.integer(c.customers)}`} onClick={() => onPick(pickCell(c, data as Rfm, f))}>{f.integer(c.customers)}</button>, f.money(c.net), ...(margins ? [f.money(c.contribution ?? 0)] : []), ...(view === 'change' ? [c.change == null ? '—' : f.signed(c.change)] : [])]), [cells, data, f, t, view, margins, onPick])
  const plain = () => cells.map((c) => [t('classification.cell_name', { r: c.r, f: c.f }), c.customers, majorOf(c.net, f.currency.digits), ...(margins ? [majorOf(c.contribution ?? 0, f.currency.digits)] : []), ...(view === 'change' ? [c.change] : [])])
  return (
    <ChartCard
      title={t('classification.rfm')}
      mark={scoring !== 'all' && isLow(data?.grounds) && <Low f={f} />}
      extra={
        <>
          <Segmented size="small" aria-label={t('classification.view')} value={view} onChange={(v) => set({ view: v === 'people' ? undefined : v })} options={(['people', 'money', 'margin', 'change'] as const).map((value) => ({ value, label: t(`classification.view_${value}`), ...(value === 'margin' && without ? { disabled: true, title: t('classification.no_costs') } : {}) }))} />
          <Select size="small" aria-label={t('classification.scoring')} value={scoring} onChange={(v) => set({ scoring: v === 'quantile' ? undefined : v })} popupMatchSelectWidth={false} options={(['quantile', 'bins', 'kmeans', 'all'] as const).map((value) => ({ value, label: t(`classification.scoring_${value}`) }))} />
          {view === 'change' && <DatePicker size="small" aria-label={t('classification.compare')} allowClear={false} value={dayjs(compare)} maxDate={dayjs(asOf)} onChange={(d) => set({ compare: d?.format('YYYY-MM-DD') })} />}
        </>
      }
      table={{ caption: t('classification.rfm'), columns: [{ name: t('classification.cell') }, { name: t('classification.customers'), number: true }, { name: t('classification.net'), number: true }, ...(margins ? [{ name: t('classification.contribution'), number: true }] : []), ...(view === 'change' ? [{ name: t('classification.change_since', { day: compare }), number: true }] : [])], rows, plain, of: asOf }}
      note={
        <>
          {t('classification.rfm_note', { buyers: data ? f.integer(data.buyers) : '…' })} {view === 'people' && scoring !== 'all' && <>{t('classification.rfm_shares')} {t('classification.group_shares')} </>}
          {scoring !== 'all' && t(`classification.scoring_${one}_note`)}{' '}
          {scoring !== 'all' && one !== 'quantile' && groups === 'rfm_8' && <>{t('classification.rfm8_stays')} </>}
          {scoring === 'bins' && <Link to="/features" search={{ open: 'rfm_r_bins', q: undefined }}>{t('classification.edit_bins')}</Link>}
        </>
      }
    >
      {query.isPending && scoring !== 'all' && <div className="heats-room"><Loading lines={8} /></div>}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {scoring === 'all' && (
        <div className="heats three">
          {(['quantile', 'bins', 'kmeans'] as const).map((s) => <OneOfThree key={s} scoring={s} asOf={asOf} known={known} view={view} compare={compare} onPick={onPick} f={f} />)}
        </div>
      )}
      {data && scoring !== 'all' && (
        <div className="heats">
          <HeatMap data={data} then={then.data} view={view} onPick={onPick} f={f} />
          <div>
            <div className="row">
              <Segmented size="small" aria-label={t('classification.groups')} value={groups} onChange={setGroups} options={[{ value: 'rfm_8', label: 'RFM 8' }, { value: 'rfm_11', label: 'RFM 11' }]} />
              <Link className="small" to="/classifications/$key" params={{ key }}>{t('classification.rules')}</Link>
            </div>
            <Bars items={groups === 'rfm_8' ? data.groups8 : data.groups11} by={view === 'money' ? 'net' : view === 'margin' ? 'contribution' : 'customers'} onPick={pickClass} />
          </div>
        </div>
      )}
      {scoring !== 'all' && <Grounds of={data?.grounds ?? []} f={f} />}
      {data && scoring !== 'all' && <RfmEdges key={one} data={data} known={known} />}
    </ChartCard>
  )
}

/** Is there less of anything than there should be? */
const isLow = (of: Rfm['grounds'] = []) => of.some((g) => g.have < g.need)

/** It stands where there is room without moving anything: beside the name, or with what is missing. */
const Low = ({ f }: { f: Format }) => <span className="chip low" title={f.t('classification.grounds_low_why')}>{f.t('classification.grounds_low')}</span>

/** What the board should stand on, and what of it is missing; its line is there before it is known. */
function Grounds({ of, f }: { of: Rfm['grounds']; f: Format }) {
  const { t } = f
  return (
    <ul className="grounds small" aria-label={t('classification.grounds')} data-testid="grounds">
      {of.map((g) => {
        const short = g.have < g.need
        return <li key={g.of} className={short ? 'worse' : 'soft'}><span aria-hidden="true">{short ? '▲' : '✓'} </span>{t(`classification.ground_${g.of}${short ? '_short' : ''}`, { have: f.integer(g.have), need: f.integer(g.need), short: f.integer(g.need - g.have) })}</li>
      })}
      {isLow(of) && <li><Low f={f} /></li>}
    </ul>
  )
}

function OneOfThree({ scoring, asOf, known, view, compare, onPick, f }: { scoring: Scoring; asOf: string; known?: Known; view: View; compare: string; onPick: (p: Pick) => void; f: Format }) {
  const query = useQuery(rfm({ as_of: asOf, known, scoring, compare: view === 'change' ? compare : undefined }))
  const then = useQuery({ ...rfm({ as_of: compare, known, scoring }), enabled: view === 'change' })
  return (
    <div>
      <p className="heat-title">{f.t(`classification.scoring_${scoring}`)}</p>
      {query.isPending && <div className="heat-room"><Loading lines={6} /></div>}
      {query.error && <Failed error={query.error} />}
      {query.data && <HeatMap data={query.data} then={then.data} view={view} onPick={onPick} f={f} small />}
      <p className="small soft chart-note">{f.t(`classification.scoring_${scoring}_note`)}{scoring === 'bins' && <> <Link to="/features" search={{ open: 'rfm_r_bins', q: undefined }}>{f.t('classification.edit_bins')}</Link></>}</p>
    </div>
  )
}

type Cell = Rfm['cells'][number]

/** A cell as a rule: who is in it now, whatever the view shows of it. */
function pickCell(c: Cell, data: Rfm, f: Format): Pick {
  const end = suffix(data.scoring)
  return {
    name: f.t('classification.cell_name', { r: c.r, f: c.f }), rule: `rfm_r${end} = ${c.r} and rfm_f${end} = ${c.f}`, customers: c.customers, net: c.net, share: data.buyers ? c.customers / data.buyers : 0, of: 'buyers',
    note: cellMeans(c, data, f),
    facts: [
      ...(c.contribution == null ? [] : ([[f.t('classification.contribution'), f.compactMoney(c.contribution)]] as [string, string][])),
      ...(c.change == null ? [] : ([[f.t('classification.change_since', { day: data.compare ?? '' }), f.signed(c.change)]] as [string, string][])),
    ],
  }
}

const sameEdges = (a: Rfm, b: Rfm) => JSON.stringify([a.edges.r, a.edges.f]) === JSON.stringify([b.edges.r, b.edges.f])

/** A cell in days and orders. */
const cellMeans = (c: Cell, data: Rfm, f: Format) => f.t('classification.cell_means', { r: c.r, f: c.f, days: daysOf(data, c.r, f), orders: ordersOf(data, c.f, f) })

/** Each day's own edges, side by side: a change is between two days, and so are its edges. */
function TwoEdges({ data, then, f }: { data: Rfm; then: Rfm; f: Format }) {
  const { t } = f
  const days = { from: then.as_of, to: data.as_of }
  if (sameEdges(data, then)) return <p className="small soft chart-note">{t('classification.edges_same', days)}</p>
  return (
    <div className="edges" data-testid="edges">
      {([['R', daysOf], ['F', ordersOf]] as const).map(([axis, of]) => (
        <table key={axis}>
          <caption>{t(`classification.edges_${axis.toLowerCase()}`)}</caption>
          <thead><tr><th scope="col"><span className="sr">{t('classification.score')}</span></th>{[then, data].map((d) => <th scope="col" key={d.as_of}>{d.as_of}</th>)}</tr></thead>
          <tbody>{scores.map((s) => <tr key={s}><th scope="row">{axis}{s}</th>{[then, data].map((d) => <td key={d.as_of}>{of(d, s, f)}</td>)}</tr>)}</tbody>
        </table>
      ))}
      <p className="small soft">{t('classification.edges_note', days)}</p>
    </div>
  )
}

function HeatMap({ data, then, view, onPick, f, small }: { data: Rfm; then?: Rfm; view: View; onPick: (p: Pick) => void; f: Format; small?: boolean }) {
  const { t } = f
  // while another day is on its way, the one before stands here
  const other = view === 'change' && then?.as_of === data.compare ? then : undefined
  const axis = view !== 'change' || (other && sameEdges(data, other))
  const cells = new Map(data.cells.map((c) => [`${c.r}-${c.f}`, c]))
  const size = (c: Cell) => (view === 'money' ? c.net : view === 'margin' ? (c.contribution ?? 0) : view === 'change' ? Math.abs(c.change ?? 0) : c.customers)
  const largest = Math.max(0, ...data.cells.filter((c) => c.r > 0).map(size))
  return (
    <div>
      <Roving className={`heat${small ? ' small' : ''}`} role="group" aria-label={t('classification.rfm')}>
        {scores.map((rs) => [
          <div className="heat-axis" key={`r${rs}`}><b>R{rs}</b>{axis && <small>{daysOf(data, rs, f)}</small>}</div>,
          ...[1, 2, 3, 4, 5].map((fs) => {
            const c = cells.get(`${rs}-${fs}`) ?? { r: rs, f: fs, customers: 0, net: 0, contribution: null, change: null }
            const tone = view === 'change' ? changeShade(c.change ?? null, largest) : `h${shade(size(c), largest)}`
            const big = view === 'money' ? f.compactMoney(c.net) : view === 'margin' ? f.compactMoney(c.contribution ?? 0) : view === 'change' ? (c.change == null ? '—' : f.signed(c.change)) : f.integer(c.customers)
            const name = t('classification.cell_name', { r: rs, f: fs })
            return (
              <button
                key={fs} type="button" className={`heat-cell ${tone}`} aria-label={`${name}: ${f.integer(c.customers)}, ${f.money(c.net)}${c.change == null ? '' : `, ${t('classification.change_since', { day: data.compare ?? '' })} ${f.signed(c.change)}`}`} title={`${cellMeans(c, data, f)} · ${f.integer(c.customers)} · ${f.money(c.net)}`}
                onClick={() => onPick(pickCell(c, data, f))}
              >
                <b>{c.customers || c.change ? big : '·'}</b>{!small && view !== 'change' && c.customers > 0 && <small>{view === 'money' || view === 'margin' ? f.integer(c.customers) : f.percent(data.buyers ? c.customers / data.buyers : 0)}</small>}
              </button>
            )
          }),
        ])}
        <div className="heat-axis" />
        {[1, 2, 3, 4, 5].map((fs) => <div className="heat-axis x" key={fs}><b>F{fs}</b>{axis && <small>{ordersOf(data, fs, f)}</small>}</div>)}
      </Roving>
      {!small && (
        <div className="heat-key">
          {view === 'change' ? <><i className="d3" /><i className="d1" />{t('classification.fewer')} ▼ <i className="h0" /> ▲ {t('classification.more')}<i className="u1" /><i className="u3" /></> : <>{t('classification.few')}<i className="h1" /><i className="h2" /><i className="h3" /><i className="h4" /><i className="h5" />{t('classification.many')}</>}
        </div>
      )}
      {other && <TwoEdges data={data} then={other} f={f} />}
    </div>
  )
}
