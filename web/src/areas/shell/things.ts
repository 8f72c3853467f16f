import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import { BASE } from '@/api/base'
import { ownBusinesses } from '@/api/businesses'
import { dashboards } from '@/api/dashboards'
import { merges } from '@/api/duplicates'
import { erasures } from '@/api/erasures'
import { findRecords, objects } from '@/api/objects'
import { isProblem } from '@/api/problem'
import { imports, jobsPage, members, profile, segments, session, tokens } from '@/api/queries'
import { sqlQuestions } from '@/api/sql'
import type { Label } from '@/api/types'
import { webhooks } from '@/api/webhooks'
import { tags, views } from '@/api/work'
import { useAccessWords, useMay } from '@/parts/access'
import { useCatalog, useClassifications, useFormat } from '@/parts/format'
import { useDebounced } from '@/parts/hooks'
import { jobName } from '@/parts/jobs/JobLine'
import { forgetRecent, type Recent, recent } from '@/parts/recent'
import { shownIn } from '@/parts/record/value'
import { useSettings } from '@/parts/settings'
import { useAt } from '@/parts/useAt'
import { useActions } from './actions'
import { letterOf, usePlaces } from './places'

/** Something the search leads to. `search`: every word it is found by. */
export interface Item { id: string; group: string; text: string; note?: string; search: string; go: () => void }

const item = (group: string, id: string, text: string, note: string, go: () => void, more = ''): Item => ({ id: `${group}-${id}`, group, text, note, search: `${text} ${note} ${id} ${more}`.toLowerCase(), go })
const both = (...labels: Label[]) => labels.flatMap((l) => [l.zh, l.en]).join(' ')

/** Pages and actions: there without asking the server. */
export function useDoable(onOther: () => void): Item[] {
  const { t } = useFormat()
  const navigate = useNavigate()
  const may = useMay()
  const places = usePlaces()
  const settings = useSettings()
  const { make, others } = useActions()
  const { data: mine } = useQuery(ownBusinesses)
  return useMemo(() => [
    ...places.map((p) => item('pages', p.key, t(`shell.${p.key}`), letterOf(p) ? `G ${letterOf(p)}` : '', () => void navigate({ to: p.to }), p.to)),
    item('pages', 'settings', t('settings.title'), '', () => void navigate({ to: '/settings' }), '/settings'),
    item('pages', 'account', t('account.title'), '', () => void navigate({ to: '/settings/account' }), '/settings/account'),
    ...(may('settings:write') && !BASE ? [item('pages', 'businesses', t('businesses.title'), '', () => void navigate({ to: '/settings/businesses' }), '/settings/businesses')] : []),
    ...settings.map((s) => item('settings', s.key, s.text, t('settings.title'), () => void navigate({ to: s.to, hash: s.at }), s.search)),
    ...make.map((a) => item('actions', a.key, a.text, a.letter ? `C ${a.letter}` : '', a.go)),
    ...others.map((a) => item('actions', a.key, a.text, '', a.go)),
    ...(mine ?? []).filter((b) => !b.here).map((b) => item('businesses', b.path, b.name, b.path || '/', () => window.location.assign(`${b.path}/`))),
    item('businesses', 'other', t('shell.other_business'), '', onOther),
  ], [t, navigate, may, places, settings, make, others, mine, onOther])
}

