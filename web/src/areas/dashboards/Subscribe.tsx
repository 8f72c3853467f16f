import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Popover, Select } from 'antd'
import { useState } from 'react'
import { putSubscription, deleteSubscription, subscription } from '@/api/dashboards'
import type { Subscription } from '@/api/types'
import { useFormat } from '@/parts/format'
import { Failed, Loading } from '@/parts/States'
import { toast } from '@/parts/toast'

const rhythms = ['day', 'week', 'month'] as const

/** This dashboard by mail, to oneself. */
export function Subscribe({ board }: { board: string }) {
  const { t } = useFormat()
  const [open, setOpen] = useState(false)
  return (
    <Popover trigger="click" placement="bottomRight" open={open} onOpenChange={setOpen} destroyOnHidden content={<div role="dialog" aria-label={t('dashboards.subscribe')}><Panel board={board} onDone={() => setOpen(false)} /></div>}>
      <Button aria-expanded={open}>{t('dashboards.subscribe')}</Button>
    </Popover>
  )
}

function Panel({ board, onDone }: { board: string; onDone: () => void }) {
  const query = useQuery(subscription(board))
  if (query.error) return <Failed error={query.error} />
  if (!query.data) return <Loading lines={3} />
  return <Form board={board} now={query.data} onDone={onDone} />
}

function Form({ board, now, onDone }: { board: string; now: Subscription; onDone: () => void }) {
  const f = useFormat()
  const { t, lang } = f
  const queries = useQueryClient()
  const [every, setEvery] = useState<(typeof rhythms)[number]>(now.every ?? 'week')
  const [hour, setHour] = useState(now.hour)
  const done = (text: string) => async () => {
    await queries.invalidateQueries({ queryKey: subscription(board).queryKey })
    toast.ok(text)
    onDone()
  }
  const save = useMutation({ mutationFn: () => putSubscription(board, { every, hour, lang }), onSuccess: done(t('dashboards.subscribed')) })
  const stop = useMutation({ mutationFn: () => deleteSubscription(board), onSuccess: done(t('dashboards.unsubscribed')) })
  if (!now.mails) return <p className="subscribe soft" data-testid="subscribe">{t('dashboards.no_mail')}</p>
  const words = (e: (typeof rhythms)[number]) => t(`dashboards.every_${e}`)
  return (
    <div className="subscribe stack" data-testid="subscribe">
      <p className="small soft">{t('dashboards.subscribe_text', { to: now.to })}</p>
      <div className="row">
        <Select aria-label={t('dashboards.every')} value={every} onChange={setEvery} popupMatchSelectWidth={false} options={rhythms.map((value) => ({ value, label: words(value) }))} />
        <Select aria-label={t('dashboards.hour')} value={hour} onChange={setHour} popupMatchSelectWidth={false} options={Array.from({ length: 24 }, (_, value) => ({ value, label: `${String(value).padStart(2, '0')}:00` }))} />
      </div>
      {now.next && <p className="small soft">{t('dashboards.next_mail', { at: f.instant(now.next) })}</p>}
      {(save.error ?? stop.error) && <Failed error={save.error ?? stop.error} />}
      <div className="row">
        <Button type="primary" loading={save.isPending} onClick={() => save.mutate()}>{t(now.every ? 'common.save' : 'dashboards.subscribe')}</Button>
        {now.every && <Button loading={stop.isPending} onClick={() => stop.mutate()}>{t('dashboards.unsubscribe')}</Button>}
      </div>
    </div>
  )
}
