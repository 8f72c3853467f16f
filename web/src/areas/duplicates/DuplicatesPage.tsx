import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Select } from 'antd'
import { useMemo } from 'react'
import { type Asking, type Candidate, candidates } from '@/api/duplicates'
import { useMay } from '@/parts/access'
import { SaveTable } from '@/parts/file/SaveTable'
import { type Format, useFormat } from '@/parts/format'
import { useHotkeys, usePhone } from '@/parts/hooks'
import { Card, Page } from '@/parts/Page'
import { Empty, Failed, Loading } from '@/parts/States'
import { bands, type Band } from './bands'
import { ByHand } from './ByHand'
import './duplicates.css'
import { MergeAll } from './MergeAll'
import { Pair } from './Pair'
import { useSearchNow } from './useDecision'

/** Customers who may be one: the queue on the left, the two side by side on the right. */
export function DuplicatesPage() {
  const search = useSearch({ from: '/app/duplicates' })
  return search.a && search.b ? <ByHand a={search.a} b={search.b} /> : <Queue />
}

function Queue() {
  const f = useFormat()
  const { t } = f
  const phone = usePhone()
  const may = useMay()
  const search = useSearch({ from: '/app/duplicates' })
  const navigate = useNavigate({ from: '/duplicates' })
  const set = (next: Record<string, string | undefined>) => void navigate({ search: (old: object) => ({ ...old, ...next }) as never, replace: true })
  const state = search.state ?? 'open'
  const asking: Asking = useMemo(() => ({ state, kind: search.kind, ...(search.band ? bands[search.band] : {}) }), [state, search.kind, search.band])
  const query = useInfiniteQuery(candidates(asking))
  const items = useMemo(() => query.data?.pages.flatMap((p) => p.items) ?? [], [query.data])
  const first = query.data?.pages[0]
  const place = Math.max(0, items.findIndex((c) => c.id === search.id))
  // on a phone the list is the page until one is opened
  const current = phone && !search.id ? undefined : items[place]
  const go = (to: number) => { const c = items[Math.max(0, Math.min(items.length - 1, to))]; if (c) set({ id: c.id }) }
  useHotkeys({ j: [() => go(current ? place + 1 : 0), t('duplicates.key_next')], k: [() => go(place - 1), t('duplicates.key_previous')] })
  const onDecided = () => set({ id: phone ? undefined : (items[place + 1] ?? items[place - 1])?.id })
  const look = useSearchNow()
  const works = may('customers:write')
  const find = <Button loading={look.isPending || first?.searching} onClick={() => look.mutate()}>{t('duplicates.search_now')}</Button>
  const narrowed = state !== 'open' || !!search.band || !!search.kind
  return (
    <Page
      title={t('duplicates.title')}
      note={first && <span>{t('duplicates.count', { count: first.total, n: f.integer(first.total) })} · {first.searching ? t('duplicates.searching') : first.searched_at ? t('duplicates.searched', { at: f.instant(first.searched_at) }) : t('duplicates.not_searched')}</span>}
      actions={<>{items.length > 0 && <SaveTable name={t('duplicates.title')} table={{ head: [t('duplicates.first'), t('duplicates.first_id'), t('duplicates.second'), t('duplicates.second_id'), t('duplicates.probability'), t('duplicates.reasons')], rows: () => items.map((c) => [c.a.name, c.a.id, c.b.name, c.b.id, c.probability, reasonsOf(c, f)]) }} />}{works && <>{find}<MergeAll /></>}</>}
    >
      <div className="list-tools-row">
        <Select aria-label={t('duplicates.state')} value={state} onChange={(v) => set({ state: v === 'open' ? undefined : v, id: undefined })} options={(['open', 'later', 'distinct', 'merged'] as const).map((s) => ({ value: s, label: t(`duplicates.state_${s}`) }))} />
        <Select aria-label={t('duplicates.band')} value={search.band ?? ''} onChange={(v) => set({ band: v || undefined, id: undefined })} options={[{ value: '', label: t('duplicates.any_band') }, ...(Object.keys(bands) as Band[]).map((b) => ({ value: b, label: t(`duplicates.band_${b}`) }))]} />
        <Select aria-label={t('duplicates.kind')} value={search.kind ?? ''} onChange={(v) => set({ kind: v || undefined, id: undefined })} options={[{ value: '', label: t('duplicates.any_kind') }, { value: 'person', label: t('duplicates.kind_person') }, { value: 'organisation', label: t('duplicates.kind_organisation') }]} />
      </div>
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Card><Loading lines={8} /></Card>}
      {query.data && items.length === 0 && <Card><Empty title={t(narrowed ? 'duplicates.none_match' : 'duplicates.none')} text={t(narrowed ? 'duplicates.none_match_text' : 'duplicates.none_text')} action={narrowed ? <Button onClick={() => set({ state: undefined, band: undefined, kind: undefined })}>{t('customers.clear')}</Button> : works && find} /></Card>}
      {items.length > 0 && (
        <div className="dup">
          {!(phone && current) && (
            <div className="stack dup-queue">
              <ul className="dup-list" aria-label={t('duplicates.title')}>{items.map((c) => <li key={c.id}><Line c={c} f={f} on={c.id === current?.id} onOpen={() => set({ id: c.id })} /></li>)}</ul>
              {query.hasNextPage && <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('duplicates.more')}</Button>}
            </div>
          )}
          {current && (
            <div className="stack dup-side">
              {phone && <Button onClick={() => set({ id: undefined })}>{t('duplicates.back')}</Button>}
              <Pair key={current.id} id={current.id} onDecided={onDecided} />
            </div>
          )}
        </div>
      )}
      {!query.isPending && <p className="small soft">{t('duplicates.how')} {t('duplicates.by_hand_hint')}</p>}
    </Page>
  )
}

/** One pair of the queue: who, how probable, and the two reasons that speak loudest. */
function Line({ c, f, on, onOpen }: { c: Candidate; f: Format; on: boolean; onOpen: () => void }) {
  const { t } = f
  return (
    <button type="button" className={`dup-line${on ? ' on' : ''}`} aria-current={on || undefined} onClick={onOpen} data-pair={c.id}>
      <span className="dup-names"><span className="strong clip">{c.a.name ?? c.a.id}</span><span className="soft">{t('duplicates.and')}</span><span className="strong clip">{c.b.name ?? c.b.id}</span></span>
      <span className="dup-chance">{chance(c, f)}</span>
      <span className="small soft dup-why">{reasonsOf(c, f)}{c.related > 1 && ` · ${t('duplicates.related', { count: c.related, n: f.integer(c.related) })}`}</span>
    </button>
  )
}

/** The three reasons that speak loudest. */
function reasonsOf(c: Candidate, { t, label }: Format): string {
  const loud = c.reasons.filter((r) => r.says !== 'nothing' && r.field !== 'household').sort((x, y) => Math.abs(y.bits) - Math.abs(x.bits)).slice(0, 3)
  return loud.map((r) => `${label(r.label)} ${t(`duplicates.is_${r.agreement}`)}`).join(t('duplicates.between'))
}

/** Never "100 %": nobody is that sure. */
export const chance = (c: Pick<Candidate, 'probability'>, f: Format) => (c.probability >= 0.9995 ? `> ${f.percent(0.999, 1)}` : f.percent(c.probability, 1))
