/** Everything that can be set, by the words people look for it with: the search over the settings, and part of the one over everything. */

import { useMemo } from 'react'
import { BASE } from '@/api/base'
import type { Permission } from '@/api/types'
import { useT } from '@/i18n'
import { useMay } from './access'

/** `words`: keys of texts that stand there, or are near; `at`: the card on its page; `needs`: whoever may not is not led there. `scope`: for
 * whom it holds; `standard`: how it is until somebody sets it; `log`: what the log calls a change of it, `mine` by the reader. */
export interface Setting { name: string; words: string[]; to: string; at?: string; needs?: Permission[]; scope: 'business' | 'self' | 'browser' | 'server'; standard?: string; log?: string[]; mine?: boolean }

const all: Setting[] = [
  { name: 'settings.business', words: ['session.workspace_name', 'settings.lang', 'session.time_zone', 'session.currency', 'settings.find_business'], to: '/settings', at: 'business', scope: 'business', standard: 'settings.standard_set_up', log: ['workspace.changed', 'workspace.founded'] },
  { name: 'settings.sign_in', words: ['settings.second_required', 'second.title'], to: '/settings', at: 'sign-in', needs: ['settings:write'], scope: 'business', standard: 'settings.standard_not_asked', log: ['sign_in.changed'] },
  { name: 'settings.keys', words: ['settings.keys_letters', 'settings.keys_note'], to: '/settings', at: 'keys', scope: 'browser', standard: 'settings.standard_on' },
  { name: 'everything.title', words: ['everything.note', 'everything.take', 'everything.format', 'settings.find_everything'], to: '/settings', at: 'everything', needs: ['settings:write', 'personal:read'], scope: 'business' },
  { name: 'settings.service', words: ['settings.service_note', 'settings.service_issuer', 'settings.service_client', 'settings.service_domains', 'settings.service_newcomers', 'settings.find_service'], to: '/settings', at: 'service', needs: ['settings:write'], scope: 'business', standard: 'settings.standard_none', log: ['oidc.set', 'oidc.unset'] },
  { name: 'account.sessions', words: ['account.title', 'account.device', 'account.end_others', 'settings.find_sessions'], to: '/settings/account', scope: 'self' },
  { name: 'second.title', words: ['account.title', 'settings.find_second'], to: '/settings/account', scope: 'self', standard: 'settings.standard_off', log: ['second_factor.on', 'second_factor.off', 'recovery.renewed'], mine: true },
  { name: 'settings.password', words: ['account.title', 'settings.password_change'], to: '/settings/account', scope: 'self', standard: 'settings.standard_joined', log: ['password.changed'], mine: true },
  { name: 'members.title', words: ['members.invite', 'members.invitations', 'members.roles', 'members.personal', 'access.role'], to: '/settings/users', needs: ['members:manage'], scope: 'business', standard: 'settings.standard_founder', log: ['member.joined', 'member.changed', 'member.removed', 'invitation.made', 'invitation.revoked'] },
  { name: 'tokens.title', words: ['tokens.note', 'tokens.new', 'settings.find_tokens'], to: '/settings/tokens', needs: ['tokens:write'], scope: 'business', standard: 'settings.standard_none', log: ['token.made', 'token.revoked'] },
  { name: 'webhooks.title', words: ['webhooks.note'], to: '/settings/webhooks', needs: ['settings:write'], scope: 'business', standard: 'settings.standard_none', log: ['webhook.made', 'webhook.changed', 'webhook.removed', 'webhook.turned', 'webhook.paused'] },
  { name: 'mail.title', words: ['mail.note', 'mail.server', 'settings.find_mail'], to: '/settings/mail', needs: ['settings:write'], scope: 'business', standard: 'settings.standard_none', log: ['mail.set', 'mail.unset'] },
]
/** Owners of the first business look after the others. */
const others: Setting = { name: 'businesses.title', words: ['businesses.settings_note'], to: '/settings/businesses', needs: ['settings:write'], scope: 'server', standard: 'settings.standard_first', log: ['business.added', 'business.offered', 'business.archived', 'business.reopened'] }

export const settingOf = (name: string): Setting | undefined => [...all, others].find((s) => s.name === name)

export interface Found { key: string; text: string; search: string; to: string; at?: string }

/** What the reader may set, with the words it is found by. */
export function useSettings(): Found[] {
  const { t } = useT()
  const may = useMay()
  return useMemo(() => [...all, ...(BASE ? [] : [others])].filter((s) => s.needs?.every(may) ?? true).map((s) => ({ key: s.name, text: t(s.name), search: [s.name, s.to, ...[s.name, ...s.words].map((w) => t(w))].join(' ').toLowerCase(), to: s.to, at: s.at })), [t, may])
}
