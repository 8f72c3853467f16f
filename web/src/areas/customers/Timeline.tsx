import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { course, timeline } from '@/api/queries'
import type { TimelineItem, TimelineType } from '@/api/types'
import { useMay } from '@/parts/access'
import { type Format, useFormat } from '@/parts/format'
import { LinkButton } from '@/parts/LinkButton'
import { Empty, Failed, Loading } from '@/parts/States'
import { useAt } from '@/parts/useAt'
import { MergeLine, RecordLine, useBeside } from './Beside'
import { byDay, type Day, merged } from './course'
import { linesOf } from './lines'
import { NewNote, NoteLine } from './Notes'
import { OrderLines } from './OrderLines'

const facts = ['order', 'refund', 'interaction', 'answer', 'attribute', 'note'] as const satisfies readonly TimelineType[]
type Kind = (typeof facts)[number] | 'course' | 'record' | 'merge'

/** What happened, newest first, filtered by kind (the filter is in the URL). */
export function Timeline({ id, types, onTypes }: { id: string; types: string; onTypes: (types: string) => void }) {
  const f = useFormat()
  const { t } = f
  const at = useAt()
  const may = useMay()
  const chosen = types.split(',').filter(Boolean)
  const asked = facts.filter((k) => chosen.includes(k))
  const shows = (kind: Kind) => !chosen.length || chosen.includes(kind)
  const [happened, turned] = [!chosen.length || asked.length > 0, shows('course')]
  const query = useInfiniteQuery({ ...timeline(id, asked.join(','), at), enabled: happened })
  // how they went through classes takes the server a moment: after what happened has been asked for
  const went = useQuery({ ...course(id, at), enabled: turned && (!happened || !query.isPending) })
  const toggle = (k: string) => onTypes((chosen.includes(k) ? chosen.filter((x) => x !== k) : [...chosen, k]).join(','))
  const items = (happened ? query.data?.pages.flatMap((p) => p.items) : undefined) ?? []
  const beside = useBeside(id, at, f)
  const kinds: Kind[] = [...facts, 'course', ...(beside.records.length || chosen.includes('record') ? ['record' as const] : []), ...(beside.merges.length || chosen.includes('merge') ? ['merge' as const] : [])]
  const lines = merged(items, [...(shows('merge') ? beside.merges : []), ...(turned ? byDay(went.data?.items ?? []) : []), ...(shows('record') ? beside.records : [])], happened && query.hasNextPage)
  const pending = !beside.ready || (happened ? query.isPending : turned && went.isPending)
  return (
    <div className="stack">
      {!at.as_of && <NewNote id={id} />}
      <div className="row" role="group" aria-label={t('customers.timeline_filter')}>
        <Button size="small" type={chosen.length ? 'text' : 'default'} aria-pressed={!chosen.length} onClick={() => onTypes('')}>{t('customers.all')}</Button>
        {kinds.map((k) => <Button key={k} size="small" type={chosen.includes(k) ? 'default' : 'text'} aria-pressed={chosen.includes(k)} onClick={() => toggle(k)}>{t(`customers.type_${k}`)}</Button>)}
      </div>
      {pending && <Loading lines={8} />}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {turned && went.error && <Failed error={went.error} retry={() => void went.refetch()} />}
      {!pending && !(turned && went.isLoading) && lines.length === 0 && <Empty title={t(chosen.length ? 'customers.nothing_happened' : 'customers.nothing_yet')} text={t(chosen.length ? 'customers.nothing_of_kind' : 'customers.nothing_yet_text')} action={chosen.length ? <Button onClick={() => onTypes('')}>{t('customers.all')}</Button> : may('imports:write') && <LinkButton to="/imports" kind="primary">{t('imports.title')}</LinkButton>} />}
      <ol className="tl">{(pending ? [] : lines).map((x, i) => ('turns' in x ? <Turns key={`turn ${x.day}`} of={x} f={f} />
        : 'record' in x ? <RecordLine key={x.record.id} of={x} customer={id} f={f} />
        : 'merge' in x ? <MergeLine key={x.merge.id} of={x} f={f} />
        : <Line key={typeof x.detail.id === 'string' ? x.detail.id : `${x.at}-${i}`} item={x} f={f} />))}</ol>
      {!pending && turned && went.data && !(happened && query.hasNextPage) && <p className="soft small">{t('customers.course_from', { day: went.data.from })}</p>}
      {!pending && happened && query.hasNextPage && <div className="row"><Button size="small" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('customers.older')}</Button></div>}
    </div>
  )
}

/** Into which classes and segments they came on a day, and out of which. */
function Turns({ of, f }: { of: Day; f: Format }) {
  return (
    <li>
      <time dateTime={of.day}>{of.day}</time>
      <span className="dot course" role="img" aria-label={f.t('customers.type_course')} />
      <ul className="tl-turns">
        {of.turns.map((x) => (
          <li key={`${x.type} ${x.key}`}>
            {x.type === 'class.changed'
              ? <><span className="soft">{f.label(x.label)}</span> {x.before && <>{f.label(x.before.label)} → </>}<b>{f.label(x.after?.label)}</b></>
              : <>{f.t(x.type === 'segment.entered' ? 'customers.course_entered' : 'customers.course_left')} <b>{f.label(x.label)}</b></>}
            {x.compared && <span className="soft small" title={f.t('customers.course_compared_text')}> · {f.t('customers.course_compared')}</span>}
          </li>
        ))}
      </ul>
    </li>
  )
}

/** Detail members people understand without a legend; the rest stays behind the API. */
const told = ['channel', 'store', 'category', 'product', 'reason', 'comment', 'status']

function Line({ item, f }: { item: TimelineItem; f: Format }) {
  const quantity = item.detail.quantity
  const detail = told.flatMap((k) => {
    const v = item.detail[k]
    return typeof v === 'string' && v !== '' ? [v] : []
  })
  const [gross, refunded] = [item.detail.gross, item.detail.refunded]
  if (item.detail.cancelled === true) detail.unshift(f.t('customers.cancelled'))
  if (item.type === 'order' && typeof gross === 'number' && typeof refunded === 'number' && refunded > 0) detail.unshift(f.t('customers.paid_refunded', { paid: f.money(gross), refunded: f.money(refunded) }))
  if (item.later) detail.unshift(f.t('customers.later'))
  if (typeof quantity === 'number' && quantity > 0) detail.push(f.t('customers.pieces', { n: f.decimal(quantity, 2) }))
  const lines = linesOf(item.detail)
  return (
    <li className={item.later ? 'later' : undefined}>
      {item.undated ? <span className="time">{f.t('customers.undated')}</span> : <time dateTime={item.day} title={f.instant(item.at)}>{item.day}</time>}
      <span className={`dot ${item.type}`} role="img" aria-label={f.t(`customers.type_${item.type}`)} />
      {item.type === 'note' ? <NoteLine item={item} f={f} /> : <span><span>{f.label(item.title)}</span>{detail.length > 0 && <div className="soft small">{detail.join(' · ')}</div>}</span>}
      <span className={`amount${item.type === 'refund' ? ' worse' : ''}`}>{item.amount == null ? '' : `${item.type === 'refund' ? '−' : ''}${f.money(Math.abs(item.amount))}`}</span>
      {lines.length > 0 && <OrderLines lines={lines} f={f} />}
    </li>
  )
}
