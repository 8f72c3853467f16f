import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Button, Popconfirm } from 'antd'
import { useState } from 'react'
import { deleteWebhook, putWebhook, testWebhook, turnSecret, type Webhook, webhook, webhooks } from '@/api/webhooks'
import { useFormat } from '@/parts/format'
import { Modal } from '@/parts/opened'
import { Card, Page } from '@/parts/Page'
import { Secret } from '@/parts/Secret'
import { Failed, Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { DeliveriesCard } from './DeliveriesCard'
import { useWanted } from './health'
import { useOutcome } from './outcome'
import { WebhookDrawer } from './WebhookDrawer'
import { Health } from './WebhooksPage'
import './webhooks.css'

/** One endpoint: how it goes, what went there, and what can be done. */
export function WebhookPage() {
  const { id } = useParams({ from: '/app/settings/webhooks/$id' })
  const { t } = useFormat()
  const query = useQuery(webhook(id))
  if (query.data) return <Shown item={query.data} />
  return (
    <Page title={t('webhooks.one')} crumb={<Crumb />}>
      {query.error ? <Failed error={query.error} retry={() => void query.refetch()} /> : <Loading lines={6} />}
    </Page>
  )
}

function Crumb() {
  const { t } = useFormat()
  return <Link to="/settings/webhooks">{t('webhooks.title')}</Link>
}

function Shown({ item }: { item: Webhook }) {
  const f = useFormat()
  const { t } = f
  const wanted = useWanted()
  const [editing, setEditing] = useState(false)
  return (
    <Page title={item.description || t('webhooks.one')} crumb={<Crumb />} note={<span className="anywhere mono">{item.url}</span>} actions={<Actions item={item} onEdit={() => setEditing(true)} />}>
      {item.state === 'paused' && <Paused item={item} />}
      <Card>
        <dl className="facts">
          <div><dt>{t('webhooks.state')}</dt><dd><Health webhook={item} /></dd></div>
          <div><dt>{t('webhooks.waiting')}</dt><dd>{f.integer(item.waiting)}</dd></div>
          <div><dt>{t('webhooks.last')}</dt><dd>{item.succeeded_at ? f.instant(item.succeeded_at) : t('webhooks.never')}</dd></div>
          <div><dt>{t('webhooks.last_failed')}</dt><dd>{item.failed_at ? f.instant(item.failed_at) : t('webhooks.never')}</dd></div>
          <div><dt>{t('webhooks.made_by')}</dt><dd>{item.created_by.name}</dd></div>
        </dl>
        <p className="soft small hook-wanted">{wanted(item)}</p>
        {item.previous_secret_until && <p className="small soft">{t('webhooks.overlap', { until: f.instant(item.previous_secret_until) })}</p>}
      </Card>
      <DeliveriesCard id={item.id} state={item.state} />
      <WebhookDrawer open={editing} onClose={() => setEditing(false)} webhook={item} />
    </Page>
  )
}

function Paused({ item }: { item: Webhook }) {
  const { t } = useFormat()
  const queries = useQueryClient()
  const problem = useProblemText()
  const on = useMutation({
    mutationFn: () => putWebhook(item.id, { url: item.url, description: item.description, types: item.types, segments: item.segments, classifications: item.classifications, active: true }),
    onSuccess: () => { toast.ok(t('webhooks.saved')); void queries.invalidateQueries({ queryKey: webhooks.queryKey }) },
    onError: (e) => toast.bad(problem(e)),
  })
  return (
    <div className="failed" role="status">
      <span>{t(item.why === 'gone' ? 'webhooks.gone_note' : item.why === 'secret' ? 'webhooks.secret_note' : 'webhooks.paused_note', { count: item.waiting })}</span>
      <Button size="small" loading={on.isPending} onClick={() => on.mutate()}>{t('webhooks.resume')}</Button>
    </div>
  )
}

function Actions({ item, onEdit }: { item: Webhook; onEdit: () => void }) {
  const { t } = useFormat()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const problem = useProblemText()
  const outcome = useOutcome()
  const [secret, setSecret] = useState('')
  const refresh = () => void queries.invalidateQueries({ queryKey: webhooks.queryKey })
  const failed = (e: unknown) => toast.bad(problem(e))
  const test = useMutation({
    mutationFn: () => testWebhook(item.id),
    onSuccess: ({ delivery }) => {
      refresh()
      toast[delivery.state === 'sent' ? 'ok' : 'bad'](t(delivery.state === 'sent' ? 'webhooks.test_ok' : 'webhooks.test_bad', { outcome: outcome(delivery) }))
    },
    onError: failed,
  })
  const turn = useMutation({ mutationFn: () => turnSecret(item.id), onSuccess: (made) => { setSecret(made.secret); refresh() }, onError: failed })
  const remove = useMutation({
    mutationFn: () => deleteWebhook(item.id),
    onSuccess: () => { toast.ok(t('webhooks.removed')); refresh(); void navigate({ to: '/settings/webhooks' }) },
    onError: failed,
  })
  return (
    <>
      <Button type="primary" loading={test.isPending} onClick={() => test.mutate()}>{t('webhooks.test')}</Button>
      <Button onClick={onEdit}>{t('webhooks.edit')}</Button>
      <Popconfirm title={t('webhooks.turn_sure')} onConfirm={() => turn.mutate()} okText={t('webhooks.turn')} cancelText={t('common.cancel')}><Button loading={turn.isPending}>{t('webhooks.turn')}</Button></Popconfirm>
      <Popconfirm title={t('webhooks.delete_sure')} onConfirm={() => remove.mutate()} okText={t('common.delete')} cancelText={t('common.cancel')}><Button danger loading={remove.isPending}>{t('common.delete')}</Button></Popconfirm>
      <Modal open={!!secret} title={t('webhooks.turned')} footer={<Button onClick={() => setSecret('')}>{t('common.done')}</Button>} onCancel={() => setSecret('')} mask={{ closable: false }}>
        <Secret label={t('webhooks.secret')} value={secret} note={t('webhooks.turned_note')} />
      </Modal>
    </>
  )
}
