import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Button, Input, Popconfirm, Select } from 'antd'
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { own } from '@/api/base'
import { deleteObject, object as objectQuery, objectUsage, records as recordsQuery, restoreObject } from '@/api/objects'
import type { CustomObject, RecordItem } from '@/api/types'
import type { ObjectSearch } from '@/router'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { useDebounced, useHotkeys, usePhone } from '@/parts/hooks'
import { ExportMenu } from '@/parts/jobs/ExportMenu'
import { ColumnsPanel } from '@/parts/list/ColumnsPanel'
import { nobody, page, range, type Selection, size, toggle } from '@/parts/list/selection'
import { ofRecords } from '@/parts/list/view'
import { Views } from '@/parts/list/Views'
import { Drawer } from '@/parts/opened'
import { Card, Page } from '@/parts/Page'
import { useOpened } from '@/parts/recent'
import { Empty, Failed, Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { usePanel } from '@/parts/useUnsaved'
import './objects.css'
import { RecordCards, RecordsTable } from './RecordsTable'

const FormBuilder = lazy(() => import('./FormBuilder'))
const ImportFile = lazy(() => import('./ImportFile'))
const Paste = lazy(() => import('./Paste'))
const RecordsBar = lazy(() => import('./RecordsBar'))
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
  const items = useMemo(() => query.data?.pages.flatMap((p) => p.items) ?? [], [query.data])
  const total = query.data?.pages[0]?.total ?? 0
  const [open, setOpen] = useState<RecordItem | 'new' | null>(null)
  const [building, setBuilding] = useState(false)
  const [pasting, setPasting] = useState(false)
  const [bringing, setBringing] = useState(false)
  const record = usePanel(() => setOpen(null))
  const form = usePanel(() => setBuilding(false))
  const kind = useMemo(() => ofRecords(id), [id])
  const works = may('customers:write')
  const [selection, setSelection] = useState<Selection>(nobody)
  const [picking, setPicking] = useState(false)
  const narrowing: Record<string, string> = { ...(q ? { q } : {}), ...(search.customer ? { customer: search.customer } : {}), ...filters }
  // what is selected is selected of this list; what is typed is another one at once
  const about = JSON.stringify([id, text, search.customer, filters])
  useEffect(() => setSelection(nobody), [about])
  // a view brings its own search
  useEffect(() => setText(search.q ?? ''), [search.view])
  const ids = useMemo(() => items.map((r) => r.id), [items])
  const pick = useCallback((one: string, through: boolean) => setSelection((s) => (through ? range(s, ids, one) : toggle(s, one))), [ids])
  useHotkeys(works && !phone ? { escape: () => setSelection(nobody) } : {})
  if (object.isPending) return <Page title={t('records.title')}><Card><Loading lines={10} /></Card></Page>
  if (object.error) return <Page title={t('records.title')} crumb={<Link to="/objects">{t('records.title')}</Link>}><Failed error={object.error} retry={() => void object.refetch()} /></Page>
  if (!o) return null
  const fields = o.sections.flatMap((s) => s.fields)
  const first = fields.filter((x) => x.kind !== 'long_text').map((x) => x.key)
  const place = own(`zhiyin.columns.${o.id}`)
  const named = (search.columns ?? localStorage.getItem(place))?.split(',').filter((k) => fields.some((x) => x.key === k))
  const chosen = named?.length ? named : first
  const columns = chosen.flatMap((k) => fields.find((x) => x.key === k) ?? [])
  const setColumns = (next: string[]) => { localStorage.setItem(place, next.join(',')); set({ columns: next.join(',') || undefined }) }
  const asked = { ...narrowing, sort: search.sort }
  const files = { shown: { ...asked, columns: ['number', ...chosen].join(',') }, everything: asked }
  const narrowed = !!q || !!search.customer || Object.keys(filters).length > 0
  const write = may('customers:write') && <Button type="primary" onClick={() => setOpen('new')}>{t('records.new')}</Button>
  return (
    <Page
      title={f.label(o.label)} crumb={<Link to="/objects">{t('records.title')}</Link>} note={f.label(o.description) || t('records.total', { count: o.records, n: f.integer(o.records) })}
      actions={
        <>
          <ExportMenu {...files} object={o.id} none={!!query.data && !total} />
          {may('definitions:write') && <Button onClick={() => setBuilding(true)}>{t('records.edit_form')}</Button>}
          {may('customers:write') && <Button onClick={() => setBringing(true)}>{t('records.import')}</Button>}
          {may('customers:write') && !phone && <Button onClick={() => setPasting(true)}>{t('records.paste')}</Button>}
          {write}
        </>
      }
    >
      <Views kind={kind} search={search} untouched={false} go={(next, replace) => void navigate({ search: next as never, replace })} />
      <div className="list-tools">
        <div data-page-search className="grow"><Input allowClear aria-label={t('records.search')} placeholder={t('records.search')} value={text} onChange={(e) => { setText(e.target.value); set({ q: e.target.value || undefined }) }} /></div>
        {fields.filter((x) => x.options?.length && !x.personal).map((x) => <Select key={x.key} allowClear aria-label={f.label(x.label)} placeholder={f.label(x.label)} value={filters[`f.${x.key}`]} onChange={(v?: string) => set({ [`f.${x.key}`]: v })} options={(x.options ?? []).map((y) => ({ value: y.key, label: f.label(y.label) }))} popupMatchSelectWidth={false} className="record-filter" />)}
        {search.customer && <span className="chip on">{items[0]?.names[search.customer] ?? t('records.one_customer')}<button type="button" aria-label={t('customers.clear')} onClick={() => set({ customer: undefined })}>×</button></span>}
        {phone && <Select aria-label={t('customers.sort')} value={search.sort ?? ''} onChange={(v: string) => set({ sort: v || undefined })} options={[{ value: search.sort === '-number' ? '-number' : '', label: t('records.newest') }, ...columns.flatMap((x) => [`-${x.key}`, x.key].map((k) => ({ value: k, label: `${f.label(x.label)} ${k.startsWith('-') ? '↓' : '↑'}` })))]} popupMatchSelectWidth={false} />}
        {!phone && <ColumnsPanel value={chosen} onChange={setColumns} all={fields.map((x) => ({ key: x.key, search: `${x.key} ${x.label.zh} ${x.label.en}`.toLowerCase() }))} name={(key) => f.label(fields.find((x) => x.key === key)?.label) || key} first={first} />}
        {phone && works && items.length > 0 && <Button type="text" aria-pressed={picking} onClick={() => { setPicking(!picking); setSelection(nobody) }}>{t(picking ? 'work.pick_done' : 'work.pick')}</Button>}
      </div>
      {works && size(selection, total) > 0 && <Suspense fallback={null}><RecordsBar object={o} selection={selection} onSelect={setSelection} filter={narrowing} shown={items.length} total={total} files={files} /></Suspense>}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Card><Loading lines={8} /></Card>}
      {query.data && items.length === 0 && <Card><Empty title={t(narrowed ? 'records.none_match' : 'records.none')} text={t(narrowed ? 'customers.none_match_text' : 'records.none_text')} action={narrowed ? <Button onClick={() => { setText(''); void navigate({ search: {} as never }) }}>{t('customers.clear')}</Button> : write} /></Card>}
      {items.length > 0 && (phone ? <RecordCards items={items} fields={columns} onOpen={setOpen} selection={picking ? selection : undefined} onToggle={(one) => pick(one, false)} /> : (
        <Card className="flush"><RecordsTable name={f.label(o.label)} items={items} fields={columns} sort={search.sort} onSort={(sort) => set({ sort })} onOpen={setOpen} selection={works ? selection : undefined} onToggle={pick} onPage={() => setSelection((now) => page(now, ids))} /></Card>
      ))}
      {items.length > 0 && <div className="list-foot"><span>{t('customers.shown', { shown: f.integer(items.length), total: f.integer(total) })}</span>{query.hasNextPage && <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('customers.more')}</Button>}</div>}
      <Drawer open={open !== null} onClose={record.onClose} size={520} title={open === 'new' ? t('records.new') : open ? `${f.label(o.label)} #${open.number}` : ''} destroyOnHidden>
        {open && <Suspense fallback={<Loading lines={6} />}><RecordForm key={open === 'new' ? 'new' : open.id} object={o} record={open === 'new' ? null : open} start={search.customer ? { [fields.find((x) => x.kind === 'customer')?.key ?? '']: search.customer } : {}} readOnly={!may('customers:write')} onDirty={record.onDirty} onDone={record.done} /></Suspense>}
      </Drawer>
      <Drawer open={building} onClose={form.onClose} size={640} title={t('records.edit_form')} destroyOnHidden>
        {building && <Suspense fallback={<Loading lines={8} />}><FormBuilder object={o} onDirty={form.onDirty} onDone={(saved) => (saved ? form.done() : form.onClose())} /><RemoveObject object={o} /></Suspense>}
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
