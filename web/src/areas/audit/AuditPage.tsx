import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { href } from '@/api/client'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { Empty, Failed, Loading } from '@/parts/States'
import './audit.css'
import { AuditFilters } from './AuditFilters'
import { AuditTable } from './AuditTable'
import { filterOf } from './filter'
import { useAudit } from './useAudit'
import { VerifyCard } from './VerifyCard'

/** Who did what, when, to what; and whether the log is as it was written. */
export function AuditPage() {
  const { t } = useFormat()
  const search = useSearch({ from: '/app/audit' })
  const navigate = useNavigate({ from: '/audit' })
  const { actor, action, about, from, to } = search
  const query = useAudit({ actor, action, about, from, to })
  const items = query.data?.pages.flatMap((p) => p.items) ?? []
  const narrowed = !!(actor || action || about || from || to)
  const clear = () => void navigate({ search: (old) => ({ ...old, actor: undefined, action: undefined, about: undefined, from: undefined, to: undefined }), replace: true })
  return (
    <Page title={t('audit.title')} note={t('audit.note')} actions={<span className="row"><Button href={href('/audit/export', { ...filterOf(search) })} download>{t('audit.export')}</Button><Button type="text" href={href('/audit/export', { ...filterOf(search), format: 'jsonl' })} download>{t('audit.export_jsonl')}</Button></span>}>
      <VerifyCard />
      <AuditFilters search={search} onChange={(next) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true })} />
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      <Card className={`flush${query.isPlaceholderData ? ' stale' : ''}`} label={t('audit.title')}>
        {query.isPending && <div className="page"><Loading lines={10} /></div>}
        {query.data && items.length === 0 && <Empty title={t(narrowed ? 'audit.none_match' : 'audit.none')} action={narrowed && <Button onClick={clear}>{t('audit.clear')}</Button>} />}
        {items.length > 0 && <AuditTable items={items} onActor={(id) => void navigate({ search: (old) => ({ ...old, actor: id }), replace: true })} onAbout={(id) => void navigate({ search: (old) => ({ ...old, about: id }), replace: true })} />}
      </Card>
      {query.hasNextPage && <div className="audit-foot"><Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('audit.older')}</Button></div>}
    </Page>
  )
}
