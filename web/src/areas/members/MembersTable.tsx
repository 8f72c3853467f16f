import type { Member } from '@/api/types'
import { useFormat } from '@/parts/format'
import { MemberRow } from './MemberRow'

/** Everybody who can sign in. A column the server does not fill is left out. */
export function MembersTable({ items }: { items: Member[] }) {
  const { t } = useFormat()
  const owners = items.filter((m) => m.role === 'owner').length
  const seen = items.some((m) => m.last_seen_at !== undefined)
  return (
    // a scrolling region must be reachable by keyboard
    <div className="scroll" role="group" tabIndex={0} aria-label={t('members.title')}>
      <table className="data-table blocks members">
        <thead>
          <tr>
            <th scope="col">{t('members.name')}</th><th scope="col">{t('access.role')}</th><th scope="col">{t('members.personal')}</th>
            {seen && <th scope="col">{t('members.last_seen')}</th>}
            <th scope="col">{t('members.since')}</th><th scope="col"><span className="sr">{t('common.actions')}</span></th>
          </tr>
        </thead>
        <tbody>{items.map((m) => <MemberRow key={m.id} member={m} last={m.role === 'owner' && owners === 1} seen={seen} />)}</tbody>
      </table>
    </div>
  )
}
