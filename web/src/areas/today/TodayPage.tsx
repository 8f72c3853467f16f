import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { imports, members, overview, segments, segmentTrend } from '@/api/queries'
import type { Import, Overview, SegmentItem } from '@/api/types'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { Freshness } from '@/parts/Freshness'
import { LinkButton } from '@/parts/LinkButton'
import { Card, Page } from '@/parts/Page'
import { Empty, Failed, Loading } from '@/parts/States'
import { useAt } from '@/parts/useAt'
import { MovesCard } from './MovesCard'
import { Notices } from './Notices'
import './today.css'

const Begin = lazy(() => import('@/parts/sample/Sample').then((m) => ({ default: m.Begin })))
const SampleNote = lazy(() => import('@/parts/sample/Sample').then((m) => ({ default: m.SampleNote })))

/** What somebody with ten minutes wants to know: is it current, who moved since last week and what money hangs on it, which lists grew, what came in. */
export function TodayPage() {
  const f = useFormat()
  const { t } = f
  const at = useAt()
  const may = useMay()
  const query = useQuery(overview(at))
  const data = query.data
  return (
    <Page title={t('today.title')} note={data && data.customers > 0 && <Currency data={data} />}>
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {!at.as_of && data?.customers !== 0 && <Notices />}
      {data?.sample && <Suspense fallback={<div className="sample-room" />}><SampleNote /></Suspense>}
      {data && !at.as_of && (data.customers === 0 || data.orders === 0) && <FirstSteps data={data} />}
      {data && data.customers === 0 && <Card><Empty title={t('classification.empty')} text={t(may('imports:write') ? 'classification.empty_text' : 'access.nothing_yet')} action={may('imports:write') && <Suspense fallback={null}><Begin /></Suspense>} /></Card>}
      {(query.isPending || (data && data.customers > 0)) && (
        <>
          <MovesCard day={data?.as_of} at={at} />
          <div className="today-two">
            <Lists />
            <CameIn />
          </div>
          {data && data.orders > 0 && !at.as_of && <FirstSteps data={data} />}
        </>
      )}
    </Page>
  )
}

/** How fresh the figures are, said before any of them. */
function Currency({ data }: { data: Overview }) {
  const f = useFormat()
  const { t } = f
  const behind = Math.round((Date.parse(`${data.today}T00:00:00Z`) - Date.parse(`${data.as_of}T00:00:00Z`)) / 86_400_000)
  return (
    <span data-testid="currency">
      {behind > 0 ? t('today.behind', { day: data.as_of, count: behind }) : t('today.current', { day: data.as_of })}
      <Freshness of={data.run} />
    </span>
  )
}

/** What is still to be done before the house works for everybody, at the head of the page while there are no figures yet; gone once it is done. */
function FirstSteps({ data }: { data: Overview }) {
  const { t } = useFormat()
  const may = useMay()
  const people = useQuery({ ...members, enabled: may('members:manage') })
  const files = useQuery({ ...imports, enabled: data.sample }).data
  // a sample is no first step
  const own = !data.sample || !!files?.some((i) => i.status === 'committed' && !i.sample)
  const steps: [string, boolean, string][] = [
    ...(may('imports:write') ? ([['customers', own && data.customers > 0, '/imports'], ['orders', own && data.orders > 0, '/imports']] as [string, boolean, string][]) : []),
    ...(may('members:manage') && people.data ? ([['people', people.data.length > 1, '/settings/users']] as [string, boolean, string][]) : []),
  ]
  if (steps.every(([, done]) => done)) return null
  return (
    <Card title={t('today.first_steps')} label={t('today.first_steps')}>
      <ol className="steps">
        {steps.map(([key, done, to]) => (
          <li key={key} className={done ? 'soft' : ''}>
            <span className={`step-mark${done ? ' done' : ''}`} aria-hidden="true">{done ? '✓' : ''}</span>
            {done ? <span>{t(`today.step_${key}`)} <span className="sr">{t('today.done')}</span></span> : <Link to={to}>{t(`today.step_${key}`)}</Link>}
          </li>
        ))}
      </ol>
    </Card>
  )
}

