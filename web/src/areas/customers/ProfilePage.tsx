import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useRouter, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { lazy, Suspense, useDeferredValue, useEffect, useMemo, useState } from 'react'
import { profile as profileQuery } from '@/api/queries'
import type { Profile } from '@/api/types'
import { useMay } from '@/parts/access'
import { aim } from '@/parts/aim'
import { startEntry } from '@/parts/entry/open'
import { useCatalog, useClassifications, useFormat, useTextLabel } from '@/parts/format'
import { Freshness } from '@/parts/Freshness'
import { HistoryLink } from '@/parts/HistoryLink'
import { type Hotkeys, useHotkeys, withKey } from '@/parts/hooks'
import { Fold } from '@/parts/Fold'
import { Lock } from '@/parts/Masked'
import { Drawer } from '@/parts/opened'
import { Card, Page } from '@/parts/Page'
import { useOpened } from '@/parts/recent'
import { Failed, Loading } from '@/parts/States'
import { useAt } from '@/parts/useAt'
import { around, onward } from './around'
import { concerns, inOrder } from './classes'
import './customers.css'
import { Erase } from './Erase'
import { FieldValue } from './FieldEdit'
import { HeadFacts } from './HeadFacts'
import { Lineage } from './Lineage'
import { OwnFields, useOwnFields } from './OwnFields'
import NameEdit from './NameEdit'
import { NamePen, useNameLock } from './NamePen'
import { NEW_NOTE } from './Notes'
import { CustomerOwner } from './Owner'
import { Records } from './Records'
import { Refusal } from './Refusal'
import { CustomerTags } from './Tags'
import { Timeline } from './Timeline'
import { Who } from './Who'

const WhyPanel = lazy(async () => ({ default: (await import('./WhyPanel')).WhyPanel }))

const AssignOwner = lazy(() => import('./AssignOwner'))

/** Shelves of features, the most asked for first. */
const shelves = ['purchase', 'lifecycle', 'rfm', 'value', 'loyalty', 'preference', 'returns', 'satisfaction', 'interaction', 'demographics', 'geography', 'firmographics', 'psychographics', 'custom']

