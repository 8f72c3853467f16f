import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Input, Popconfirm, Select } from 'antd'
import { useMemo } from 'react'
import { overview, postSegment, segments } from '@/api/queries'
import type { SegmentItem } from '@/api/types'
import type { SegmentsSearch } from '@/router'
import { useMay } from '@/parts/access'
import { majorOf, shareOf } from '@/parts/file/csv'
import { SaveTable } from '@/parts/file/SaveTable'
import { useFormat } from '@/parts/format'
import { useRemoval } from '@/parts/definition/useRemoval'
import { withKey } from '@/parts/hooks'
import { ExportSegment } from '@/parts/jobs/ExportMenu'
import { LinkButton } from '@/parts/LinkButton'
import { Card, Page } from '@/parts/Page'
import { Begin } from '@/parts/sample/Sample'
import { Empty, Failed, Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { useAt } from '@/parts/useAt'
import { Scores } from './Scores'
import { copyOf, found, inOrder, type Order, orders } from './list'
import './segments.css'

export function ListPage() {
  const f = useFormat()
  const { t } = f
  const at = useAt()
  const may = useMay()
  const query = useQuery(segments(at))
  // lists without anybody may be of a business without anybody
  const base = useQuery({ ...overview(at), enabled: !at.as_of && query.data?.every((s) => s.size === 0) === true })
  const { q = '', sort = 'name' } = useSearch({ from: '/app/segments' })
  const navigate = useNavigate({ from: '/segments' })
  const set = (next: SegmentsSearch) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true })
  // until they are there the page has the shape it has with lists
  const all = query.data ?? []
  const shown = useMemo(() => inOrder(found(query.data ?? [], q), sort, f.lang), [query.data, q, sort, f.lang])
  const make = may('definitions:write') && <LinkButton to="/segments/new" kind="primary" title={withKey(t('segments.new'), 'C S')}>{t('segments.new')}</LinkButton>
  return (
    <Page title={t('segments.title')} note={<>{t('segments.note')} {query.isPending ? <span className="awaited" aria-hidden>{t('segments.as_of', { day: '0000-00-00' })}</span> : all[0] && t('segments.as_of', { day: all[0].as_of })}</>} actions={make}>
      {base.data?.customers === 0 && !at.as_of && may('imports:write') && <Card><Empty title={t('classification.empty')} text={t('classification.empty_text')} action={<Begin />} /></Card>}
      {(query.isPending || all.length > 0) && (
        <div className="list-tools-row">
          <div data-page-search className="grow"><Input allowClear aria-label={t('segments.search')} placeholder={t('segments.search')} value={q} onChange={(e) => set({ q: e.target.value || undefined })} /></div>
          <Select<Order> aria-label={t('segments.sort')} value={sort} popupMatchSelectWidth={false} onChange={(by) => set({ sort: by === 'name' ? undefined : by })} options={orders.map((value) => ({ value, label: t(`segments.sort_${value}`) }))} />
          {(query.isPending || shown.length > 0) && <SaveTable name={t('segments.title')} table={{ of: all[0]?.as_of, head: [t('segments.name'), t('features.key'), t('segments.rule'), t('segments.size'), t('segments.share'), t('segments.net'), t('segments.changed')], rows: () => shown.map((s) => [f.label(s.label), s.key, f.label(s.sentence), s.size, shareOf(s.share), majorOf(s.net, f.currency.digits), s.changed_at && f.instant(s.changed_at)]) }} />}
        </div>
      )}
      <Card className="flush">
        {query.isPending && <div className="page"><Loading lines={6} /></div>}
        {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
        {query.data?.length === 0 && <Empty title={t('segments.none')} text={t(make ? 'segments.none_text' : 'access.nothing_yet')} action={make} />}
        {all.length > 0 && shown.length === 0 && <Empty title={t('segments.none_match')} text={t('segments.none_match_text')} action={<Button onClick={() => set({ q: undefined })}>{t('segments.clear')}</Button>} />}
        {shown.length > 0 && <Table items={shown} all={all} />}
      </Card>
    </Page>
  )
}

