import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { deliveries, delivery, type Delivery, type DeliveryState, resend, type Webhook, webhooks } from '@/api/webhooks'
import { SaveTable } from '@/parts/file/SaveTable'
import { useFormat } from '@/parts/format'
import { Drawer } from '@/parts/opened'
import { Card } from '@/parts/Page'
import { Empty, Failed, Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { useNames } from './health'
import { useOutcome } from './outcome'

const states = ['waiting', 'sent', 'dead', 'dropped'] as const

/** What went there: state, answer and time of each message, and a way to look into it and send it again. */
export function DeliveriesCard({ id, state: on }: { id: string; state: Webhook['state'] }) {
  const f = useFormat()
  const { t } = f
  const about = useAbout()
  const outcome = useOutcome()
  const [state, setState] = useState<DeliveryState | undefined>()
  const [open, setOpen] = useState('')
  const query = useInfiniteQuery(deliveries(id, state))
  const items = query.data?.pages.flatMap((p) => p.items) ?? []
  const filter = <Select aria-label={t('webhooks.delivery_state')} className="hook-filter" allowClear value={state} placeholder={t('webhooks.any_state')} onChange={(next?: DeliveryState) => setState(next)} options={states.map((value) => ({ value, label: t(`webhooks.delivery_${value}`) }))} />
  return (
    <Card className="flush" title={t('webhooks.deliveries')} extra={<>{filter}{items.length > 0 && <SaveTable name={t('webhooks.deliveries')} table={{ head: [t('webhooks.event'), t('webhooks.about_what'), t('webhooks.customers'), t('webhooks.delivery_state'), t('webhooks.answer'), t('webhooks.at')], rows: () => items.map((d) => [t(`webhooks.type_${d.type.replace('.', '_')}`), about(d), d.customers, t(`webhooks.delivery_${d.state}`), outcome(d), f.instant(d.created_at)]) }} />}</>}>
      {query.isPending && <div className="page"><Loading lines={5} /></div>}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.data && items.length === 0 && <Empty title={t('webhooks.no_deliveries')} text={t(state ? 'customers.none_match_text' : 'webhooks.no_deliveries_text')} action={state && <Button onClick={() => setState(undefined)}>{t('customers.clear')}</Button>} />}
      {items.length > 0 && <Table items={items} onOpen={setOpen} />}
      {query.hasNextPage && <div className="jobs-foot"><Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('jobs.older')}</Button></div>}
      <Drawer open={!!open} onClose={() => setOpen('')} size={560} title={t('webhooks.delivery')} destroyOnHidden>{open && <Detail id={id} one={open} on={on === 'on'} />}</Drawer>
    </Card>
  )
}

/** Of which segment or classification a message tells. */
function useAbout() {
  const { segmentNames, classificationNames } = useNames()
  return ({ subject }: Delivery) => subject && (segmentNames.get(subject) ?? classificationNames.get(subject) ?? subject)
}

function Kind({ item }: { item: Delivery }) {
  const { t } = useFormat()
  const about = useAbout()(item)
  return <><span className="strong">{t(`webhooks.type_${item.type.replace('.', '_')}`)}</span>{about && <span className="soft"> · {about}</span>}</>
}

function Table({ items, onOpen }: { items: Delivery[]; onOpen: (id: string) => void }) {
  const f = useFormat()
  const { t } = f
  const outcome = useOutcome()
  return (
    // a scrolling region must be reachable by keyboard
    <div className="scroll" role="group" tabIndex={0} aria-label={t('webhooks.deliveries')}>
      <table className="data-table blocks webhooks">
        <thead><tr><th scope="col">{t('webhooks.event')}</th><th scope="col" className="num">{t('webhooks.customers')}</th><th scope="col">{t('webhooks.delivery_state')}</th><th scope="col">{t('webhooks.answer')}</th><th scope="col">{t('webhooks.at')}</th><th scope="col"><span className="sr">{t('common.actions')}</span></th></tr></thead>
        <tbody>
          {items.map((d) => (
            <tr key={d.id} data-delivery={d.state}>
              <td className="whole"><Kind item={d} /></td>
              <td className="num" data-label={t('webhooks.customers')}>{d.customers ? f.integer(d.customers) : ''}</td>
              <td><span className={`chip hook-${d.state === 'sent' ? 'good' : d.state === 'dead' ? 'bad' : 'off'}`}>{t(`webhooks.delivery_${d.state}`)}</span></td>
              <td className="whole small">{outcome(d)}{d.next_try_at && <div className="soft">{t('webhooks.next_try', { at: f.instant(d.next_try_at), n: d.attempts, most: d.max_attempts })}</div>}</td>
              <td className="nowrap soft" data-label={t('webhooks.at')}>{f.instant(d.created_at)}</td>
              <td><button type="button" className="linkish small" aria-label={t('webhooks.look_at', { at: f.instant(d.created_at) })} onClick={() => onOpen(d.id)}>{t('webhooks.look')}</button></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Detail({ id, one, on }: { id: string; one: string; on: boolean }) {
  const f = useFormat()
  const { t } = f
  const queries = useQueryClient()
  const problem = useProblemText()
  const outcome = useOutcome()
  const query = useQuery(delivery(id, one))
  const again = useMutation({
    mutationFn: () => resend(id, one),
    onSuccess: () => { toast.ok(t('webhooks.resent')); void queries.invalidateQueries({ queryKey: webhooks.queryKey }) },
    onError: (e) => toast.bad(problem(e)),
  })
  if (query.error) return <Failed error={query.error} retry={() => void query.refetch()} />
  if (!query.data) return <Loading lines={6} />
  const { delivery: d, payload, tries } = query.data
  return (
    <div className="form-grid">
      <p><Kind item={d} /> <span className={`chip hook-${d.state === 'sent' ? 'good' : d.state === 'dead' ? 'bad' : 'off'}`}>{t(`webhooks.delivery_${d.state}`)}</span></p>
      <p className="small soft mono anywhere">webhook-id: {d.message}</p>
      <section>
        <h3>{t('webhooks.tries')}</h3>
        {tries.length === 0 && <p className="soft small">{t('webhooks.not_tried')}</p>}
        <ol className="hook-tries">{tries.map((x) => <li key={x.n}><span className="soft">{f.instant(x.at)}</span> {outcome(x)}</li>)}</ol>
      </section>
      <section>
        <h3>{t('webhooks.payload')}</h3>
        <p className="small soft">{t('webhooks.payload_note')}</p>
        <pre className="hook-payload" tabIndex={0} aria-label={t('webhooks.payload')}>{JSON.stringify(payload, null, 2)}</pre>
      </section>
      {d.state !== 'waiting' && d.type !== 'ping' && <div className="row"><Button disabled={!on} loading={again.isPending} onClick={() => again.mutate()}>{t('webhooks.resend')}</Button>{!on && <span className="small soft">{t('webhooks.resend_off')}</span>}</div>}
    </div>
  )
}
