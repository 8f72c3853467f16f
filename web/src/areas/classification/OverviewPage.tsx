import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useDeferredValue, useState } from 'react'
import { overview } from '@/api/queries'
import type { ClassificationSummary, ClassSize, Overview } from '@/api/types'
import { useMay } from '@/parts/access'
import { type Format, useFormat } from '@/parts/format'
import { Freshness } from '@/parts/Freshness'
import { LinkButton } from '@/parts/LinkButton'
import { Card, Page } from '@/parts/Page'
import { Begin } from '@/parts/sample/Sample'
import { Empty, Failed, Loading } from '@/parts/States'
import './classification.css'
import { Changed } from './Changed'
import { ClassificationCards } from './ClassificationCards'
import { CohortCard } from './CohortCard'
import { CurveCard } from './CurveCard'
import { FlowCard, flowFrom } from './FlowCard'
import { type Pick, PickPanel } from './PickPanel'
import { RfmCard } from './RfmCard'

export function OverviewPage() {
  const f = useFormat()
  const { t } = f
  const search = useSearch({ from: '/app/classification' })
  const navigate = useNavigate({ from: '/classification' })
  const at = { as_of: search.as_of, known: search.known }
  const query = useQuery(overview(at))
  const [picked, setPicked] = useState<Pick | null>(null)
  const data = query.data
  // what stands below is drawn when what is seen first has been
  const below = useDeferredValue(data, undefined)
  const may = useMay()
  return (
    <Page title={t('classification.title')} note={data && data.customers > 0 && <RunNote data={data} f={f} asked={search.as_of} />} actions={data && data.customers > 0 && may('definitions:write') && <><LinkButton to="/classification/new">{t('classification.new')}</LinkButton><LinkButton to="/segments/new">{t('classification.new_segment')}</LinkButton></>}>
      {query.isPending && <><div className="tiles">{Array.from({ length: 6 }, (_, i) => <div className="tile" key={i}><Loading lines={2} /></div>)}</div><div className="board"><Card><Loading lines={10} height={410} /></Card><Card><Loading lines={10} height={410} /></Card></div></>}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {data && data.customers === 0 && search.as_of && <Card><Empty title={t('classification.nobody')} text={t('classification.nobody_text', { day: data.as_of })} action={<LinkButton to="/classification" search={{ as_of: undefined, known: undefined } as never} kind="primary">{t('shell.back_to_newest')}</LinkButton>} /></Card>}
      {data && data.customers === 0 && !search.as_of && <Card><Empty title={t('classification.empty')} text={t(may('imports:write') ? 'classification.empty_text' : 'access.nothing_yet')} action={may('imports:write') && <Begin />} /></Card>}
      {data && data.customers > 0 && (
        <>
          <Tiles data={data} f={f} onPick={setPicked} />
          {!search.as_of && <Changed from={search.from ?? flowFrom(data.as_of)} day={data.as_of} known={search.known} classification={data.classifications.find((c) => c.key === (search.flow ?? 'lifecycle'))} />}
          <div className="board">
            <RfmCard asOf={data.as_of} known={search.known} onPick={setPicked} />
            <CurveCard at={at} onPick={setPicked} />
          </div>
          {below && (
            <>
              <div id="flow" className="overview-flow"><FlowCard asOf={below.as_of} at={at} classifications={below.classifications} search={search} set={(next) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true })} onPick={setPicked} /></div>
              <CohortCard at={at} onPick={setPicked} />
              <ClassificationCards items={below.classifications} onPick={setPicked} />
            </>
          )}
        </>
      )}
      <PickPanel picked={picked} at={at} onClose={() => setPicked(null)} />
    </Page>
  )
}

function RunNote({ data, f, asked }: { data: Overview; f: Format; asked?: string }) {
  const day = data.as_of > data.today ? 'future_note' : !asked && data.as_of !== data.today ? 'newest_note' : 'as_of_note'
  return (
    <span title={f.t('classification.computed', { at: f.instant(data.run.computed_at), version: data.run.lake_version })}>
      {f.t(`classification.${day}`, { day: data.as_of, today: data.today })} · {f.t(data.known === 'then' ? 'classification.known_then' : 'classification.known_today')} · {f.t('classification.in_ms', { ms: f.integer(data.run.milliseconds) })}
      <Freshness of={data.run} />
    </span>
  )
}

function Tiles({ data, f, onPick }: { data: Overview; f: Format; onPick: (p: Pick) => void }) {
  const { t } = f
  const find = (classification: string, key: string): { c: ClassificationSummary; k: ClassSize } | null => {
    const c = data.classifications.find((x) => x.key === classification)
    const k = c?.classes.find((x) => x.key === key)
    return c && k ? { c, k } : null
  }
  const risk = find('lifecycle', 'at_risk')
  const fresh = find('lifecycle', 'new')
  const aov = data.orders > 0 ? Math.round(data.net / data.orders) : null
  const spend = data.buyers > 0 ? Math.round(data.net / data.buyers) : null
  const signal = (found: { c: ClassificationSummary; k: ClassSize } | null, tone: string) =>
    found && (
      <button type="button" className={`tile signal ${tone}`} onClick={() => onPick({ classification: found.c, item: found.k })}>
        <span className="tile-name">{f.label(found.k.label)}<span>{f.percent(found.k.share)}</span></span>
        <span className="tile-value" title={f.integer(found.k.customers)}>{f.count(found.k.customers)}</span>
        <span className="tile-note">{t('classification.tile_net', { net: f.compactMoney(found.k.net) })}</span>
      </button>
    )
  return (
    <div className="tiles">
      <Tile name={t('classification.customers')} value={f.count(data.customers)} exact={f.integer(data.customers)} note={t('classification.buyers', { buyers: f.count(data.buyers), share: f.percent(data.customers ? data.buyers / data.customers : 0) }) + (data.not_profiled ? t('classification.not_profiled', { n: f.integer(data.not_profiled) }) : '')} />
      <Tile name={t('classification.net')} value={f.compactMoney(data.net)} exact={f.money(data.net)} note={t('classification.gross', { gross: f.compactMoney(data.gross) })} />
      <Tile name={t('classification.spend')} value={spend === null ? '—' : f.compactMoney(spend)} exact={spend === null ? '' : f.money(spend)} note={t('classification.spend_note')} />
      <Tile name={t('classification.aov')} value={aov === null ? '—' : f.compactMoney(aov)} exact={aov === null ? '' : f.money(aov)} note={t('classification.orders', { orders: f.count(data.orders) })} />
      {signal(risk, '')}
      {signal(fresh, 'good')}
    </div>
  )
}

function Tile({ name, value, exact, note }: { name: string; value: string; exact: string; note: string }) {
  return <div className="tile"><span className="tile-name">{name}</span><div className="tile-value" title={exact}>{value}</div><span className="tile-note">{note}</span></div>
}