/** Everything about one customer: who, which classes and why, what happened. */
export function ProfilePage() {
  const { id } = useParams({ from: '/app/customers/$id' })
  const search = useSearch({ from: '/app/customers/$id' })
  const navigate = useNavigate({ from: '/customers/$id' })
  const f = useFormat()
  const { t } = f
  const at = { as_of: search.as_of, known: search.known }
  const query = useQuery(profileQuery(id, at))
  const p = query.data
  // the cards are drawn when the head of the page has been
  const drawn = useDeferredValue(!!p, false)
  useOpened('customers', p?.id)
  // an old address of somebody who was merged goes to who stands for them
  useEffect(() => {
    if (p && p.id !== id) void navigate({ to: '/customers/$id', params: { id: p.id }, search: (old) => old, replace: true })
  }, [p, id, navigate])
  const router = useRouter()
  // the panel is a step of its own, so that going back closes it and stays with the customer
  const ask = (subject?: string) => {
    if (!subject && (router.state.location.state as { over?: boolean }).over) return router.history.back()
    void navigate({ search: (old) => ({ ...old, why: subject }), replace: !subject || !!search.why, state: (old) => ({ ...old, over: !!subject && (!search.why || !!(old as { over?: boolean }).over) }) as never })
  }
  const near = around(id)
  const go = (to?: string) => { if (to) void navigate({ to: '/customers/$id', params: { id: to }, search: { types: search.types, why: search.why } }) }
  const next = async () => go(await onward(id).catch(() => undefined))
  const [editing, setEditing] = useState(false)
  const [assigning, setAssigning] = useState(false)
  const works = useMay()('customers:write')
  const nameLock = useNameLock()
  useHotkeys({
    ...(near && { j: [() => void next(), t('shell.key_next')], k: [() => go(near.before), t('shell.key_previous')] } satisfies Hotkeys),
    ...(works && {
      a: [(event) => { event.preventDefault(); setAssigning(true) }, t('shell.key_owner')],
      ...(!at.as_of && { n: [(event) => aim(event, NEW_NOTE, t('common.loading')), t('shell.key_note')] } satisfies Hotkeys),
    } satisfies Hotkeys),
    ...(!nameLock && { e: [(event) => { event.preventDefault(); setEditing(true) }, t('shell.key_edit')] } satisfies Hotkeys),
  })
  if (query.isPending) return <Page title={t('customers.one')} crumb={<Link to="/customers">{t('customers.title')}</Link>} note={null}><Card><Loading lines={12} /></Card></Page>
  if (query.error) return <Page title={t('customers.one')} crumb={<Link to="/customers">{t('customers.title')}</Link>}><Failed error={query.error} retry={() => void query.refetch()} /></Page>
  if (!p) return null
  const why = search.why
  const subject = why?.startsWith('segment.') ? { segment: why.slice(8) } : why ? { classification: why } : null
  const title = p.name ?? p.identifiers[0]?.value ?? p.id
  return (
    <Page title={title} crumb={<Link to="/customers">{t('customers.title')}</Link>} note={<span><span className="mono">{p.id}</span> · {t(`customers.kind_${p.kind}`)} · {t('customers.as_of', { day: p.as_of })} <HistoryLink about={p.id} /><Freshness of={p} /></span>} actions={<><EnterFor id={p.id} />{near && <Neighbours near={near} onBefore={() => go(near.before)} onAfter={() => void next()} />}</>}>
      <Card>
        <div className="stack">
          <HeadFacts profile={p} />
          <div className="head-work">
            <div className="row"><span className="soft small">{t('work.tags')}</span><CustomerTags id={id} tags={p.tags} /></div>
            <div className="row"><span className="soft small">{t('work.owner')}</span><CustomerOwner id={id} owner={p.owner} /></div>
            <div className="row grow"><span className="soft small">{t('work.name')}</span>{editing ? <NameEdit id={id} name={p.name ?? ''} onClose={() => setEditing(false)} /> : <><span>{p.name ?? '—'}</span><NamePen onEdit={() => setEditing(true)} /></>}</div>
            {!p.refusal && <Refusal profile={p} />}
            <Erase id={p.id} name={p.name ?? null} />
          </div>
          {p.refusal && <Refusal profile={p} />}
        </div>
      </Card>
      {drawn && <div className="profile">
        <div className="stack">
          <Card title={t('customers.who')}><Who profile={p} /></Card>
          <Lineage id={p.id} />
          <Classes profile={p} onWhy={ask} />
        </div>
        <Card title={t('customers.timeline')}><Timeline id={id} types={search.types ?? ''} onTypes={(types) => void navigate({ search: (old) => ({ ...old, types: types || undefined }), replace: true })} /></Card>
        <div className="stack"><OwnFields profile={p} /><Records customer={p.id} /><Features profile={p} /></div>
      </div>}
      {p && assigning && <Suspense fallback={null}><AssignOwner to={{ customers: [p.id] }} count={1} onClose={() => setAssigning(false)} /></Suspense>}
      <Drawer open={subject !== null} onClose={() => ask(undefined)} size={560} title={t('customers.why')} destroyOnHidden>
        {subject && <Suspense fallback={<Loading lines={8} />}><WhyPanel id={id} name={title} subject={subject} at={at} /></Suspense>}
      </Drawer>
    </Page>
  )
}

/** What happened with somebody, entered on their page. */
function EnterFor({ id }: { id: string }) {
  const { t } = useFormat()
  const may = useMay()
  const past = useAt().as_of
  if (!may('imports:write') || past) return null
  return <>{(['order', 'interaction'] as const).map((kind) => <Button key={kind} size="small" onClick={() => startEntry({ kind, customer: id })}>+ {t(`entry.new_${kind}`)}</Button>)}</>
}

/** "3 / 212" of the list one came from. */
function Neighbours({ near, onBefore, onAfter }: { near: NonNullable<ReturnType<typeof around>>; onBefore: () => void; onAfter: () => void }) {
  const { t, integer } = useFormat()
  return (
    <div className="row nowrap">
      <Button size="small" aria-label={t('shell.key_previous')} title={withKey(t('shell.key_previous'), 'K')} disabled={!near.before} onClick={onBefore}>‹</Button>
      <span className="soft small nowrap">{integer(near.place)} / {integer(near.total)}</span>
      <Button size="small" aria-label={t('shell.key_next')} title={withKey(t('shell.key_next'), 'J')} disabled={!near.after && !near.more} onClick={onAfter}>›</Button>
    </div>
  )
}

