/** What entries are about: what it is called, and where it is looked at. */

import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { dashboards } from '@/api/dashboards'
import { objects } from '@/api/objects'
import { imports, members, segments, session, tokens } from '@/api/queries'
import { sqlQuestions } from '@/api/sql'
import type { AuditEntry, Permission } from '@/api/types'
import { webhooks } from '@/api/webhooks'
import { tags, views } from '@/api/work'
import { useMay } from '@/parts/access'
import { useCatalog, useClassifications, useFormat } from '@/parts/format'
import { lines } from './detail'

/** A link; `needs`: whoever may not is not led there. */
export interface Way { to: string; params?: Record<string, string>; search?: Record<string, string>; hash?: string; needs?: Permission }

/** Ids say by their beginning what they are of; the rest of a definition's name is its key. */
export const kindOf = (text: string): string => /^(segment|classification|feature)(?= )|^[a-z]{1,3}(?=_)/.exec(text)?.[0] ?? ''
const keyOf = (text: string) => text.slice(text.indexOf(' ') + 1)

/** Where a thing is looked at, if there is a page for it. */
export function wayTo(text: string): Way | undefined {
  const [id, key] = [{ id: text }, { key: keyOf(text) }]
  switch (kindOf(text)) {
    case 'segment': return { to: '/segments/$key', params: key }
    case 'classification': return { to: '/classifications/$key', params: key }
    case 'feature': return { to: '/features', search: { open: key.key } }
    case 'cus': return { to: '/customers/$id', params: id }
    case 'imp': return { to: '/imports/$id', params: id, needs: 'imports:write' }
    case 'obj': return { to: '/objects/$id', params: id }
    case 'dsh': return { to: '/dashboards/$id', params: id }
    case 'v': return { to: '/customers', search: { view: text } }
    case 'tag': return { to: '/customers', search: { tag: text } }
    case 'qry': return { to: '/sql', search: { question: text }, needs: 'export:take' }
    case 'whk': return { to: '/settings/webhooks/$id', params: id, needs: 'settings:write' }
    case 'era': return { to: '/erasures/$id', params: id, needs: 'customers:erase' }
    case 'dup': return { to: '/duplicates', search: { id: text } }
    case 'chg': return { to: '/changes', search: { by: 'everybody' }, needs: 'customers:write' }
    case 'job': return { to: '/jobs', needs: 'export:take' }
    case 'tok': return { to: '/settings/tokens', needs: 'tokens:write' }
    case 'ivt': case 'usr': return { to: '/settings/users', needs: 'members:manage' }
    case 'biz': return { to: '/settings/businesses', needs: 'settings:write' }
    case 'wsp': return { to: '/settings' }
    default: return undefined
  }
}

/** Things that are gone with what was done to them: their page says nothing any more. */
const gone = new Set(['webhook.removed', 'tag.removed', 'object.removed', 'record.removed', 'view.withdrawn', 'dashboard.withdrawn', 'sql.withdrawn', 'note.removed'])
/** Where things are looked at that have no id of their own, or another page than their id says. */
const places: Record<string, Way> = {
  'mail.set': { to: '/settings/mail', needs: 'settings:write' },
  'mail.unset': { to: '/settings/mail', needs: 'settings:write' },
  'oidc.set': { to: '/settings', hash: 'service', needs: 'settings:write' },
  'oidc.unset': { to: '/settings', hash: 'service', needs: 'settings:write' },
  'sign_in.changed': { to: '/settings', hash: 'sign-in', needs: 'settings:write' },
  'workspace.changed': { to: '/settings', hash: 'business' },
  'outbound.confirmed': { to: '/settings/webhooks', needs: 'settings:write' },
  'export.taken': { to: '/jobs', search: { kind: 'export' }, needs: 'export:take' },
  'export.downloaded': { to: '/jobs', search: { kind: 'export' }, needs: 'export:take' },
  'sql.asked': { to: '/sql', needs: 'export:take' },
}