/** Everything that has a name of its own; asked for once somebody types. */
export function useThings(wanted: boolean): Item[] {
  const f = useFormat()
  const { t, label } = f
  const navigate = useNavigate()
  const may = useMay()
  const words = useAccessWords()
  const { list: features } = useCatalog()
  const classifications = useClassifications()
  const { data: groups } = useQuery({ ...segments(useAt()), enabled: wanted })
  const { data: boards } = useQuery({ ...dashboards, enabled: wanted })
  const { data: kept } = useQuery({ ...views, enabled: wanted })
  const { data: kinds } = useQuery({ ...objects, enabled: wanted })
  const { data: marks } = useQuery({ ...tags, enabled: wanted })
  const { data: files } = useQuery({ ...imports, enabled: wanted && may('imports:write') })
  const { data: questions } = useQuery({ ...sqlQuestions, enabled: wanted && may('export:take') })
  const { data: people } = useQuery({ ...members, enabled: wanted && may('members:manage') })
  const { data: jobs } = useQuery({ queryKey: ['jobs', 'find'], queryFn: ({ signal }) => jobsPage({ limit: 30 }, signal), enabled: wanted && may('export:take') })
  const { data: hooks } = useQuery({ ...webhooks, refetchInterval: false, enabled: wanted && may('settings:write') })
  const { data: keys } = useQuery({ ...tokens, enabled: wanted && may('tokens:write') })
  const { data: joined } = useQuery({ ...merges, enabled: wanted && may('customers:write') })
  const { data: receipts } = useInfiniteQuery({ ...erasures, enabled: wanted && may('customers:erase') })
  return useMemo(() => [
    ...(groups ?? []).map((s) => item('segments', s.key, label(s.label), f.integer(s.size), () => void navigate({ to: '/segments/$key', params: { key: s.key } }), both(s.label))),
    ...(boards ?? []).map((d) => item('dashboards', d.id, label(d.name), d.owner_name ?? '', () => void navigate({ to: '/dashboards/$id', params: { id: d.id } }), both(d.name))),
    ...(kept ?? []).map((v) => item('views', v.id, v.name, v.owner_name ?? '', () => void (v.query.object ? navigate({ to: '/objects/$id', params: { id: v.query.object }, search: { view: v.id } as never }) : navigate({ to: '/customers', search: { view: v.id } as never })))),
    ...classifications.map((c) => item('classifications', c.key, label(c.label), c.key, () => void navigate({ to: '/classifications/$key', params: { key: c.key } }), both(c.label))),
    ...classifications.flatMap((c) => c.classes.map((k) => item('classes', `${c.key}.${k.key}`, label(k.label), `${label(c.label)} · ${f.integer(k.customers)}`, () => void navigate({ to: '/customers', search: { [`class.${c.key}`]: k.key } as never }), both(k.label)))),
    ...features.map((x) => item('features', x.key, label(x.label), x.key, () => void navigate({ to: '/features', search: { open: x.key, q: undefined } }), both(x.label))),
    ...(kinds ?? []).map((o) => item('objects', o.id, label(o.label), f.integer(o.records), () => void navigate({ to: '/objects/$id', params: { id: o.id } }), both(o.label, o.description))),
    ...(questions ?? []).map((x) => item('questions', x.id, x.name, x.owner_name ?? '', () => void navigate({ to: '/sql', search: { question: x.id } }), x.text)),
    ...(files ?? []).map((x) => item('imports', x.id, x.files.map((y) => y.name).join(t('segments.comma')) || x.id, f.instant(x.created_at), () => void navigate({ to: '/imports/$id', params: { id: x.id } }))),
    ...(marks ?? []).map((x) => item('tags', x.id, x.name, '', () => void navigate({ to: '/customers', search: { tag: x.id } as never }))),
    ...(people ?? []).map((m) => item('members', m.id, m.name, words.role(m.role), () => void navigate({ to: '/settings/users' }), m.email)),
    ...(jobs?.items ?? []).filter((j) => !j.quiet).map((j) => item('jobs', j.id, jobName(j, f), [t(`jobs.state_${j.state}`), j.created_at && f.instant(j.created_at)].filter(Boolean).join(' · '), () => void navigate({ to: '/jobs', search: { kind: j.kind } }))),
    ...(hooks?.items ?? []).map((w) => item('webhooks', w.id, w.description || w.url, w.description ? w.url : '', () => void navigate({ to: '/settings/webhooks/$id', params: { id: w.id } }))),
    ...(keys ?? []).map((x) => item('tokens', x.id, x.name, words.role(x.role), () => void navigate({ to: '/settings/tokens' }))),
    ...(joined ?? []).map((m) => item('merges', m.id, `${m.merged.name ?? m.merged.id} → ${m.survivor.name ?? m.survivor.id}`, f.instant(m.at), () => void navigate({ to: '/customers/$id', params: { id: m.survivor.id } }), m.merged.id)),
    ...(receipts?.pages.flatMap((p) => p.items) ?? []).map((e) => item('erasures', e.id, e.reason || e.id, f.instant(e.asked_at), () => void navigate({ to: '/erasures/$id', params: { id: e.id } }), e.author_name ?? '')),
  ], [groups, boards, kept, classifications, features, kinds, questions, files, marks, people, jobs, hooks, keys, joined, receipts, f, t, label, navigate, words])
}

