/** Everything that can be set, by the words people look for it with: the search over the settings, and part of the one over everything. */

import { useMemo } from 'react'
import { BASE } from '@/api/base'
import type { Permission } from '@/api/types'
import { useT } from '@/i18n'
import { useMay } from './access'

/** `words`: keys of texts that stand there, or are near; `at`: the card on its page; `needs`: whoever may not is not led there. */
interface Setting { name: string; words: string[]; to: string; at?: string; needs?: Permission[] }

const all: Setting[] = [
  { name: 'settings.business', words: ['session.workspace_name', 'settings.lang', 'session.time_zone', 'session.currency'], to: '/settings', at: 'business' },
  { name: 'settings.sign_in', words: ['settings.second_required', 'second.title'], to: '/settings', at: 'sign-in', needs: ['settings:write'] },
  { name: 'settings.keys', words: ['settings.keys_letters', 'settings.keys_note'], to: '/settings', at: 'keys' },
  { name: 'everything.title', words: ['everything.note', 'everything.take', 'everything.format'], to: '/settings', at: 'everything', needs: ['settings:write', 'personal:read'] },
  { name: 'settings.service', words: ['settings.service_note', 'settings.service_issuer', 'settings.service_client', 'settings.service_domains', 'settings.service_newcomers'], to: '/settings', at: 'service', needs: ['settings:write'] },
  { name: 'account.sessions', words: ['account.title', 'account.device', 'account.end_others'], to: '/settings/account' },
  { name: 'second.title', words: ['account.title'], to: '/settings/account' },
  { name: 'settings.password', words: ['account.title', 'settings.password_change'], to: '/settings/account' },
  { name: 'members.title', words: ['members.invite', 'members.invitations', 'members.roles', 'members.personal', 'access.role'], to: '/settings/users', needs: ['members:manage'] },
  { name: 'tokens.title', words: ['tokens.note', 'tokens.new'], to: '/settings/tokens', needs: ['tokens:write'] },
  { name: 'webhooks.title', words: ['webhooks.note'], to: '/settings/webhooks', needs: ['settings:write'] },
  { name: 'mail.title', words: ['mail.note', 'mail.server'], to: '/settings/mail', needs: ['settings:write'] },
]
/** Owners of the first business look after the others. */
const others: Setting = { name: 'businesses.title', words: ['businesses.settings_note'], to: '/settings/businesses', needs: ['settings:write'] }

export interface Found { key: string; text: string; search: string; to: string; at?: string }

/** What the reader may set, with the words it is found by. */
export function useSettings(): Found[] {
  const { t } = useT()
  const may = useMay()
  return useMemo(() => [...all, ...(BASE ? [] : [others])].filter((s) => s.needs?.every(may) ?? true).map((s) => ({ key: s.name, text: t(s.name), search: [s.name, s.to, ...[s.name, ...s.words].map((w) => t(w))].join(' ').toLowerCase(), to: s.to, at: s.at })), [t, may])
}