/** Where what was done can be looked at. */
export function wayOf({ action, subject, detail }: Pick<AuditEntry, 'action' | 'subject' | 'detail'>): Way | undefined {
  const place = places[action]
  if (place) return place
  if (gone.has(action)) return kindOf(String(detail.object ?? '')) === 'obj' ? wayTo(String(detail.object)) : undefined
  // a record opens over the list of its kind; what was done to many stands there
  if (typeof detail.object === 'string') return { to: '/objects/$id', params: { id: detail.object }, search: kindOf(subject) === 'rec' ? { record: subject } : undefined }
  if (kindOf(subject) === 'not' && typeof detail.customer === 'string') return wayTo(detail.customer)
  if (typeof detail.erasure === 'string') return wayTo(detail.erasure)
  return wayTo(subject)
}

const idsOf = (x: AuditEntry) => [x.subject, ...lines(x.detail).flatMap((l) => [...l.now, ...(l.was ?? [])]).map(String)]

/** Names of the things these entries speak of, as far as they are there and the reader may know them. */
export function useNames(items: AuditEntry[]): { named: (text: string) => string | undefined; ready: boolean } {
  const { label, t, instant } = useFormat()
  const may = useMay()
  const here = useQuery(session).data?.workspace?.name
  const kinds = useMemo(() => new Set(items.flatMap(idsOf).map(kindOf)), [items])
  const asked = (kind: string, needs?: Permission) => ({ enabled: kinds.has(kind) && (!needs || may(needs)) })
  const groups = useQuery({ ...segments(), ...asked('segment') })
  const forms = useQuery({ ...objects, ...asked('obj') })
  const boards = useQuery({ ...dashboards, ...asked('dsh') })
  const kept = useQuery({ ...views, ...asked('v') })
  const marks = useQuery({ ...tags, ...asked('tag') })
  const files = useQuery({ ...imports, ...asked('imp', 'imports:write') })
  const questions = useQuery({ ...sqlQuestions, ...asked('qry', 'export:take') })
  const hooks = useQuery({ ...webhooks, ...asked('whk', 'settings:write') })
  const keys = useQuery({ ...tokens, ...asked('tok', 'tokens:write') })
  const people = useQuery({ ...members, ...asked('usr', 'members:manage') })
  const classifications = useClassifications()
  const { list } = useCatalog()
  // a name that comes later is longer or shorter than what stands for it: rows would jump
  const ready = ![groups, forms, boards, kept, marks, files, questions, hooks, keys, people].some((one) => one.isLoading)
  const named = useMemo(() => {
    const all = new Map<string, string>([
      ...(groups.data ?? []).map((x) => [`segment ${x.key}`, label(x.label)] as const),
      ...classifications.map((x) => [`classification ${x.key}`, label(x.label)] as const),
      ...list.map((x) => [`feature ${x.key}`, label(x.label)] as const),
      ...(forms.data ?? []).map((x) => [x.id, label(x.label)] as const),
      ...(forms.data ?? []).flatMap((x) => x.sections.flatMap((s) => s.fields)).map((x) => [`field ${x.key}`, label(x.label)] as const),
      ...(boards.data ?? []).map((x) => [x.id, label(x.name)] as const),
      ...(kept.data ?? []).map((x) => [x.id, x.name] as const),
      ...(marks.data ?? []).map((x) => [x.id, x.name] as const),
      ...(files.data ?? []).map((x) => [x.id, x.files.map((y) => y.name).join(t('segments.comma')) || instant(x.created_at)] as const),
      ...(questions.data ?? []).map((x) => [x.id, x.name] as const),
      ...(hooks.data?.items ?? []).map((x) => [x.id, x.description || x.url] as const),
      ...(keys.data ?? []).map((x) => [x.id, x.name] as const),
      ...(people.data ?? []).map((x) => [x.id, x.name] as const),
    ])
    return (text: string) => (kindOf(text) === 'wsp' ? here : all.get(text)) || undefined
  }, [here, groups.data, classifications, list, forms.data, boards.data, kept.data, marks.data, files.data, questions.data, hooks.data, keys.data, people.data, label, t, instant])
  return { named, ready }
}
