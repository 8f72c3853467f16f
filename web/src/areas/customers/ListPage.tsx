import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { lazy, Suspense, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { type CustomerQuery, customers } from '@/api/queries'
import type { CustomerItem } from '@/api/types'
import type { ListSearch } from '@/router'
import { useMay } from '@/parts/access'
import { startEntry } from '@/parts/entry/open'
import { entryOf } from '@/parts/field/words'
import { type Format, useCatalog, useClassifications, useFormat, useTextLabel } from '@/parts/format'
import { Freshness } from '@/parts/Freshness'
import { type Hotkeys, useDebounced, useHotkeys, usePhone } from '@/parts/hooks'
import { ExportMenu } from '@/parts/jobs/ExportMenu'
import { LinkButton } from '@/parts/LinkButton'
import { holds, nobody, page, range, type Selection, size, toggle, whom } from '@/parts/list/selection'
import { ofCustomers } from '@/parts/list/view'
import { Views } from '@/parts/list/Views'
import { Card, Page } from '@/parts/Page'
import { Begin } from '@/parts/sample/Sample'
import { Empty, Failed, Loading } from '@/parts/States'
import { toast } from '@/parts/toast'
import { remember } from './around'
import { askedOf, COLUMNS, handmade } from './asked'
import { Columns, useColumnName } from './Columns'
import './customers.css'
import { CustomersTable, nameOf, sortable } from './CustomersTable'
import { ActiveFilters, Filters } from './Filters'
import { useNameLock } from './NamePen'
import { TagChip } from './TagChip'
import { beyondRules, filterText, ruleOf } from '@/parts/filters'

// fetched once somebody selects, looks, or tends the tags
const BulkBar = lazy(() => import('./BulkBar'))
const TagsDrawer = lazy(() => import('./TagsDrawer'))
const Preview = lazy(() => import('./Preview'))
const Facets = lazy(() => import('./Facets'))
const AssignOwner = lazy(() => import('./AssignOwner'))
const TagsDialog = lazy(() => import('./TagsDialog'))
const limitTotal = 5000

/** Both directions of every column, the one in force among them: phones have no table heads to click. */
const sorts = (now: string, columns: string[]) => [...new Set([now, ...columns.filter(sortable).flatMap((k) => [`-${k}`, k])])]

/** Everybody on these pages, each once: who moved meanwhile may stand on two. */
const listed = (pages?: { items: CustomerItem[] }[]): CustomerItem[] => [...new Map(pages?.flatMap((p) => p.items).map((c) => [c.id, c])).values()]

export function ListPage() {
  const f = useFormat()
  const { t } = f
  const phone = usePhone()
  const may = useMay()
  const { byKey, masked, known } = useCatalog()
  const classifications = useClassifications()
  const columnName = useColumnName()
  const search = useSearch({ from: '/app/customers' }) as ListSearch & { as_of?: string; known?: string }
  const navigate = useNavigate({ from: '/customers' })
  const set = (next: Partial<Record<string, string | undefined>>) => void navigate({ search: (old: object) => ({ ...old, ...next }) as never, replace: true })
  const { columns, sort, filters, request, query: asks } = useMemo(() => askedOf(search, masked), [search, masked])
  const query = useInfiniteQuery({ ...customers(asks), enabled: known || may('personal:read') })
  const items = useMemo(() => listed(query.data?.pages), [query.data])
  // the rows are drawn when the page around them has been
  const drawn = useDeferredValue(items.length > 0, false)
  // what counts beside them comes after the rows
  const settled = useDeferredValue(drawn || !!query.error || (!!query.data && items.length === 0), false)
  const total = query.data?.pages[0]?.total ?? 0
  const asked = JSON.stringify(request)
  useEffect(() => {
    if (query.data && !query.isPlaceholderData) remember({ ids: items.map((c) => c.id), total, query: JSON.parse(asked) as CustomerQuery, cursor: query.data.pages.at(-1)?.next_cursor })
  }, [query.data, query.isPlaceholderData, items, total, asked])
  const narrowing = Object.fromEntries(Object.entries(filters).filter((p): p is [string, string] => !!p[1]))
  const narrowed = Object.entries(filters).some(([k, v]) => v && k !== 'as_of' && k !== 'known')
  const [at, setAt] = useState(-1)
  const [open, setOpen] = useState<string | null>(null)
  const [looked, setLooked] = useState(false)
  useEffect(() => { if (open) setLooked(true) }, [open])
  const works = may('customers:write')
  const [selection, setSelection] = useState<Selection>(nobody)
  const [editing, setEditing] = useState<string | null>(null)
  const [tagging, setTagging] = useState(false)
  const [tagged, setTagged] = useState<string | null>(null)
  const [assigning, setAssigning] = useState<{ to: ReturnType<typeof whom>; count: number } | null>(null)
  // a card is a link until somebody wants to pick
  const [picking, setPicking] = useState(false)
  const cards = phone || search.display === 'cards'
  const nameLock = useNameLock()
  const shown = useMemo(() => items.map((c) => c.id), [items])
  const about = JSON.stringify(filters)
  // who is selected is selected of this list
  useEffect(() => setSelection(nobody), [about])
  const pick = useCallback((id: string, through: boolean) => setSelection((s) => (through ? range(s, shown, id) : toggle(s, id))), [shown])
  const facetsOn = !phone && search.facets !== 'off'
  const current = items[at]
  const ofTags = tagged && items.find((c) => c.id === tagged)
  // the keyboard goes on where the list does: behind the last row the next page is fetched
  const moving = useRef(false)
  const [moved, setMoved] = useState(0)
  const move = async (by: number) => {
    if (moving.current) return
    let all = items
    if (at + by >= all.length && query.hasNextPage && all.length < limitTotal) {
      moving.current = true
      all = listed((await query.fetchNextPage()).data?.pages)
      moving.current = false
    }
    const next = Math.max(0, Math.min(all.length - 1, at + by))
    setAt(next)
    setMoved((n) => n + 1)
    const item = all[next]
    if (item && open) setOpen(item.id)
  }
  useEffect(() => { if (moved) document.querySelector(`[data-row-key="${current?.id}"]`)?.scrollIntoView({ block: 'nearest' }) }, [moved])
  useHotkeys({
    j: [() => void move(1), t('shell.key_next')],
    k: [() => void move(-1), t('shell.key_previous')],
    space: [(e) => { e.preventDefault(); setOpen(open ? null : (current?.id ?? null)) }, t('shell.key_preview')],
    ...(works && !phone ? {
      x: [() => { if (current) { setPicking(true); pick(current.id, false) } }, t('shell.key_select')],
      'shift x': [() => { if (current) { setPicking(true); pick(current.id, true) } }, t('shell.key_select_range')],
      a: [(e: KeyboardEvent) => {
        const count = size(selection, total)
        if (!count && !current) return
        e.preventDefault()
        setAssigning(count ? { to: whom(selection, narrowing, total), count } : { to: { customers: [current?.id ?? ''] }, count: 1 })
      }, t('shell.key_owner')],
      b: [(e: KeyboardEvent) => { e.preventDefault(); document.querySelector<HTMLElement>('.bulk button:not(:disabled)')?.focus() }, t('shell.key_bulk')],
      ...(!cards && { e: [(e: KeyboardEvent) => { if (current && !nameLock) { e.preventDefault(); setOpen(null); setEditing(current.id) } }, t('shell.key_edit')] }),
      escape: [() => setSelection(nobody), t('work.deselect')],
    } satisfies Hotkeys : {}),
    enter: [() => { if (current) void navigate({ to: '/customers/$id', params: { id: current.id } }) }, t('shell.key_open')],
  })
  const copyLink = async () => {
    try {
      // absent where the page is not served securely
      await navigator.clipboard.writeText(window.location.href)
      toast.ok(t('customers.link_copied'))
    } catch {
      toast.bad(t('customers.link_not_copied'))
    }
  }
  const { columns: _shown, ...everything } = request
  // the first two columns of the table say who they are and how to reach them
  const shownColumns = { ...request, columns: ['customer_id', 'name', 'phone', 'email', ...columns].join(',') }
  const knows = {
    choice: (filter: string, key: string) => classifications.find((c) => `class.${c.key}` === filter)?.classes.some((k) => k.key === key) ?? byKey.get(filter.slice(2))?.entry?.options?.some((o) => o.key === key) ?? false,
    kind: (field: string) => entryOf(byKey.get(field))?.kind,
  }
  return (
    <Page
      title={t('customers.title')}
      note={query.data && <span>{t('customers.total', { count: total, n: f.integer(total) })} · {t('customers.as_of', { day: query.data.pages[0]?.as_of })}{query.data.pages[0] && <Freshness of={query.data.pages[0]} />}</span>}
      actions={
        <>
          <ExportMenu shown={shownColumns} everything={everything} none={!!query.data && !total} />
          {narrowed && may('definitions:write') && <LinkButton to="/segments/new" search={beyondRules(search) ? { from: filterText(filters), rule: undefined, name: undefined } : { rule: ruleOf(search, knows), name: undefined, from: undefined }}>{t('customers.to_segment')}</LinkButton>}
          {may('imports:write') && <Button onClick={() => startEntry({ kind: 'customer' })}>+ {t('entry.new_customer')}</Button>}
          {may('imports:write') && <LinkButton to="/imports" kind={query.data && !total ? 'primary' : 'default'}>{t('customers.import')}</LinkButton>}
        </>
      }
    >
      <Views kind={ofCustomers} search={search} untouched={Object.entries(search).every(([k, v]) => !v || k === 'as_of' || k === 'known')} go={(next, replace) => void navigate({ search: next as never, replace })} />
      <div className="list-tools">
        <SearchBox value={search.q ?? ''} onChange={(q) => set({ q: q || undefined })} />
        <Filters search={search} onChange={set} />
        {!phone && <Columns value={columns} onChange={(next) => { localStorage.setItem(COLUMNS, next.join(',')); set({ columns: next.join(',') }) }} />}
        {cards && <select className="plain-field sort-by" aria-label={t('customers.sort')} value={sort} onChange={(e) => set({ sort: e.target.value })}>{sorts(sort, columns).map((s) => <option key={s} value={s}>{columnName(s.replace(/^-/, ''))} {s[0] === '-' ? '↓' : '↑'}</option>)}</select>}
        {cards && works && (items.length > 0 || query.isPending) && <Button type="text" disabled={query.isPending} aria-pressed={picking} onClick={() => { setPicking(!picking); setSelection(nobody) }}>{t(picking ? 'work.pick_done' : 'work.pick')}</Button>}
        {!phone && <Button type="text" aria-pressed={facetsOn} onClick={() => set({ facets: facetsOn ? 'off' : undefined })}>{t('work.show_facets')}</Button>}
        {!phone && <Button type="text" aria-pressed={cards} onClick={() => set({ display: cards ? undefined : 'cards' })}>{t('work.cards')}</Button>}
        {!cards && <Button type="text" aria-pressed={search.density === 'small'} onClick={() => set({ density: search.density === 'small' ? undefined : 'small' })}>{t('work.dense')}</Button>}
        {may('definitions:write') && <Button type="text" onClick={() => setTagging(true)}>{t('work.manage_tags')}</Button>}
        <Button type="text" onClick={() => void copyLink()}>{t('customers.copy_link')}</Button>
      </div>
      <ActiveFilters search={search} onChange={set} />
      {works && size(selection, total) > 0 && <Suspense fallback={null}><BulkBar selection={selection} onSelect={setSelection} filter={narrowing} shown={items.length} total={total} files={{ shown: shownColumns, everything }} /></Suspense>}
      <div className={facetsOn ? 'list-with-facets' : 'stack'}>
      {facetsOn && (settled ? <Suspense fallback={facetsRoom}><Facets filters={filters} onChange={set} /></Suspense> : facetsRoom)}
      <div className="stack list-side">
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {(query.isPending || (items.length > 0 && !drawn)) && (cards ? <CardsRoom /> : <Card className="list-room"><Loading lines={12} /></Card>)}
      {query.data && items.length === 0 && (
        <Card>{!narrowed && search.as_of ? <Empty title={t('classification.nobody')} text={t('classification.nobody_text', { day: search.as_of })} action={<LinkButton to="/customers" search={{ as_of: undefined, known: undefined } as never} kind="primary">{t('shell.back_to_newest')}</LinkButton>} /> : <Empty title={t(narrowed ? 'customers.none_match' : 'customers.none')} text={t(narrowed ? 'customers.none_match_text' : may('imports:write') ? 'customers.none_text' : 'access.nothing_yet')} action={narrowed ? <Button onClick={() => void navigate({ search: { view: 'all' } as never })}>{t('customers.clear')}</Button> : may('imports:write') && <Begin />} />}</Card>
      )}
      {items.length > 0 && drawn && (cards ? <Cards items={items} columns={columns} f={f} at={phone ? -1 : at} selection={picking ? selection : undefined} onToggle={(id) => pick(id, false)} /> : (
        <Card className="flush"><CustomersTable items={items} columns={columns} sort={sort} at={at} stale={query.isPlaceholderData} onSort={(s) => set({ sort: s })} onAt={(i) => { setAt(i); setOpen(items[i]?.id ?? null) }} f={f} dense={search.density === 'small'} selection={works ? selection : undefined} onToggle={pick} onPage={() => setSelection((s) => page(s, shown))} editing={editing} {...(works && { onEdit: setEditing, onTags: (c) => setTagged(c.id), onOwner: (c) => setAssigning({ to: { customers: [c.id] }, count: 1 }) })} /></Card>
      ))}
      {items.length > 0 && drawn && (
        <div className="list-foot">
          <span>{t('customers.shown', { shown: f.integer(items.length), total: f.integer(total) })}</span>
          {query.hasNextPage && items.length < limitTotal && <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('customers.more')}</Button>}
          {items.length >= limitTotal && <span>{t('customers.too_many')}</span>}
        </div>
      )}
      </div>
      </div>
      <Suspense fallback={null}>
        {ofTags && <TagsDialog of={ofTags} onClose={() => setTagged(null)} />}
        {tagging && <TagsDrawer onClose={() => setTagging(false)} />}
        {looked && <Preview id={open} onClose={() => setOpen(null)} />}
        {assigning && <AssignOwner {...assigning} onClose={() => setAssigning(null)} onDone={() => { setAssigning(null); setSelection(nobody) }} />}
      </Suspense>
    </Page>
  )
}

