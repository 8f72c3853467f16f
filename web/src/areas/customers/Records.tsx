import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Dropdown } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { objects as objectsQuery, recordsOf } from '@/api/objects'
import type { CustomObject, RecordItem } from '@/api/types'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { Drawer } from '@/parts/opened'
import { Card } from '@/parts/Page'
import { recordLine } from '@/parts/record/value'
import { Failed, Loading } from '@/parts/States'
import { usePanel } from '@/parts/useUnsaved'

const RecordForm = lazy(() => import('@/parts/record/RecordForm'))

/** What the business wrote down of a customer in records of its own kinds. */
export function Records({ customer }: { customer: string }) {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const kinds = useQuery(objectsQuery)
  const objects = kinds.data ?? []
  const query = useQuery(recordsOf(customer))
  const [open, setOpen] = useState<{ object: CustomObject; record: RecordItem | null } | null>(null)
  const panel = usePanel(() => setOpen(null))
  const linked = objects.filter((o) => o.sections.some((s) => s.fields.some((x) => x.kind === 'customer')))
  const all = query.data ?? []
  // whoever cannot see what there is must not take it for nothing
  if (kinds.error) return <Card title={t('records.of_customer')}><Failed error={kinds.error} retry={() => void kinds.refetch()} /></Card>
  if (linked.length === 0) return null
  const whose = (o: CustomObject) => o.sections.flatMap((s) => s.fields).find((x) => x.kind === 'customer')?.key
  const add = may('customers:write') && (linked.length === 1
    ? <button type="button" className="linkish small" onClick={() => linked[0] && setOpen({ object: linked[0], record: null })}>+ {f.label(linked[0]?.label)}</button>
    : <Dropdown trigger={['click']} menu={{ items: linked.map((o) => ({ key: o.id, label: f.label(o.label), onClick: () => setOpen({ object: o, record: null }) })) }}><button type="button" className="linkish small">+ {t('records.one')}</button></Dropdown>)
  return (
    <Card title={t('records.of_customer')} extra={add}>
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.data && all.length === 0 && <p className="soft small">{t('records.none_of_customer')}</p>}
      {linked.filter((o) => all.some((r) => r.object === o.id)).map((o) => (
        <section key={o.id} className="record-group" data-testid="records-of">
          <h3><Link to="/objects/$id" params={{ id: o.id }} search={{ customer }}>{f.label(o.label)}</Link> <span className="soft small">{all.filter((r) => r.object === o.id).length}</span></h3>
          <ul>
            {all.filter((r) => r.object === o.id).slice(0, 8).map((r) => (
              <li key={r.id}><button type="button" className="class-line" onClick={() => setOpen({ object: o, record: r })}><span className="soft nowrap">{r.day ?? `#${r.number}`}</span><span className="grow">{recordLine(r, o, f) || '—'}</span></button></li>
            ))}
          </ul>
        </section>
      ))}
      <Drawer open={open !== null} onClose={panel.onClose} size={520} title={open ? `${f.label(open.object.label)}${open.record ? ` #${open.record.number}` : ''}` : ''} destroyOnHidden>
        {open && <Suspense fallback={<Loading lines={6} />}><RecordForm object={open.object} record={open.record} start={{ [whose(open.object) ?? '']: customer }} readOnly={!may('customers:write')} onDirty={panel.onDirty} onDone={panel.done} /></Suspense>}
      </Drawer>
    </Card>
  )
}
