import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Segmented } from 'antd'
import type { Change } from '@/api/types'
import { changes as changesQuery, undoChange } from '@/api/work'
import { useMay } from '@/parts/access'
import { SaveTable } from '@/parts/file/SaveTable'
import { type Format, useFormat } from '@/parts/format'
import { LinkButton } from '@/parts/LinkButton'
import { Card, Page } from '@/parts/Page'
import { Empty, Failed, Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

/** What was changed of customers, and the way back. */
export function ChangesPage() {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const { by } = useSearch({ from: '/app/changes' })
  const navigate = useNavigate({ from: '/changes' })
  const query = useInfiniteQuery(changesQuery(by ?? 'me'))
  const items = query.data?.pages.flatMap((p) => p.items) ?? []
  return (
    <Page
      title={t('work.changes_title')} crumb={<Link to="/customers">{t('customers.title')}</Link>} note={t('work.changes_note')}
      actions={<>{items.length > 0 && <SaveTable name={t('work.changes_title')} table={{ head: [t('work.change_when'), t('work.change_what'), t('work.change_who'), t('work.change_size'), t('work.change_undone')], rows: () => items.map((c) => [f.instant(c.at), whatOf(c, f), c.author_name, c.changed, c.undone_at && f.instant(c.undone_at)]) }} />}{may('members:manage') && <Segmented aria-label={t('work.change_who')} value={by ?? 'me'} options={[{ value: 'me', label: t('work.changes_mine') }, { value: 'everybody', label: t('work.changes_all') }]} onChange={(v) => void navigate({ search: (old) => ({ ...old, by: v === 'everybody' ? v : undefined }), replace: true })} />}</>}
    >
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Card><Loading lines={6} /></Card>}
      {query.data && items.length === 0 && <Card><Empty title={t('work.no_changes')} text={t('work.no_changes_text')} action={<LinkButton to="/customers" kind="primary">{t('customers.title')}</LinkButton>} /></Card>}
      {items.length > 0 && (
        <Card className="flush">
          <table className="data-table blocks">
            <thead><tr><th>{t('work.change_when')}</th><th>{t('work.change_what')}</th><th>{t('work.change_who')}</th><th className="num">{t('work.change_size')}</th><th><span className="sr">{t('common.actions')}</span></th></tr></thead>
            <tbody>{items.map((c) => <Row key={c.id} change={c} />)}</tbody>
          </table>
        </Card>
      )}
      {query.hasNextPage && <div className="list-foot"><Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('work.older')}</Button></div>}
    </Page>
  )
}

const whatOf = (c: Change, f: Format) => f.t(`work.what_${c.kind}`, { name: f.label(c.subject_name) || f.t('work.nobody') })

function Row({ change: c }: { change: Change }) {
  const f = useFormat()
  const { t } = f
  const problem = useProblemText()
  const queries = useQueryClient()
  const undo = useMutation({
    mutationFn: () => undoChange(c.id),
    onSuccess: (now) => { const n = now.reverted ?? c.changed; toast.ok(t('work.undone', { count: n, n: f.integer(n) })) },
    onError: (e) => toast.bad(problem(e)),
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: ['work'] }), queries.invalidateQueries({ queryKey: ['run'] })]),
  })
  return (
    <tr>
      <td className="nowrap">{f.instant(c.at)}</td>
      <td className="whole strong">{whatOf(c, f)}</td>
      <td data-label={t('work.change_who')}>{c.author_name ?? '—'}</td>
      <td className="num" data-label={t('work.change_size')}>{f.integer(c.changed)}</td>
      <td>
        {c.undone_at ? <span className="soft small">{t('work.was_undone', { at: f.instant(c.undone_at) })}</span>
          : c.undo_until && c.changed > 0 ? <Button size="small" loading={undo.isPending} onClick={() => undo.mutate()}>{t('common.undo')}</Button>
            : !c.undo_until && <span className="soft small">{t('work.too_late')}</span>}
      </td>
    </tr>
  )
}
