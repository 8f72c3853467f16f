import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Dropdown, Input, Table, type TableColumnsType } from 'antd'
import { useEffect, useMemo, useState } from 'react'
import { href } from '@/api/client'
import { customers } from '@/api/queries'
import type { CustomerItem, Feature } from '@/api/types'
import type { ListSearch } from '@/router'
import { type Format, useCatalog, useClassifications, useFormat } from '@/parts/format'
import { useDebounced, useHotkeys, usePhone } from '@/parts/hooks'
import { LinkButton } from '@/parts/LinkButton'
import { Card, Page } from '@/parts/Page'
import { Empty, Failed, Loading } from '@/parts/States'
import { toast } from '@/parts/toast'
import { Columns, defaultColumns } from './Columns'
import './customers.css'
import { ActiveFilters, Filters } from './Filters'
import { Preview } from './Preview'

const limitTotal = 5000
export const nameOf = (c: { id: string; name: string | null; external_id?: string | null }) => c.name ?? c.external_id ?? c.id

export function ListPage() {
  const f = useFormat()
  const { t } = f
  const phone = usePhone()
  const search = useSearch({ from: '/app/customers' }) as ListSearch & { as_of?: string; known?: string }
  const navigate = useNavigate({ from: '/customers' })
  const set = (next: Partial<Record<string, string | undefined>>) => void navigate({ search: (old: object) => ({ ...old, ...next }) as never, replace: true })
  const columns = (search.columns ?? localStorage.getItem('zhiyin.columns') ?? defaultColumns).split(',').filter(Boolean)
  const sort = search.sort ?? '-net'
  const filters = useMemo(() => Object.fromEntries(Object.entries(search).filter(([k]) => k !== 'columns' && k !== 'sort')) as Record<string, string | undefined>, [search])
  const request = { ...filters, sort, columns: columns.filter((c) => !c.startsWith('class.')).join(',') }
  const query = useInfiniteQuery(customers(request))
  const items = useMemo(() => query.data?.pages.flatMap((p) => p.items) ?? [], [query.data])
  const total = query.data?.pages[0]?.total ?? 0
  const narrowed = Object.keys(filters).some((k) => k !== 'as_of' && k !== 'known')
  const [at, setAt] = useState(-1)
  const [open, setOpen] = useState<string | null>(null)
  const current = items[at]
  const move = (by: number) => {
    const next = Math.max(0, Math.min(items.length - 1, at + by))
    setAt(next)
    const item = items[next]
    if (item && open) setOpen(item.id)
    document.querySelector(`[data-row-key="${item?.id}"]`)?.scrollIntoView({ block: 'nearest' })
  }
  useHotkeys({
    j: () => move(1),
    k: () => move(-1),
    space: (e) => { e.preventDefault(); setOpen(open ? null : (current?.id ?? null)) },
    enter: () => { if (current) void navigate({ to: '/customers/$id', params: { id: current.id } }) },
  })
  const exportQuery = { ...request, columns: columns.join(',') }
  return (
    <Page
      title={t('customers.title')}
      note={query.data && <span>{t('customers.total', { count: total, n: f.integer(total) })} · {t('customers.as_of', { day: query.data.pages[0]?.as_of })}</span>}
      actions={
        <>
          <Dropdown trigger={['click']} menu={{ items: ['xlsx', 'csv'].map((format) => ({ key: format, label: <a href={href('/customers/export', { ...exportQuery, format })} download>{format.toUpperCase()}</a> })) }}><Button>{t('customers.export')}</Button></Dropdown>
          {(search.rule || search.segment || narrowed) && <LinkButton to="/segments/new" search={{ rule: ruleOf(search), name: undefined }}>{t('customers.to_segment')}</LinkButton>}
          <LinkButton to="/imports" type={total ? 'default' : 'primary'}>{t('customers.import')}</LinkButton>
        </>
      }
    >
      <div className="list-tools">
        <SearchBox value={search.q ?? ''} onChange={(q) => set({ q: q || undefined })} />
        <Filters search={search} onChange={set} />
        {!phone && <Columns value={columns} onChange={(next) => { localStorage.setItem('zhiyin.columns', next.join(',')); set({ columns: next.join(',') }) }} />}
        <Button type="text" onClick={() => void navigator.clipboard?.writeText(window.location.href).then(() => toast.ok(t('customers.link_copied')))}>{t('customers.copy_link')}</Button>
      </div>
      <ActiveFilters search={search} onChange={set} />
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Card><Loading lines={12} /></Card>}
      {query.data && items.length === 0 && (
        <Card><Empty title={t(narrowed ? 'customers.none_match' : 'customers.none')} text={t(narrowed ? 'customers.none_match_text' : 'customers.none_text')} action={narrowed ? <Button onClick={() => void navigate({ search: {} as never })}>{t('customers.clear')}</Button> : <LinkButton to="/imports" type="primary">{t('customers.import')}</LinkButton>} /></Card>
      )}
      {items.length > 0 && (phone ? <Cards items={items} columns={columns} f={f} /> : (
        <Card className="flush"><CustomersTable items={items} columns={columns} sort={sort} at={at} loading={query.isPlaceholderData} onSort={(s) => set({ sort: s })} onAt={(i) => { setAt(i); setOpen(items[i]?.id ?? null) }} f={f} /></Card>
      ))}
      {items.length > 0 && (
        <div className="list-foot">
          <span>{t('customers.shown', { shown: f.integer(items.length), total: f.integer(total) })}</span>
          {query.hasNextPage && items.length < limitTotal && <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('customers.more')}</Button>}
          {items.length >= limitTotal && <span>{t('customers.too_many')}</span>}
        </div>
      )}
      <Preview id={open} onClose={() => setOpen(null)} />
    </Page>
  )
}

