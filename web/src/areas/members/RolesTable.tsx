import type { Permission, Role } from '@/api/types'
import { useT } from '@/i18n'
import { useAccessWords } from '@/parts/access'
import { mayOf, permissions, roles } from '@/parts/roles'

/** What each role may do. */
export function RolesTable() {
  const { t } = useT()
  const words = useAccessWords()
  return (
    <div className="stack">
      {/* a scrolling region must be reachable by keyboard */}
      <div className="scroll" role="group" tabIndex={0} aria-label={t('members.roles')}>
        <table className="data-table roles">
          <thead><tr><th scope="col">{t('members.may')}</th>{roles.map((r) => <th key={r} scope="col">{words.role(r)}</th>)}</tr></thead>
          <tbody>{permissions.map((p) => <tr key={p}><th scope="row">{words.may(p)}</th>{roles.map((r) => <td key={r}><Sign role={r} permission={p} /></td>)}</tr>)}</tbody>
        </table>
      </div>
      <p className="small soft">{t('members.roles_note')}</p>
    </div>
  )
}

function Sign({ role, permission }: { role: Role; permission: Permission }) {
  const { t } = useT()
  const may = mayOf(role, permission)
  if (may === 'personal') return <span className="small">{t('members.with_personal')}</span>
  return <span className={may === 'yes' ? 'better' : 'soft'} role="img" aria-label={t(`common.${may}`)}>{may === 'yes' ? '✓' : '—'}</span>
}