/** Records of every kind that answer to a word: the best of each first, the largest kinds before others. */
export function useRecords(typed: string): Item[] {
  const f = useFormat()
  const navigate = useNavigate()
  const q = useDebounced(typed, 120)
  const { data: kinds } = useQuery({ ...objects, enabled: q.length > 1 })
  const asked = useMemo(() => [...(kinds ?? [])].filter((o) => o.records > 0).sort((a, b) => b.records - a.records), [kinds])
  const found = useQueries({ queries: asked.map((o) => ({ ...findRecords(o.id, q), enabled: q.length > 1, retry: false })) })
  if (q !== typed || q.length < 2) return []
  const all = asked.flatMap((o, i) => {
    const fields = o.sections.flatMap((s) => s.fields)
    return (found[i]?.data ?? []).map((r, place) => {
      const shown = fields.filter((x) => r.values[x.key]).slice(0, 2).map((x) => shownIn(r, x, f))
      return { place, item: item('records', r.id, shown.join(' · ') || `#${r.number}`, `${f.label(o.label)} #${r.number}`, () => void navigate({ to: '/objects/$id', params: { id: o.id }, search: { record: r.id } as never })) }
    })
  })
  return all.sort((a, b) => a.place - b.place).map((x) => x.item)
}

/** How many of those opened last are shown. */
const mostRecent = 6

/** What this person opened last. The names of customers are asked for, so that they are today's, and nobody's who is gone. */
export function useRecent(wanted: boolean): Item[] {
  const { label, t } = useFormat()
  const navigate = useNavigate()
  const { data } = useQuery(session)
  const user = data?.user?.id ?? ''
  const may = useMay()
  const all = useMemo(() => recent(user).filter((x) => x.kind !== 'imports' || may('imports:write')).slice(0, mostRecent), [user, may])
  const people = useQueries({ queries: all.map((x) => ({ ...profile(x.id), enabled: wanted && x.kind === 'customers', staleTime: 60_000, retry: false, refetchInterval: false as const })) })
  const gone = all.filter((_, i) => isProblem(people[i]?.error) && people[i]?.error.status === 404)
  useEffect(() => gone.forEach((x) => forgetRecent(user, x)), [gone.length, user])
  const go = ({ kind, id }: Recent) => {
    switch (kind) {
      case 'customers': return navigate({ to: '/customers/$id', params: { id } })
      case 'segments': return navigate({ to: '/segments/$key', params: { key: id } })
      case 'classifications': return navigate({ to: '/classifications/$key', params: { key: id } })
      case 'dashboards': return navigate({ to: '/dashboards/$id', params: { id } })
      case 'objects': return navigate({ to: '/objects/$id', params: { id } })
      case 'imports': return navigate({ to: '/imports/$id', params: { id } })
    }
  }
  return all.flatMap((x, i) => {
    const asked = people[i]
    if (x.kind === 'customers' && asked?.error) return []
    const p = x.kind === 'customers' ? asked?.data : undefined
    const name = x.kind === 'customers' ? (p ? (p.name ?? p.identifiers[0]?.value ?? p.id) : '…') : label(x.name) || x.id
    return [item('recent', `${x.kind}-${x.id}`, name, t(`shell.${x.kind === 'classifications' ? 'overview' : x.kind}`), () => void go(x))]
  })
}