function SearchBox({ value, onChange }: { value: string; onChange: (q: string) => void }) {
  const { t } = useFormat()
  const hint = t(useMay()('personal:read') ? 'customers.search' : 'customers.search_masked')
  const [text, setText] = useState(value)
  const settled = useDebounced(text, 250)
  // half-typed pinyin is no search
  const composing = useRef(false)
  useEffect(() => setText(value), [value])
  useEffect(() => {
    if (!composing.current && settled !== value && settled === text) onChange(settled)
    // only what was typed counts, not what the URL brought
  }, [settled])
  return (
    // the browser's own field: the page's first paint waits for nothing else
    <div className="search" data-page-search>
      <input type="text" className="plain-field" aria-label={hint} placeholder={hint} value={text} onChange={(e) => setText(e.target.value)} onCompositionStart={() => { composing.current = true }} onCompositionEnd={(e) => { composing.current = false; onChange(e.currentTarget.value) }} />
      {text ? <button type="button" className="plain" aria-label={t('customers.clear_search')} onClick={(e) => { e.currentTarget.parentElement?.querySelector('input')?.focus(); setText(''); onChange('') }}>×</button> : <span className="kbd">/</span>}
    </div>
  )
}

/** Where the counts beside the list will be. */
const facetsRoom = <div className="facets" />

