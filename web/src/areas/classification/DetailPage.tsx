import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Button, Popconfirm } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { classification as query } from '@/api/queries'
import type { ClassificationDetail } from '@/api/types'
import { Bars } from '@/parts/Bars'
import { useMay } from '@/parts/access'
import { PlainTable } from '@/parts/ChartCard'
import { ByVersion } from '@/parts/definition/InForce'
import { ClassTrendCard } from '@/parts/definition/TrendCard'
import { Gone } from '@/parts/definition/Gone'
import { RunLine } from '@/parts/definition/RunLine'
import { useRemoval } from '@/parts/definition/useRemoval'
import { VersionsCard } from '@/parts/definition/VersionsCard'
import { majorOf, shareOf } from '@/parts/file/csv'
import { SaveTable } from '@/parts/file/SaveTable'
import { useCatalog, useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { useOpened } from '@/parts/recent'
import { Loading } from '@/parts/States'
import './classification.css'
import { FlowCard } from './FlowCard'
import { type Pick, PickPanel } from './PickPanel'

const DefinitionEditor = lazy(() => import('./DefinitionEditor'))

/** One classification: its classes, and the rule of each in plain words; first match wins. */
export function DetailPage() {
  const { key } = useParams({ from: '/app/classifications/$key' })
  const search = useSearch({ from: '/app/classifications/$key' })
  const navigate = useNavigate({ from: '/classifications/$key' })
  const { as_of, known } = search
  const f = useFormat()
  const { t } = f
  const at = { as_of, known }
  const { data, isPending, error, refetch } = useQuery(query(key, at))
  useOpened('classifications', data?.key, data?.label)
  const [picked, setPicked] = useState<Pick | null>(null)
  const [editing, setEditing] = useState(false)
  const may = useMay()
  const margins = data?.classes.some((c) => c.contribution != null) ?? false
  const columns = [{ name: t('classification.class') }, { name: t('classification.customers'), number: true }, { name: t('classification.share'), number: true }, { name: t('classification.net'), number: true }, { name: t('classification.net_share'), number: true }, ...(margins ? [{ name: t('classification.contribution'), number: true }, { name: t('classification.contribution_share'), number: true }] : []), { name: t('classification.orders_short'), number: true }, { name: t('classification.median_recency'), number: true }]
  return (
    <Page
      title={data ? f.label(data.label) : key}
      crumb={<Link to="/classification">{t('classification.title')}</Link>}
      note={data && <><span>{f.label(data.description)} · <span className="mono">{data.key} v{data.version}</span> · {t('classification.as_of_note', { day: data.as_of })}</span><RunLine at={at} /></>}
      actions={data && !editing && may('definitions:write') && !data.in_force?.until && <><Withdraw data={data} /><Button onClick={() => setEditing(true)}>{t('classification.edit')}</Button></>}
    >
      {isPending && <Card><Loading lines={10} /></Card>}
      {error && <Gone of="classifications" name={key} error={error} retry={() => void refetch()} />}
      {data && editing && <Suspense fallback={<Card><Loading lines={10} /></Card>}><DefinitionEditor detail={data} onDone={() => setEditing(false)} /></Suspense>}
      {data && !editing && (
        <>
          <Card title={t('classification.classes')} extra={<span className="soft small">{t('classification.adds_up', { n: f.integer(data.classes.reduce((n, c) => n + c.customers, 0)) })}</span>}>
            <Bars items={data.classes} onPick={(item) => setPicked({ classification: data, item })} />
          </Card>
          <ByVersion {...data} />
          <Rules data={data} />
          <FlowCard asOf={data.as_of} at={at} classifications={[data]} search={search} set={(next) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true })} onPick={setPicked} />
          <ClassTrendCard name={key} at={at} />
          <Card title={t('classification.figures')} extra={<SaveTable name={f.label(data.label)} table={{ of: data.as_of, head: columns.map((c) => c.name), rows: () => data.classes.map((c) => [f.label(c.label), c.customers, shareOf(c.share), majorOf(c.net, f.currency.digits), shareOf(c.net_share ?? 0), ...(margins ? [majorOf(c.contribution ?? 0, f.currency.digits), shareOf(c.contribution_share ?? 0)] : []), c.orders, c.median_recency]) }} />}>
            <PlainTable
              caption={t('classification.figures')} columns={columns}
              rows={data.classes.map((c) => [f.label(c.label), <button key="n" type="button" className="drill" aria-label={`${f.label(c.label)}: ${f.integer(c.customers)}`} onClick={() => setPicked({ classification: data, item: c })}>{f.integer(c.customers)}</button>, f.percent(c.share), f.money(c.net), f.percent(c.net_share ?? 0), ...(margins ? [f.money(c.contribution ?? 0), f.percent(c.contribution_share ?? 0)] : []), f.integer(c.orders ?? 0), c.median_recency == null ? '—' : f.integer(c.median_recency)])}
            />
          </Card>
          <VersionsCard of="classifications" name={key} />
        </>
      )}
      <PickPanel picked={picked} at={at} onClose={() => setPicked(null)} />
    </Page>
  )
}

/** Own ones can be deleted; changed ones that ship with the product can be put back. */
function Withdraw({ data }: { data: ClassificationDetail }) {
  const { t } = useFormat()
  const navigate = useNavigate()
  const own = !data.definition.builtin
  const removal = useRemoval({
    of: 'classifications', name: data.key, version: data.version, said: t(own ? 'classification.deleted' : 'classification.put_back'),
    done: async () => { if (own) await navigate({ to: '/classification' }) },
  })
  if (!own && !data.changed) return null
  return (
    <>
      <Popconfirm title={t(own ? 'classification.delete_sure' : 'classification.back_sure')} onConfirm={removal.run} okText={t(own ? 'common.delete' : 'classification.back_ok')} cancelText={t('common.cancel')}>
        <Button danger={own} loading={removal.pending}>{t(own ? 'common.delete' : 'classification.back')}</Button>
      </Popconfirm>
      {removal.dialog}
    </>
  )
}

function Rules({ data }: { data: ClassificationDetail }) {
  const f = useFormat()
  const { t } = f
  const { byKey } = useCatalog()
  const m = data.definition.method
  if (m.kind === 'values') return <Card title={t('classification.rules')}><p>{t('classification.by_value', { feature: f.label(byKey.get(m.feature)?.label) || m.feature, otherwise: f.label(m.otherwise.label) })}</p></Card>
  const sizes = new Map(data.classes.map((c) => [c.key, c]))
  return (
    <Card title={t('classification.rules')} extra={<span className="soft small">{t('classification.first_match')}</span>}>
      <ol className="rules-list">
        {data.rules.map((r, i) => (
          <li key={r.class}>
            <span className="strong">{i + 1}. {f.label(sizes.get(r.class)?.label) || r.class}</span>
            <span><span>{f.label(r.sentence)}</span>{r.text && <div><code>{r.text}</code></div>}</span>
            <span className="num">{f.integer(sizes.get(r.class)?.customers ?? 0)}</span>
          </li>
        ))}
        {!data.rules.some((r) => r.class === m.otherwise.key) && <li><span className="strong">{f.label(m.otherwise.label)}</span><span className="soft">{t('classification.otherwise')}</span><span className="num">{f.integer(sizes.get(m.otherwise.key)?.customers ?? 0)}</span></li>}
      </ol>
    </Card>
  )
}
