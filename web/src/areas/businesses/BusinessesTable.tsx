import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Popconfirm } from 'antd'
import { archiveBusiness, type Business, type BusinessMade, businesses, postBusinessLink, reopenBusiness } from '@/api/businesses'
import { useFormat } from '@/parts/format'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

/** Where each is, how it stands with it, and how much of the machine it takes. */
export function BusinessesTable({ items, onLink }: { items: Business[]; onLink: (made: BusinessMade) => void }) {
  const f = useFormat()
  const { t } = f
  return (
    // a scrolling region must be reachable by keyboard
    <div className="scroll" role="group" tabIndex={0} aria-label={t('businesses.title')}>
      <table className="data-table blocks businesses">
        <thead>
          <tr>
            <th scope="col">{t('businesses.name')}</th><th scope="col">{t('businesses.state')}</th><th scope="col" className="num">{t('businesses.customers')}</th>
            <th scope="col" className="num">{t('businesses.size')}</th><th scope="col">{t('businesses.seen')}</th><th scope="col"><span className="sr">{t('common.actions')}</span></th>
          </tr>
        </thead>
        <tbody>
          {items.map((b) => (
            <tr key={b.id} className={b.state === 'archived' ? 'over' : undefined}>
              <td className="whole">
                <span className="strong anywhere">{b.name ?? b.slug}</span>
                <div className="small">{b.state === 'open' || b.state === 'waiting' ? <a className="mono anywhere" href={`${b.path}/`}>{b.path}</a> : <span className="mono soft anywhere">{b.path}</span>}</div>
              </td>
              <td><span className={`chip${b.state === 'open' ? ' on' : ''}`}>{t(`businesses.state_${b.state}`)}</span></td>
              <td className="num" data-label={t('businesses.customers')}>{b.customers == null ? '–' : f.integer(b.customers)}</td>
              <td className="num nowrap" data-label={t('businesses.size')}>{size(b.bytes, f.integer)}</td>
              <td className="nowrap" data-label={t('businesses.seen')}>{b.last_seen_at ? f.instant(b.last_seen_at) : '–'}</td>
              <td className="whole"><Actions business={b} onLink={onLink} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Bytes for people. */
function size(bytes: number, integer: (n: number) => string): string {
  const [unit, step] = bytes >= 1e9 ? ['GB', 1e9] : bytes >= 1e6 ? ['MB', 1e6] : ['KB', 1e3]
  const shown = bytes / Number(step)
  return `${shown < 10 && unit === 'GB' ? shown.toFixed(1) : integer(Math.ceil(shown))} ${unit}`
}

function Actions({ business: b, onLink }: { business: Business; onLink: (made: BusinessMade) => void }) {
  const { t, lang } = useFormat()
  const queries = useQueryClient()
  const problem = useProblemText()
  const refresh = () => queries.invalidateQueries({ queryKey: businesses.queryKey })
  const onError = (e: unknown) => { toast.bad(problem(e)); void refresh() }
  const name = b.name ?? b.slug
  const link = useMutation({ mutationFn: () => postBusinessLink(b.id, lang), onSuccess: onLink, onError })
  const archive = useMutation({ mutationFn: () => archiveBusiness(b.id), onSuccess: () => { toast.ok(t('businesses.archived', { name })); void refresh() }, onError })
  const reopen = useMutation({ mutationFn: () => reopenBusiness(b.id), onSuccess: () => { toast.ok(t('businesses.reopened', { name })); void refresh() }, onError })
  if (b.state === 'archived') return <button type="button" className="linkish small" disabled={reopen.isPending} aria-label={t('businesses.reopen_of', { name })} onClick={() => reopen.mutate()}>{t('businesses.reopen')}</button>
  return (
    <div className="row">
      {b.state === 'waiting' && <button type="button" className="linkish small" disabled={link.isPending} aria-label={t('businesses.relink_of', { name })} onClick={() => link.mutate()}>{t('businesses.relink')}</button>}
      <Popconfirm title={t('businesses.archive_sure', { name })} onConfirm={() => archive.mutate()} okText={t('businesses.archive')} cancelText={t('common.cancel')}>
        <button type="button" className="linkish danger small" aria-label={t('businesses.archive_of', { name })}>{t('businesses.archive')}</button>
      </Popconfirm>
    </div>
  )
}