/** Where the first cards will be. */
const CardsRoom = () => <div className="stack cards">{Array.from({ length: 4 }, (_, i) => <div key={i} className="person"><Loading lines={4} /></div>)}</div>

function Cards({ items, columns, f, at, selection, onToggle }: { items: CustomerItem[]; columns: string[]; f: Format; at: number; selection?: Selection; onToggle: (id: string) => void }) {
  const { byKey } = useCatalog()
  const named = useTextLabel()
  const shown = columns.filter((c) => !c.startsWith('class.') && !handmade.includes(c)).slice(0, 4)
  return (
    <div className="stack cards">
      {items.map((c, i) => {
        const here = i === at ? ' at' : ''
        const card = (
          <>
            <span className="person-line strong"><span className="clip">{nameOf(c)}</span><span>{f.value(c.values.net)}</span></span>
            <span className="person-tags">{c.tags.map((x) => <TagChip key={x.id} tag={x} />)}{columns.flatMap((k) => { const v = k.startsWith('class.') && c.classes[k.slice(6)]; return v ? [<span className="chip" key={k}>{f.label(v.label)}</span>] : [] })}</span>
            {shown.filter((k) => k !== 'net').map((k) => <span className="person-line small" key={k}><span className="soft">{f.label(byKey.get(k)?.label) || k}</span><span>{(c.values[k] && named(k, c.values[k])) ?? f.value(c.values[k], byKey.get(k)?.unit)}</span></span>)}
          </>
        )
        if (!selection) return <Link key={c.id} data-row-key={c.id} className={`person${here}`} to="/customers/$id" params={{ id: c.id }}>{card}</Link>
        return (
          <label key={c.id} data-row-key={c.id} className={`person pickable${here}`}>
            <input type="checkbox" aria-label={f.t('work.select_one', { name: nameOf(c) })} checked={holds(selection, c.id)} onChange={() => onToggle(c.id)} />
            <span className="person-card">{card}</span>
          </label>
        )
      })}
    </div>
  )
}