function Table({ items, all }: { items: SegmentItem[]; all: SegmentItem[] }) {
  const f = useFormat()
  const { t } = f
  return (
    // a scrolling region must be reachable by keyboard
    <div className="scroll" role="group" tabIndex={0} aria-label={t('segments.title')}>
      <table className="data-table blocks">
        <thead><tr><th scope="col">{t('segments.name')}</th><th scope="col">{t('segments.rule')}</th><th scope="col" className="num">{t('segments.size')}</th><th scope="col" className="num">{t('segments.share')}</th><th scope="col" className="num">{t('segments.net')}</th><th scope="col">{t('segments.changed')}</th><th scope="col"><span className="sr">{t('common.actions')}</span></th></tr></thead>
        <tbody>
          {items.map((s) => (
            <tr key={s.key}>
              <td className="whole"><Link to="/segments/$key" params={{ key: s.key }} className="strong">{f.label(s.label)}</Link><div className="small soft mono">{s.key}</div></td>
              <td className="whole">{s.kind === 'static' ? <span className="soft">{t('segments.static')}</span> : f.label(s.sentence)}{s.rule_text && <Scores rule={s.rule_text} day={s.as_of} />}<Place item={s} all={all} /></td>
              <td className="num strong" data-label={t('segments.size')}>{f.integer(s.size)}</td>
              <td className="num soft">{f.percent(s.share)}</td>
              <td className="num" data-label={t('segments.net')}>{f.compactMoney(s.net)}</td>
              <td className="nowrap soft" data-label={t('segments.changed')}>{s.changed_at ? <time dateTime={s.changed_at} title={f.instant(s.changed_at)}>{f.instant(s.changed_at).slice(0, 10)}</time> : '—'}</td>
              <td className="whole"><Actions item={s} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** What takes members away from the rule: a place in a group, segments left out. */
function Place({ item, all }: { item: SegmentItem; all: SegmentItem[] }) {
  const { t, label } = useFormat()
  const name = (key: string) => label(all.find((s) => s.key === key)?.label) || key
  const parts = [
    ...(item.priority ? [t('segments.in_group', { group: item.priority.group, rank: item.priority.rank })] : []),
    ...(item.exclude?.length ? [t('segments.without', { names: item.exclude.map(name).join(t('segments.comma')) })] : []),
  ]
  return parts.length ? <div className="small soft">{parts.join(' · ')}</div> : null
}

function Actions({ item }: { item: SegmentItem }) {
  const { t, label } = useFormat()
  const queries = useQueryClient()
  const problem = useProblemText()
  const at = useAt()
  const may = useMay()
  const removal = useRemoval({ of: 'segments', name: item.key, version: item.version, said: t('segments.deleted') })
  const navigate = useNavigate()
  const copy = useMutation({
    mutationFn: () => postSegment(copyOf(item, { zh: `${item.label.zh || item.label.en}（副本）`, en: `${item.label.en || item.label.zh} (copy)` })),
    onSuccess: async (made) => {
      toast.ok(t('segments.duplicated', { name: label(made.label) }))
      await queries.invalidateQueries({ queryKey: ['run'] })
      await navigate({ to: '/segments/$key', params: { key: made.key } })
    },
    onError: (e) => toast.bad(problem(e)),
  })
  return (
    <span className="row nowrap small">
      <Link to="/customers" search={{ segment: item.key } as never}>{t('segments.list')}</Link>
      <ExportSegment segment={item.key} at={at} link none={!item.size} />
      {may('definitions:write') && <button type="button" className="linkish" aria-label={t('segments.duplicate_of', { name: label(item.label) })} disabled={copy.isPending} onClick={() => copy.mutate()}>{t('segments.duplicate')}</button>}
      {may('definitions:write') && <Popconfirm title={t('segments.delete_sure')} onConfirm={removal.run} okText={t('common.delete')} cancelText={t('common.cancel')}><button type="button" className="linkish danger">{t('common.delete')}</button></Popconfirm>}
      {removal.dialog}
    </span>
  )
}
