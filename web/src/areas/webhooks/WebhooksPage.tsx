import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { docs } from '@/api/queries'
import { type Webhook, webhooks } from '@/api/webhooks'
import { SaveTable } from '@/parts/file/SaveTable'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { SettingFacts } from '@/parts/SettingFacts'
import { Empty, Failed, Loading } from '@/parts/States'
import { HeldNote } from './HeldNote'
import { healthOf, useWanted } from './health'
import { Sample } from './Sample'
import { WebhookDrawer } from './WebhookDrawer'
import './webhooks.css'

/** Where changes are told: every endpoint with how it goes. */
export function WebhooksPage() {
  const f = useFormat()
  const { t, lang } = f
  const query = useQuery(webhooks)
  const wanted = useWanted()
  const [making, setMaking] = useState(false)
  const make = <Button type="primary" onClick={() => setMaking(true)}>{t('webhooks.new')}</Button>
  return (
    <Page title={t('webhooks.title')} crumb={<Link to="/settings">{t('settings.title')}</Link>} note={t('webhooks.note')} actions={<>{!!query.data?.items.length && <SaveTable name={t('webhooks.title')} table={{ head: [t('webhooks.url'), t('webhooks.description'), t('webhooks.events'), t('webhooks.state'), t('webhooks.waiting'), t('webhooks.last')], rows: () => (query.data?.items ?? []).map((w) => [w.url, w.description, wanted(w), healthOf(w, t).text, w.waiting, w.succeeded_at && f.instant(w.succeeded_at)]) }} />}{make}</>}>
      {query.data?.held && <HeldNote held={query.data.held} />}
      <Card className="flush" label={t('webhooks.title')}>
        {query.isPending && <div className="page"><Loading lines={2} /></div>}
        {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
        {query.data && (query.data.items.length ? <Table items={query.data.items} /> : <Empty title={t('webhooks.none')} text={t('webhooks.none_text')} action={make} />)}
      </Card>
      <Sample />
      <p className="small"><a href={docs(lang)}>{t('tokens.reference')}</a></p>
      <WebhookDrawer open={making} onClose={() => setMaking(false)} />
      {query.data && <SettingFacts name="webhooks.title" />}
    </Page>
  )
}

function Table({ items }: { items: Webhook[] }) {
  const f = useFormat()
  const { t } = f
  const wanted = useWanted()
  return (
    // a scrolling region must be reachable by keyboard
    <div className="scroll" role="group" tabIndex={0} aria-label={t('webhooks.title')}>
      <table className="data-table blocks webhooks">
        <thead>
          <tr>
            <th scope="col">{t('webhooks.url')}</th><th scope="col">{t('webhooks.events')}</th><th scope="col">{t('webhooks.state')}</th>
            <th scope="col" className="num">{t('webhooks.waiting')}</th><th scope="col">{t('webhooks.last')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((w) => (
            <tr key={w.id}>
              <td className="whole"><Link to="/settings/webhooks/$id" params={{ id: w.id }} className="strong anywhere">{w.description || w.url}</Link>{w.description && <div className="soft small anywhere">{w.url}</div>}</td>
              <td className="whole">{wanted(w)}</td>
              <td><Health webhook={w} /></td>
              <td className="num" data-label={t('webhooks.waiting')}>{f.integer(w.waiting)}</td>
              <td className="nowrap" data-label={t('webhooks.last')}>{w.succeeded_at ? f.instant(w.succeeded_at) : t('webhooks.never')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function Health({ webhook }: { webhook: Webhook }) {
  const health = healthOf(webhook, useFormat().t)
  return <span className={`chip hook-${health.tone}`}>{health.text}</span>
}