/** The lists people keep, with who came and went this week. */
function Lists() {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const at = useAt()
  const query = useQuery(segments(at))
  const shown = [...(query.data ?? [])].filter((s) => s.kind !== 'static').sort((a, b) => b.net - a.net).slice(0, 8)
  return (
    <Card title={t('today.lists')} className="flush" extra={<Link to="/segments">{t('today.all_segments')}</Link>}>
      {query.error && <Failed error={query.error} />}
      {query.data && shown.length === 0 && <Empty title={t('segments.none')} text={t(may('definitions:write') ? 'segments.none_text' : 'access.nothing_yet')} action={may('definitions:write') && <LinkButton to="/segments/new">{t('segments.new')}</LinkButton>} />}
      {query.isPending && <div className="lists-room"><Loading lines={8} /></div>}
      {shown.length > 0 && (
        <div className="scroll" role="group" tabIndex={0} aria-label={t('today.lists')}>
          <table className="data-table">
            <thead><tr><th scope="col">{t('segments.name')}</th><th scope="col" className="num">{t('segments.size')}</th><th scope="col" className="num">{t('today.week')}</th></tr></thead>
            <tbody>{shown.map((s) => <List key={s.key} s={s} />)}</tbody>
          </table>
        </div>
      )}
    </Card>
  )
}

function List({ s }: { s: SegmentItem }) {
  const f = useFormat()
  const { t } = f
  const at = useAt()
  const { data } = useQuery(segmentTrend(s.key, at, { step: 'week', points: 2 }))
  const [before, now] = [data?.points[0], data?.points[1]]
  const moved = (n: number | null | undefined, what: 'entered' | 'left', sign: string) => !!n && before && <Link className="drill" aria-label={`${f.label(s.label)}, ${t(`versions.${what}`)}: ${f.integer(n)}`} to="/customers" search={{ ...at, [what]: `${s.key}@${before.day}` } as never}>{sign}{f.integer(n)}</Link>
  return (
    <tr>
      <td><Link to="/segments/$key" params={{ key: s.key }}>{f.label(s.label)}</Link></td>
      <td className="num"><Link to="/customers" search={{ ...at, segment: s.key } as never} aria-label={`${f.label(s.label)}: ${f.integer(s.size)}`}>{f.integer(s.size)}</Link></td>
      <td className="num nowrap">{now ? <>{moved(now.entered, 'entered', '+')} {moved(now.left, 'left', '−')}{!now.entered && !now.left && <span className="soft">0</span>}</> : <span className="soft">…</span>}</td>
    </tr>
  )
}

/** The newest files, and what of them waits for somebody. */
function CameIn() {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const query = useQuery(imports)
  const shown = (query.data ?? []).slice(0, 5)
  const name = (i: Import) => i.files.map((x) => x.name).join(t('segments.comma')) || i.id
  return (
    <Card title={t('today.came_in')} label={t('today.came_in')} extra={may('imports:write') && <Link to="/imports">{t('today.all_imports')}</Link>}>
      {query.isPending && <div className="came-room"><Loading lines={5} /></div>}
      {query.error && <Failed error={query.error} />}
      {query.data && shown.length === 0 && <p className="soft">{t('imports.none')}</p>}
      <ul className="came-in">
        {shown.map((i) => (
          <li key={i.id}>
            {may('imports:write') ? <Link to="/imports/$id" params={{ id: i.id }} className="clip">{name(i)}</Link> : <span className="clip">{name(i)}</span>}
            <span className="soft small">{t(`imports.status_${i.status}`)} · {f.instant(i.created_at)}{!!i.report?.quarantined && <span className="worse"> · {t('today.set_aside', { count: i.report.quarantined, n: f.integer(i.report.quarantined) })}</span>}</span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
