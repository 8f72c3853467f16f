/** What the server wrote into the log, in the reader's words. A later server may know more: then its own word stands. */

import type { Format } from '@/parts/format'
import type { Raw } from './detail'

type Say = Format['t']

/** The text of the first key there is. */
const first = (t: Say, ...keys: string[]) => keys.map((key) => [key, t(key)] as const).find(([key, own]) => own !== key)?.[1]

export const actionText = (action: string, t: Say) => first(t, `audit.action_${action.replace('.', '_')}`) ?? action

/** Where in an entry something stands: `kept.orders` → Kept · Orders. */
export const nameText = (path: string[], t: Say) => path.map((name) => first(t, `audit.detail_${name}`) ?? name).join(' · ')

/** Texts that name things of ours, by what they stand under; the texts of these keys are the words for them. */
export const spoken: Record<string, string[]> = {
  role: ['access.role_'],
  personal: ['audit.personal_'],
  why: ['audit.why_', 'errors.'],
  kind: ['audit.change_', 'jobs.kind_'],
  decision: ['duplicates.state_'],
  state: ['webhooks.state_'],
  types: ['webhooks.type_'],
  outcome: ['webhooks.outcome_'],
  security: ['mail.security_'],
  colour: ['work.colour_'],
  second_factor: ['audit.step_'],
  via: ['account.via_'],
  code: ['audit.code_', 'errors.'],
}
const instants = new Set(['until', 'made', 'backup'])
/** Numbers that are names. */
const names = new Set(['port', 'status', 'version'])
const languages = new Set(['lang'])

/** A text or number in words; null where it is data that stands for itself. */
export function valueText(path: string[], raw: Raw, f: Pick<Format, 't' | 'integer' | 'instant' | 'lang'>): string | null {
  const { t } = f
  const name = path.at(-1) ?? ''
  if (typeof raw === 'boolean') return t(raw ? 'common.yes' : 'common.no')
  if (typeof raw === 'number') return names.has(name) ? String(raw) : f.integer(raw)
  if (instants.has(name) && !Number.isNaN(Date.parse(raw))) return f.instant(raw)
  if (languages.has(name)) return new Intl.DisplayNames([f.lang], { type: 'language' }).of(raw.slice(0, 2)) ?? raw
  return first(t, ...(spoken[name] ?? []).map((begin) => begin + raw.replace(/[.-]/g, '_'))) ?? null
}
