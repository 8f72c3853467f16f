import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { type Erasure, erasures as erasuresQuery } from '@/api/erasures'
import { SaveTable } from '@/parts/file/SaveTable'
import { type Format, useFormat } from '@/parts/format'
import { LinkButton } from '@/parts/LinkButton'
import { Card, Page } from '@/parts/Page'
import { Empty, Failed, Loading } from '@/parts/States'

/** Who was erased, when and why: receipts that name nobody. */
export function ErasuresPage() {
  const f = useFormat()
  const { t } = f
  const query = useInfiniteQuery(erasuresQuery)
  const items = query.data?.pages.flatMap((p) => p.items) ?? []
  return (
    <Page title={t('erasures.title')} note={t('erasures.note')} actions={items.length > 0 && <SaveTable name={t('erasures.title')} table={{ head: [t('erasures.receipt'), t('erasures.when'), t('erasures.who'), t('erasures.reason'), t('erasures.state')], rows: () => items.map((e) => [e.id, f.instant(e.asked_at), whoOf(e, f), e.reason, t(`erasures.state_${e.lifted_at ? 'lifted' : e.state}`)]) }} />}>
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Card><Loading lines={6} /></Card>}
      {query.data && items.length === 0 && <Card><Empty title={t('erasures.none')} text={t('erasures.none_text')} action={<LinkButton to="/customers" kind="primary">{t('customers.title')}</LinkButton>} /></Card>}
      {items.length > 0 && (
        <Card className="flush">
          <table className="data-table blocks">
            <thead><tr><th>{t('erasures.receipt')}</th><th>{t('erasures.when')}</th><th>{t('erasures.who')}</th><th>{t('erasures.reason')}</th><th>{t('erasures.state')}</th></tr></thead>
            <tbody>
              {items.map((e) => (
                <tr key={e.id}>
                  <td className="whole"><Link className="mono" to="/erasures/$id" params={{ id: e.id }}>{e.id}</Link></td>
                  <td className="nowrap" data-label={t('erasures.when')}>{f.instant(e.asked_at)}</td>
                  <td data-label={t('erasures.who')}>{whoOf(e, f)}</td>
                  <td data-label={t('erasures.reason')}>{e.reason}</td>
                  <td data-label={t('erasures.state')}>{t(`erasures.state_${e.lifted_at ? 'lifted' : e.state}`)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Card>
      )}
      {query.hasNextPage && <div className="list-foot"><Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('erasures.older')}</Button></div>}
    </Page>
  )
}

const whoOf = (e: Erasure, { t }: Format) => e.author_name ?? t(`erasures.by_${e.author === 'cli' ? 'cli' : 'server'}`)
