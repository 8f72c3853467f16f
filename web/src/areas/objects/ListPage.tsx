import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { lazy, Suspense } from 'react'
import { objects as objectsQuery } from '@/api/objects'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { Drawer } from '@/parts/opened'
import { Card, Page } from '@/parts/Page'
import { Empty, Failed, Loading } from '@/parts/States'
import { usePanel } from '@/parts/useUnsaved'
import './objects.css'

const FormBuilder = lazy(() => import('./FormBuilder'))

/** Kinds of records the business keeps: each a form and a list of its own. */
export function ListPage() {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const navigate = useNavigate()
  const query = useQuery(objectsQuery)
  const { open } = useSearch({ from: '/app/objects' })
  const making = open === 'new' && may('definitions:write')
  const setMaking = (on: boolean) => void navigate({ to: '/objects', search: { open: on ? 'new' : undefined }, replace: true })
  const panel = usePanel(() => setMaking(false))
  const begin = may('definitions:write') && <Button type="primary" onClick={() => setMaking(true)}>{t('records.new_object')}</Button>
  return (
    <Page title={t('records.title')} note={t('records.note')} actions={query.data && query.data.length > 0 && begin}>
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Card><Loading lines={6} /></Card>}
      {query.data?.length === 0 && <Card><Empty title={t('records.no_objects')} text={t('records.no_objects_text')} action={begin} /></Card>}
      {query.data && query.data.length > 0 && (
        <div className="object-grid">
          {query.data.map((o) => (
            <Link key={o.id} to="/objects/$id" params={{ id: o.id }} className="card object-card">
              <span className="strong">{f.label(o.label)}</span>
              <span className="soft small">{f.label(o.description)}</span>
              <span className="soft small">{t('records.total', { count: o.records, n: f.integer(o.records) })} · {t('records.field_count', { count: o.sections.reduce((n, s) => n + s.fields.length, 0) })}</span>
            </Link>
          ))}
        </div>
      )}
      <Drawer open={making} onClose={panel.onClose} size={640} title={t('records.new_object')} destroyOnHidden>
        <Suspense fallback={<Loading lines={8} />}><FormBuilder object={null} onDirty={panel.onDirty} onDone={(made) => { if (!made) return panel.onClose(); panel.done(); void navigate({ to: '/objects/$id', params: { id: made.id } }) }} /></Suspense>
      </Drawer>
    </Page>
  )
}
