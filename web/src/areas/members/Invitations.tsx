import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Popconfirm } from 'antd'
import type { Invitation } from '@/api/types'
import { deleteInvitation, invitations } from '@/api/queries'
import { useAccessWords } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { permissionsOf } from '@/parts/roles'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

/** Who has been asked and has not come yet; what became of earlier ones, folded. */
export function Invitations({ items }: { items: Invitation[] }) {
  const { t } = useFormat()
  const open = items.filter((x) => x.state === 'open')
  const closed = items.filter((x) => x.state !== 'open')
  return (
    <div className="invitations">
      {open.length > 0 ? <Table items={open} label={t('members.invitations')} /> : <p className="soft none">{t('members.nobody_asked')}</p>}
      {closed.length > 0 && <details><summary>{t('members.earlier', { count: closed.length })}</summary><Table items={closed} label={t('members.earlier', { count: closed.length })} /></details>}
    </div>
  )
}

function Table({ items, label }: { items: Invitation[]; label: string }) {
  const f = useFormat()
  const { t } = f
  const words = useAccessWords()
  return (
    // a scrolling region must be reachable by keyboard
    <div className="scroll" role="group" tabIndex={0} aria-label={label}>
      <table className="data-table blocks">
        <thead><tr><th scope="col">{t('session.email')}</th><th scope="col">{t('access.role')}</th><th scope="col">{t('members.personal')}</th><th scope="col">{t('members.state')}</th><th scope="col">{t('members.asked_by')}</th><th scope="col">{t('members.expires')}</th><th scope="col"><span className="sr">{t('common.actions')}</span></th></tr></thead>
        <tbody>
          {items.map((x) => (
            <tr key={x.id}>
              <td className="whole anywhere">{x.email}</td>
              <td data-label={t('access.role')}>{words.role(x.role)}</td>
              <td data-label={t('members.personal')}>{t(permissionsOf(x).includes('personal:read') ? 'common.yes' : 'common.no')}</td>
              <td><span className={`chip${x.state === 'open' ? ' on' : ''}`}>{t(`members.state_${x.state}`)}</span></td>
              <td data-label={t('members.asked_by')}>{x.created_by.name}</td>
              <td className="nowrap" data-label={t('members.expires')}>{f.instant(x.expires_at)}</td>
              <td className="whole">{x.state === 'open' && <Revoke item={x} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Revoke({ item }: { item: Invitation }) {
  const { t } = useFormat()
  const queries = useQueryClient()
  const problem = useProblemText()
  const refresh = () => queries.invalidateQueries({ queryKey: invitations.queryKey })
  const revoke = useMutation({
    mutationFn: () => deleteInvitation(item.id),
    onSuccess: () => { toast.ok(t('members.revoked', { email: item.email })); void refresh() },
    onError: (e) => { toast.bad(problem(e)); void refresh() },
  })
  return (
    <Popconfirm title={t('members.revoke_sure')} onConfirm={() => revoke.mutate()} okText={t('members.revoke')} cancelText={t('common.cancel')}>
      <button type="button" className="linkish danger small" aria-label={t('members.revoke_of', { email: item.email })}>{t('members.revoke')}</button>
    </Popconfirm>
  )
}
