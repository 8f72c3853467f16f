/** What each role may do, as the server has it: for choosing a role before anybody has it. Who is there already brings their own permissions. */

import type { Permission, Personal, Role, Standing } from '@/api/types'

const table: Record<Role, Permission[]> = {
  owner: ['base:read', 'personal:read', 'customers:write', 'export:take', 'definitions:write', 'imports:write', 'settings:write', 'members:manage', 'tokens:write', 'audit:read', 'customers:erase'],
  manager: ['base:read', 'personal:read', 'customers:write', 'export:take', 'definitions:write', 'imports:write', 'members:manage', 'tokens:write', 'audit:read', 'customers:erase'],
  analyst: ['base:read', 'customers:write', 'export:take', 'definitions:write', 'imports:write', 'tokens:write'],
  agent: ['base:read', 'personal:read', 'customers:write'],
  viewer: ['base:read'],
}
export const roles = Object.keys(table) as Role[]
export const permissions = table.owner

/** Nobody imports without seeing personal data: a dry run would tell phones apart; nor erases whom they cannot tell from others. */
const needPersonal: Permission[] = ['imports:write', 'customers:erase']
/** What a program never may, whoever made its token. */
const peopleOnly: Permission[] = ['members:manage', 'tokens:write']

export function permissionsOf({ role, personal }: Standing): Permission[] {
  const sees = personal === 'by_role' ? table[role].includes('personal:read') : personal === 'granted'
  return permissions.filter((p) => (p === 'personal:read' ? sees : table[role].includes(p) && (sees || !needPersonal.includes(p))))
}
export const tokenPermissionsOf = (standing: Standing) => permissionsOf(standing).filter((p) => !peopleOnly.includes(p))

/** `yes`, `no`, or only together with personal data. */
export const mayOf = (role: Role, permission: Permission): 'yes' | 'no' | 'personal' =>
  permissionsOf({ role, personal: 'by_role' }).includes(permission) ? 'yes' : permission !== 'personal:read' && permissionsOf({ role, personal: 'granted' }).includes(permission) ? 'personal' : 'no'

/** Sees personal data or not, said as little as possible: what the role gives anyway follows the role. */
export const personalOf = (role: Role, sees: boolean): Personal => (table[role].includes('personal:read') === sees ? 'by_role' : sees ? 'granted' : 'denied')

/** The word a member takes into another role: an owner answers for everything and always sees it. */
export const personalIn = (role: Role, word: Personal): Personal => (role === 'owner' ? 'by_role' : word)

/** Nobody gives, or touches, what they do not have themselves. */
export const within = (theirs: Permission[], mine: Permission[]) => theirs.every((p) => mine.includes(p))

/** What somebody gains and loses. */
export const change = (before: Permission[], after: Permission[]) => ({ gains: after.filter((p) => !before.includes(p)), losses: before.filter((p) => !after.includes(p)) })
