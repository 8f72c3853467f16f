import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Button, Input, Popconfirm, Select } from 'antd'
import { lazy, Suspense, useCallback, useRef, useState } from 'react'
import { deleteObject, object as objectQuery, objectUsage, records as recordsQuery, restoreObject } from '@/api/objects'
import type { CustomObject, FormField, RecordItem } from '@/api/types'
import type { ObjectSearch } from '@/router'
import { useMay } from '@/parts/access'
import { type Format, useFormat } from '@/parts/format'
import { useDebounced, usePhone } from '@/parts/hooks'
import { labelsOf, useExport } from '@/parts/jobs/exports'
import { Lock } from '@/parts/Masked'
import { Drawer } from '@/parts/opened'
import { Card, Page } from '@/parts/Page'
import { Pop } from '@/parts/Pop'
import { useOpened } from '@/parts/recent'
import { shownIn } from '@/parts/record/value'
import { Empty, Failed, Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { askToLeave } from '@/parts/ask'
import './objects.css'

const FormBuilder = lazy(() => import('./FormBuilder'))
const ImportFile = lazy(() => import('./ImportFile'))
const Paste = lazy(() => import('./Paste'))
const RecordForm = lazy(() => import('@/parts/record/RecordForm'))

/** Records of one kind: found, sorted, written, taken along. */
export function ObjectPage() {
  const { id } = useParams({ from: '/app/objects/$id' })
  const search = useSearch({ from: '/app/objects/$id' }) as ObjectSearch
  const navigate = useNavigate({ from: '/objects/$id' })
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const phone = usePhone()
  const set = (next: Record<string, string | undefined>) => void navigate({ search: (old: object) => ({ ...old, ...next }) as never, replace: true })
  const object = useQuery(objectQuery(id))
  const o = object.data
  useOpened('objects', o?.id, o?.label)
  const [text, setText] = useState(search.q ?? '')
  const q = useDebounced(text, 250)
  const filters = Object.fromEntries(Object.entries(search).filter(([k]) => k.startsWith('f.'))) as Record<string, string>
  const query = useInfiniteQuery({ ...recordsQuery(id, { q: q || undefined, customer: search.customer, sort: search.sort, ...filters }), enabled: !!o })
  const items = query.data?.pages.flatMap((p) => p.items) ?? []
  const total = query.data?.pages[0]?.total ?? 0
  const [open, setOpen] = useState<RecordItem | 'new' | null>(null)
  const [building, setBuilding] = useState(false)
  const [pasting, setPasting] = useState(false)
  const [bringing, setBringing] = useState(false)
  const dirty = useRef(false)
  const setDirty = useCallback((now: boolean) => { dirty.current = now }, [])
  const { start, busy } = useExport()
  const close = async () => {
    if (dirty.current && !(await askToLeave())) return
    dirty.current = false
    setOpen(null)
  }
  if (object.isPending) return <Page title={t('records.title')}><Card><Loading lines={10} /></Card></Page>
  if (object.error) return <Page title={t('records.title')}><Failed error={object.error} retry={() => void object.refetch()} /></Page>
  if (!o) return null
  const fields = o.sections.flatMap((s) => s.fields)
  const columns = fields.filter((x) => x.kind !== 'long_text')
  const narrowed = !!q || !!search.customer || Object.keys(filters).length > 0
  const direction = (key: string) => (search.sort === key ? ('ascending' as const) : search.sort === `-${key}` ? ('descending' as const) : undefined)
  const order = (format: 'csv' | 'xlsx') => void start({ format, object: id, filter: { ...(q ? { q } : {}), ...(search.customer ? { customer: search.customer } : {}), ...filters }, sort: search.sort ?? null, columns: null, as_of: null, known: 'today', labels: labelsOf(format, f.lang) })
  const write = may('customers:write') && <Button type="primary" onClick={() => setOpen('new')}>{t('records.new')}</Button>
  return (
    <Page
      title={f.label(o.label)} crumb={<Link to="/objects">{t('records.title')}</Link>} note={f.label(o.description) || t('records.total', { count: o.records, n: f.integer(o.records) })}
      actions={
        <>
          {may('export:take') && <Pop className="pop-button" label={t('customers.export')} button={t('customers.export')} align={phone ? 'left' : 'right'}>{(done) => <div className="menu">{(['xlsx', 'csv'] as const).map((x) => <button key={x} type="button" disabled={busy} onClick={() => { done(); order(x) }}>{x.toUpperCase()}</button>)}</div>}</Pop>}
          {may('definitions:write') && <Button onClick={() => setBuilding(true)}>{t('records.edit_form')}</Button>}
          {may('customers:write') && <Button onClick={() => setBringing(true)}>{t('records.import')}</Button>}
          {may('customers:write') && !phone && <Button onClick={() => setPasting(true)}>{t('records.paste')}</Button>}
          {write}
        </>
      }
    >
      <div className="list-tools">
        <div data-page-search className="grow"><Input allowClear aria-label={t('records.search')} placeholder={t('records.search')} value={text} onChange={(e) => { setText(e.target.value); set({ q: e.target.value || undefined }) }} /></div>
        {columns.filter((x) => x.options?.length && !x.personal).map((x) => <Select key={x.key} allowClear aria-label={f.label(x.label)} placeholder={f.label(x.label)} value={filters[`f.${x.key}`]} onChange={(v?: string) => set({ [`f.${x.key}`]: v })} options={(x.options ?? []).map((y) => ({ value: y.key, label: f.label(y.label) }))} popupMatchSelectWidth={false} className="record-filter" />)}
        {search.customer && <span className="chip on">{items[0]?.names[search.customer] ?? t('records.one_customer')}<button type="button" aria-label={t('customers.clear')} onClick={() => set({ customer: undefined })}>×</button></span>}
        {phone && <Select aria-label={t('customers.sort')} value={search.sort ?? ''} onChange={(v: string) => set({ sort: v || undefined })} options={[{ value: '', label: t('records.newest') }, ...columns.flatMap((x) => [`-${x.key}`, x.key].map((k) => ({ value: k, label: `${f.label(x.label)} ${k.startsWith('-') ? '↓' : '↑'}` })))]} popupMatchSelectWidth={false} />}
      </div>
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Card><Loading lines={8} /></Card>}
      {query.data && items.length === 0 && <Card><Empty title={t(narrowed ? 'records.none_match' : 'records.none')} text={t(narrowed ? 'customers.none_match_text' : 'records.none_text')} action={narrowed ? <Button onClick={() => { setText(''); void navigate({ search: {} as never }) }}>{t('customers.clear')}</Button> : write} /></Card>}
      {items.length > 0 && (phone ? <Cards items={items} fields={columns} f={f} onOpen={setOpen} /> : (
        <Card className="flush">
          {/* a scrolling region must be reachable by keyboard */}
          <div className="scroll" role="group" tabIndex={0} aria-label={f.label(o.label)}>
            <table className="data-table records-table">
              <thead><tr><th scope="col">#</th>{columns.map((x) => <th key={x.key} scope="col" aria-sort={direction(x.key)} className={x.kind === 'number' || x.kind === 'money' ? 'num' : undefined}><button type="button" className="sort" onClick={() => set({ sort: direction(x.key) === 'descending' ? x.key : `-${x.key}` })}>{f.label(x.label)}<span aria-hidden="true">{direction(x.key) === 'ascending' ? '↑' : direction(x.key) === 'descending' ? '↓' : ''}</span></button></th>)}</tr></thead>
              <tbody>
                {items.map((r) => (
                  <tr key={r.id}>
                    <th scope="row"><button type="button" className="linkish" aria-label={t('records.open_n', { n: r.number })} onClick={() => setOpen(r)}>{r.number}</button></th>
                    {columns.map((x) => <td key={x.key} className={x.kind === 'number' || x.kind === 'money' ? 'num' : undefined}><RecordCell record={r} field={x} f={f} /></td>)}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Card>
      ))}
      {items.length > 0 && <div className="list-foot"><span>{t('customers.shown', { shown: f.integer(items.length), total: f.integer(total) })}</span>{query.hasNextPage && <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('customers.more')}</Button>}</div>}
      <Drawer open={open !== null} onClose={() => void close()} size={520} title={open === 'new' ? t('records.new') : open ? `${f.label(o.label)} #${open.number}` : ''} destroyOnHidden>
        {open && <Suspense fallback={<Loading lines={6} />}><RecordForm key={open === 'new' ? 'new' : open.id} object={o} record={open === 'new' ? null : open} start={search.customer ? { [fields.find((x) => x.kind === 'customer')?.key ?? '']: search.customer } : {}} readOnly={!may('customers:write')} onDirty={setDirty} onDone={() => { dirty.current = false; setOpen(null) }} /></Suspense>}
      </Drawer>
      <Drawer open={building} onClose={() => setBuilding(false)} size={640} title={t('records.edit_form')} destroyOnHidden>
        {building && <Suspense fallback={<Loading lines={8} />}><FormBuilder object={o} onDone={() => setBuilding(false)} /><RemoveObject object={o} /></Suspense>}
      </Drawer>
      <Drawer open={bringing} onClose={() => setBringing(false)} size={760} title={t('records.import')} destroyOnHidden>
        {bringing && <Suspense fallback={<Loading lines={6} />}><ImportFile object={o} onDone={() => setBringing(false)} /></Suspense>}
      </Drawer>
      <Drawer open={pasting} onClose={() => setPasting(false)} size={640} title={t('records.paste')} destroyOnHidden>
        {pasting && <Suspense fallback={<Loading lines={6} />}><Paste object={o} onDone={() => setPasting(false)} /></Suspense>}
      </Drawer>
    </Page>
  )
}

/** One value, with the way to the customer it names, and a lock where it is hidden. */
function RecordCell({ record: r, field: x, f }: { record: RecordItem; field: FormField; f: Format }) {
  const value = r.values[x.key]
  if (x.kind === 'customer' && value?.type === 'text') return <Link to="/customers/$id" params={{ id: value.value }}>{shownIn(r, x, f)}</Link>
  return <>{value || !r.masked.includes(x.key) ? shownIn(r, x, f) : ''}{r.masked.includes(x.key) && <> <Lock whole={!value} /></>}</>
}

function Cards({ items, fields, f, onOpen }: { items: RecordItem[]; fields: FormField[]; f: Format; onOpen: (r: RecordItem) => void }) {
  return (
    <div className="stack cards">
      {items.map((r) => (
        <button type="button" key={r.id} className="card record-card" onClick={() => onOpen(r)} aria-label={f.t('records.open_n', { n: r.number })}>
          {fields.filter((x) => r.values[x.key] || r.masked.includes(x.key)).slice(0, 6).map((x) => <span className="person-line small" key={x.key}><span className="soft">{f.label(x.label)}</span><span>{r.values[x.key] ? shownIn(r, x, f) : <Lock whole />}</span></span>)}
        </button>
      ))}
    </div>
  )
}

/** Takes the kind away with its records, after saying how many there are. */
function RemoveObject({ object: o }: { object: CustomObject }) {
  const f = useFormat()
  const { t } = f
  const queries = useQueryClient()
  const navigate = useNavigate()
  const problem = useProblemText()
  const usage = useQuery(objectUsage(o.id))
  const fresh = () => Promise.all([queries.invalidateQueries({ queryKey: ['objects'] }), queries.invalidateQueries({ queryKey: ['records'] })])
  const back = async () => {
    try { await restoreObject(o.id); toast.ok(t('records.object_back', { name: f.label(o.label) })) } catch (e) { toast.bad(problem(e)) }
    await fresh()
  }
  const remove = useMutation({
    mutationFn: () => deleteObject(o.id),
    onSuccess: async () => { await navigate({ to: '/objects' }); toast.undo(t('records.object_removed', { name: f.label(o.label) }), () => void back()); await fresh() },
    onError: (e) => toast.bad(problem(e)),
  })
  const n = usage.data?.records ?? o.records
  return (
    <div className="after-form">
      <Popconfirm title={t('records.remove_object_sure')} description={t('records.remove_object_text', { count: n, n: f.integer(n), customers: f.integer(usage.data?.customers ?? 0) })} onConfirm={() => remove.mutate()} okText={t('common.delete')} cancelText={t('common.cancel')}>
        <Button danger type="text" loading={remove.isPending}>{t('records.remove_object')}</Button>
      </Popconfirm>
    </div>
  )
}
