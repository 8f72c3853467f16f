import { Select, Switch } from 'antd'
import type { Permission, Role, Standing } from '@/api/types'
import { useT } from '@/i18n'
import { useAccessWords } from './access'
import { personalOf, permissionsOf, roles, within } from './roles'

/** `person`: a member, whom the server lets be an owner only with sight of personal data. */
interface Props { value: Standing; mine: Permission[]; onChange: (next: Standing) => void; of?: (standing: Standing) => Permission[]; person?: boolean }

/** Roles the reader can give; with personal data only if they see it themselves. */
export const rolesWithin = (mine: Permission[], of = permissionsOf) => roles.filter((role) => within(of({ role, personal: 'denied' }), mine))

/** The standing a role begins with: as the role has it, unless that is more than the reader has. */
export function standingOf(role: Role, mine: Permission[]): Standing {
  const sees = permissionsOf({ role, personal: 'by_role' }).includes('personal:read') && mine.includes('personal:read')
  return { role, personal: personalOf(role, sees) }
}

/** A role and whether it sees personal data, with a sentence that says what both come to. */
export function StandingFields({ value, mine, onChange, of = permissionsOf, person }: Props) {
  const { t } = useT()
  const words = useAccessWords()
  const now = of(value)
  const sees = now.includes('personal:read')
  return (
    <>
      <div className="field">
        <label htmlFor="standing-role">{t('access.role')}</label>
        <Select id="standing-role" value={value.role} onChange={(role: Role) => onChange(standingOf(role, mine))} options={rolesWithin(mine, of).map((role) => ({ value: role, label: words.role(role) }))} />
      </div>
      <div className="switch-row">
        <Switch id="standing-personal" checked={sees} disabled={!mine.includes('personal:read') || (person && value.role === 'owner')} onChange={(on) => onChange({ ...value, personal: personalOf(value.role, on) })} />
        <label htmlFor="standing-personal">{t('access.personal_note')}</label>
      </div>
      <p className="small soft">{t('access.comes_to', { all: words.all(now) })}</p>
    </>
  )
}
