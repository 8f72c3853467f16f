import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Popconfirm } from 'antd'
import { segments } from '@/api/queries'
import type { SegmentItem } from '@/api/types'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { useRemoval } from '@/parts/definition/useRemoval'
import { ExportSegment } from '@/parts/jobs/ExportMenu'
import { LinkButton } from '@/parts/LinkButton'
import { Card, Page } from '@/parts/Page'
import { Empty, Failed, Loading } from '@/parts/States'
import { useAt } from '@/parts/useAt'
import './segments.css'

export function ListPage() {
  const f = useFormat()
  const { t } = f
  const query = useQuery(segments(useAt()))
  const make = useMay()('definitions:write') && <LinkButton to="/segments/new" kind="primary">{t('segments.new')}</LinkButton>
  return (
    <Page title={t('segments.title')} note={<>{t('segments.note')}{query.data?.[0] && ` ${t('segments.as_of', { day: query.data[0].as_of })}`}</>} actions={make}>
      <Card className="flush">
        {query.isPending && <div className="page"><Loading lines={6} /></div>}
        {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
        {query.data?.length === 0 && <Empty title={t('segments.none')} text={t(make ? 'segments.none_text' : 'access.nothing_yet')} action={make} />}
        {query.data && query.data.length > 0 && <Table items={query.data} />}
      </Card>
    </Page>
  )
}

function Table({ items }: { items: SegmentItem[] }) {
  const f = useFormat()
  const { t } = f
  return (
    // a scrolling region must be reachable by keyboard
    <div className="scroll" role="group" tabIndex={0} aria-label={t('segments.title')}>
      <table className="data-table blocks">
        <thead><tr><th scope="col">{t('segments.name')}</th><th scope="col">{t('segments.rule')}</th><th scope="col" className="num">{t('segments.size')}</th><th scope="col" className="num">{t('segments.share')}</th><th scope="col" className="num">{t('segments.net')}</th><th scope="col"><span className="sr">{t('common.actions')}</span></th></tr></thead>
        <tbody>
          {items.map((s) => (
            <tr key={s.key}>
              <td className="whole"><Link to="/segments/$key" params={{ key: s.key }} className="strong">{f.label(s.label)}</Link><div className="small soft mono">{s.key}</div></td>
              <td className="whole">{s.kind === 'static' ? <span className="soft">{t('segments.static')}</span> : f.label(s.sentence)}<Place item={s} all={items} /></td>
              <td className="num strong" data-label={t('segments.size')}>{f.integer(s.size)}</td>
              <td className="num soft">{f.percent(s.share)}</td>
              <td className="num" data-label={t('segments.net')}>{f.compactMoney(s.net)}</td>
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
  const { t } = useFormat()
  const at = useAt()
  const may = useMay()
  const removal = useRemoval({ of: 'segments', name: item.key, version: item.version, said: t('segments.deleted') })
  return (
    <span className="row nowrap small">
      <Link to="/customers" search={{ segment: item.key } as never}>{t('segments.list')}</Link>
      <ExportSegment segment={item.key} at={at} link />
      {may('definitions:write') && <Popconfirm title={t('segments.delete_sure')} onConfirm={removal.run} okText={t('common.delete')} cancelText={t('common.cancel')}><button type="button" className="linkish danger">{t('common.delete')}</button></Popconfirm>}
      {removal.dialog}
    </span>
  )
}