function Classes({ profile: p, onWhy }: { profile: Profile; onWhy: (subject: string) => void }) {
  const f = useFormat()
  const { t } = f
  const library = useClassifications()
  const { known, unknown } = useMemo(() => inOrder(p.classes, library, p.kind), [p.classes, p.kind, library])
  const line = (c: Profile['classes'][number]) => (
    <button key={c.classification} type="button" className="class-line" onClick={() => onWhy(c.classification)} aria-label={t('customers.why_class', { classification: f.label(c.label), class: f.label(c.class.label) })}>
      <span className="soft grow">{f.label(c.label)}</span><span className="strong">{f.label(c.class.label)}</span><span className="why">{t('customers.why_short')}</span>
    </button>
  )
  return (
    <Card title={t('customers.classes')}>
      <div>{known.map(line)}</div>
      {unknown.length > 0 && <Fold testid="unknown-classes" className="rest small" head={<span className="soft">{t('customers.without_value', { count: unknown.length })}</span>}>{unknown.map(line)}</Fold>}
      {p.segments.length > 0 && (
        <>
          <h3 className="profile-sub">{t('customers.in_segments')}</h3>
          <div className="row">{p.segments.map((s) => <button key={s.key} type="button" className="chip on plain-chip" onClick={() => onWhy(`segment.${s.key}`)}>{f.label(s.label)}</button>)}</div>
        </>
      )}
    </Card>
  )
}

function Features({ profile: p }: { profile: Profile }) {
  const f = useFormat()
  const named = useTextLabel()
  const { t } = f
  const own = useOwnFields(p)
  const { byKey, byHand } = useCatalog()
  const line = (x: Profile['features'][number]) => {
    const [feature, shown] = [byHand[x.key] && byKey.get(x.key), named(x.key, x.value) ?? f.value(x.value, x.unit)]
    return <div key={x.key}><dt title={x.key}>{f.label(x.label)}</dt><dd>{feature ? <FieldValue id={p.id} name={p.name ?? p.id} feature={feature} value={x.value} shown={shown} /> : shown}</dd></div>
  }
  const groups = useMemo(() => {
    const keys = [...new Set([...shelves, ...p.features.map((x) => x.group)])]
    // person or company stands at the top of the page, own fields in a card of their own
    return keys.map((key) => ({ key, known: p.features.filter((x) => x.group === key && !own.has(x.key) && x.key !== 'kind' && x.value.type !== 'null') })).filter((g) => g.known.length)
  }, [p.features, own])
  const hidden = p.features.filter((x) => x.masked)
  const unknown = p.features.filter((x) => x.value.type === 'null' && !x.masked && !own.has(x.key) && concerns(p.kind, x.group))
  return (
    <Card title={t('customers.features')} extra={<Link className="small" to="/features">{t('customers.what_they_mean')}</Link>}>
      <p className="soft small">{t('work.locked_facts')}</p>
      {groups.map((g, i) => (
        <Fold key={g.key} className="feature-group" open={i < 3} head={<span>{t(`features.group_${g.key}`)} <span className="soft small">{g.known.length}</span></span>}>
          <dl className="feature-lines">{g.known.map(line)}</dl>
        </Fold>
      ))}
      {unknown.length > 0 && <Fold className="rest small" head={<span className="soft">{t('customers.without_value', { count: unknown.length })}</span>}><dl className="feature-lines">{unknown.filter((x) => byHand[x.key]).map(line)}</dl><p className="soft">{unknown.filter((x) => !byHand[x.key]).map((x) => f.label(x.label)).join(' · ')}</p></Fold>}
      {hidden.length > 0 && <p className="soft small">{t('customers.masked', { count: hidden.length, names: hidden.map((x) => f.label(x.label)).join(t('customers.between')) })}<Lock whole /></p>}
    </Card>
  )
}