/** The filters of the list as one rule, for a new segment. */
export function ruleOf(search: Record<string, string | undefined>): string {
  const parts = Object.entries(search).flatMap(([k, v]) => {
    if (!v) return []
    if (k.startsWith('class.')) return [`${k} = ${JSON.stringify(v)}`]
    if (k === 'segment') return [`in segment(${JSON.stringify(v)})`]
    if (k === 'rule') return [/\bor\b|\|\|/.test(v) ? `(${v})` : v]
    return []
  })
  return parts.join(' and ')
}

function SearchBox({ value, onChange }: { value: string; onChange: (q: string) => void }) {
  const { t } = useFormat()
  const [text, setText] = useState(value)
  const settled = useDebounced(text, 250)
  useEffect(() => setText(value), [value])
  useEffect(() => {
    if (settled !== value && settled === text) onChange(settled)
    // only what was typed counts, not what the URL brought
  }, [settled])
  return <div className="search" data-page-search><Input allowClear aria-label={t('customers.search')} placeholder={t('customers.search')} value={text} onChange={(e) => setText(e.target.value)} suffix={<span className="kbd">/</span>} /></div>
}

interface TableProps { items: CustomerItem[]; columns: string[]; sort: string; at: number; loading: boolean; onSort: (sort: string | undefined) => void; onAt: (index: number) => void; f: Format }

function CustomersTable({ items, columns, sort, at, loading, onSort, onAt, f }: TableProps) {
  const { byKey } = useCatalog()
  const classifications = useClassifications()
  const sorted = (key: string) => (sort === key ? ('ascend' as const) : sort === `-${key}` ? ('descend' as const) : null)
  const all: TableColumnsType<CustomerItem> = [
    { key: 'name', dataIndex: 'name', title: f.t('customers.customer'), fixed: 'left', width: 190, render: (_, c) => <><Link to="/customers/$id" params={{ id: c.id }} className="strong" onClick={(e) => e.stopPropagation()}>{nameOf(c)}</Link>{c.name && c.external_id && <span className="small soft"> {c.external_id}</span>}</> },
    { key: 'phone', dataIndex: 'phone', title: f.t('customers.phone'), width: 150, render: (v: string | null, c) => v ?? c.email ?? '—' },
    ...columns.map((key) => (key.startsWith('class.') ? classColumn(key.slice(6), f.label(classifications.find((c) => c.key === key.slice(6))?.label) || key) : valueColumn(key, byKey.get(key)))),
  ]
  function classColumn(key: string, title: string) {
    return { key: `class.${key}`, title, width: 130, render: (_: unknown, c: CustomerItem) => (c.classes[key] ? <span className="chip">{f.label(c.classes[key].label)}</span> : '—') }
  }
  function valueColumn(key: string, feature: Feature | undefined) {
    const numeric = feature?.value !== 'text' && feature?.value !== 'bool' && feature?.value !== 'day'
    return {
      key, title: f.label(feature?.label) || key, width: 136, align: numeric ? ('right' as const) : ('left' as const), sorter: true, sortOrder: sorted(key), sortDirections: ['descend' as const, 'ascend' as const, 'descend' as const],
      className: 'num-cell', render: (_: unknown, c: CustomerItem) => f.value(c.values[key], feature?.unit), showSorterTooltip: false,
    }
  }
  return (
    <Table<CustomerItem>
      className="customers-table" rowKey="id" size="small" dataSource={items} columns={all} pagination={false} loading={loading} sticky={{ offsetHeader: 52 }} scroll={{ x: 340 + columns.length * 136 }}
      rowClassName={(_, i) => (i === at ? 'at' : '')} onRow={(_, i) => ({ onClick: () => onAt(i ?? -1) })}
      onChange={(_p, _f, sorter) => { const s = Array.isArray(sorter) ? sorter[0] : sorter; onSort(s?.columnKey ? `${s.order === 'ascend' ? '' : '-'}${String(s.columnKey)}` : undefined) }}
    />
  )
}

function Cards({ items, columns, f }: { items: CustomerItem[]; columns: string[]; f: Format }) {
  const { byKey } = useCatalog()
  const shown = columns.filter((c) => !c.startsWith('class.')).slice(0, 4)
  return (
    <div className="stack cards">
      {items.map((c) => (
        <Link key={c.id} className="person" to="/customers/$id" params={{ id: c.id }}>
          <span className="person-line strong"><span className="clip">{nameOf(c)}</span><span>{f.value(c.values.net)}</span></span>
          <span className="person-tags">{Object.entries(c.classes).filter(([k]) => columns.includes(`class.${k}`)).map(([k, v]) => <span className="chip" key={k}>{f.label(v.label)}</span>)}</span>
          {shown.filter((k) => k !== 'net').map((k) => <span className="person-line small" key={k}><span className="soft">{f.label(byKey.get(k)?.label) || k}</span><span>{f.value(c.values[k], byKey.get(k)?.unit)}</span></span>)}
        </Link>
      ))}
    </div>
  )
}
