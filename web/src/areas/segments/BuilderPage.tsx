import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Button, Input, InputNumber, Segmented, Select } from 'antd'
import { useEffect, useMemo, useRef, useState } from 'react'
import { isProblem } from '@/api/problem'
import { customers, postSegment, preview, putSegment, segment as segmentQuery, segments } from '@/api/queries'
import type { SegmentItem } from '@/api/types'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { useDebounced } from '@/parts/hooks'
import { useAt } from '@/parts/useAt'
import { useDraft } from '@/parts/useDraft'
import { useUnsaved } from '@/parts/useUnsaved'
import { ruleFilter } from '@/parts/filters'
import { RunLine } from '@/parts/definition/RunLine'
import { SegmentTrendCard } from '@/parts/definition/TrendCard'
import { Gone } from '@/parts/definition/Gone'
import { VersionsCard } from '@/parts/definition/VersionsCard'
import { ExportSegment } from '@/parts/jobs/ExportMenu'
import { LinkButton } from '@/parts/LinkButton'
import { Card, Page } from '@/parts/Page'
import { useOpened } from '@/parts/recent'
import { isFinished, leafIndex } from '@/parts/rule/rows'
import { RuleEditor } from '@/parts/rule/RuleEditor'
import { useRule } from '@/parts/rule/useRule'
import { Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { LivePane } from './LivePane'
import { ReadSegment } from './ReadSegment'
import './segments.css'

export function NewSegment() {
  const { rule, name, from } = useSearch({ from: '/app/segments/new' })
  return <Builder key="new" members={from ? Object.fromEntries(new URLSearchParams(from)) : undefined} initial={{ text: rule ?? '', name: name ?? '', description: '', exclude: [], priority: null }} />
}

export function EditSegment() {
  const { key } = useParams({ from: '/app/segments/$key' })
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const query = useQuery(segmentQuery(key, useAt()))
  useOpened('segments', query.data?.key, query.data?.label)
  if (query.isPending) return <Page title={key}><Card><Loading lines={8} /></Card></Page>
  if (query.error) return <Page title={key} crumb={<Link to="/segments">{t('segments.title')}</Link>}><Gone of="segments" name={key} error={query.error} retry={() => void query.refetch()} /></Page>
  const s = query.data
  // what was in force then is read; what is changed is what is in force now
  if (!may('definitions:write') || s.in_force?.until) return <ReadSegment segment={s} />
  return <Builder key={`${s.key}-${s.version}`} saved={s} initial={{ text: s.rule_text ?? '', name: f.label(s.label), description: f.label(s.description), exclude: s.exclude ?? [], priority: s.priority ?? null }} />
}

interface Initial { text: string; name: string; description: string; exclude: string[]; priority: { group: string; rank: number } | null }

/** `members`: the filters of a list whose customers, as they are now, become the segment. */
function Builder({ saved, initial, members }: { saved?: SegmentItem; initial: Initial; members?: Record<string, string> }) {
  const f = useFormat()
  const { t, lang } = f
  const navigate = useNavigate()
  const queries = useQueryClient()
  const problem = useProblemText()
  const at = useAt()
  const state = useRule(initial.text)
  const [name, setName] = useState(initial.name)
  const [description, setDescription] = useState(initial.description)
  const [exclude, setExclude] = useState(initial.exclude)
  const [priority, setPriority] = useState(initial.priority)
  const [fixed, setFixed] = useState(members !== undefined)
  const listed = useInfiniteQuery({ ...customers({ ...members, columns: 'net' }, 10), enabled: members !== undefined })
  const [missingName, setMissingName] = useState(false)
  const done = useRef(false)
  const { data: others = [] } = useQuery(segments())

  const text = useDebounced(state.text, 150)
  const live = useQuery({ ...preview(text.trim(), exclude, at, { key: saved?.key, priority }), enabled: !state.error && text.trim() !== '' && saved?.kind !== 'static' })
  const counts = useMemo(() => {
    const found = new Map<string, number>()
    if (!live.data || live.isPlaceholderData) return found
    for (const [id, index] of leafIndex(state.rows)) {
      const n = live.data.conditions[index]?.count
      if (n !== undefined) found.set(id, n)
    }
    return found
  }, [live.data, live.isPlaceholderData, state.rows])

  const dirty = !isFinished(state.rows) || state.text !== initial.text || name !== initial.name || description !== initial.description || exclude.join() !== initial.exclude.join() || JSON.stringify(priority) !== JSON.stringify(initial.priority)
  useUnsaved(() => dirty && !done.current, t('segments.draft_kept'))
  const draft = useDraft<Initial>(`segment.${saved?.key ?? (members ? new URLSearchParams(members).toString() : 'new')}`, initial, dirty ? { text: state.text, name, description, exclude, priority } : null, saved?.version)
  const goOn = ({ text: rule, ...said }: Initial) => {
    if (rule !== state.text) state.setText(rule)
    setName(said.name)
    setDescription(said.description)
    setExclude(said.exclude)
    setPriority(said.priority)
    draft.taken()
  }

  const save = useMutation({
    mutationFn: async () => {
      const zh = lang === 'zh-CN'
      // the text typed now belongs to this language; the other keeps its own if it differed
      const merge = (old: { zh: string; en: string } | undefined, now: string) => (!old || old.zh === old.en || !old.zh || !old.en ? { zh: now, en: now } : zh ? { zh: now, en: old.en } : { zh: old.zh, en: now })
      // a fixed list is taken by the server, as of the day the count beside it is of; one that is there keeps its customers
      const whom = saved?.kind === 'static' ? {} : fixed ? { filter: members ?? ruleFilter(state.text, at) } : { rule_text: state.text.trim() }
      const body = { label: merge(saved?.label, name.trim()), description: merge(saved?.description, description.trim()), ...whom, exclude, priority }
      return saved ? putSegment(saved.key, body, saved.version) : postSegment(body)
    },
    onSuccess: async (made) => {
      done.current = true
      draft.done()
      toast.ok(t('segments.saved', { name: f.label(made.label) }))
      await queries.invalidateQueries({ queryKey: ['run'] })
      if (saved) done.current = false
      else await navigate({ to: '/segments/$key', params: { key: made.key } })
    },
    onError: (e) => toast.bad(problem(e)),
  })
  const savable = !!state.text.trim() || saved?.kind === 'static' || members !== undefined
  // what was just typed into the rows may still be on its way into the text: save once both say the same
  const [wanted, setWanted] = useState(false)
  const trySave = () => {
    if (save.isPending || wanted) return
    setMissingName(!name.trim())
    if (!name.trim()) { document.getElementById('segment-name')?.focus(); return }
    if (!isFinished(state.rows)) { toast.bad(t('segments.unfinished')); return }
    setWanted(true)
  }
  useEffect(() => {
    if (!wanted || !state.settled) return
    setWanted(false)
    if (!state.error && savable) save.mutate()
  }, [wanted, state.settled, state.error, savable, save])
  const latest = useRef(trySave)
  latest.current = trySave
  useEffect(() => {
    const on = (e: KeyboardEvent) => { if ((e.metaKey || e.ctrlKey) && e.key === 'Enter') latest.current() }
    window.addEventListener('keydown', on)
    return () => window.removeEventListener('keydown', on)
  }, [])

  return (
    <Page
      title={saved ? f.label(saved.label) : t('segments.new')}
      crumb={<Link to="/segments">{t('segments.title')}</Link>}
      {...(saved && { note: <><span className="mono">{saved.key} · v{saved.version}</span>{saved.kind !== 'static' && <RunLine at={at} />}</> })}
      actions={
        <>
          {saved && <LinkButton to="/customers" search={{ segment: saved.key } as never}>{t('segments.list')}</LinkButton>}
          {saved && <ExportSegment segment={saved.key} at={at} none={!saved.size} />}
          <Button type="primary" loading={save.isPending || wanted} disabled={!!state.error || !savable} onClick={trySave} title="⌘/Ctrl + Enter">{t('common.save')}</Button>
        </>
      }
    >
      {draft.offered && (
        <div className="failed offer" role="status" data-testid="draft">
          <span>{t(draft.offered.version === saved?.version ? 'segments.draft' : 'segments.draft_older', { at: f.instant(draft.offered.at) })}</span>
          <span className="row"><Button size="small" type="primary" onClick={() => { if (draft.offered) goOn(draft.offered.said) }}>{t('segments.draft_take')}</Button><Button size="small" onClick={draft.drop}>{t('segments.draft_drop')}</Button></span>
        </div>
      )}
      <div className="builder">
        <div className="stack">
          <Card>
            <div className="seg-name">
              <div className="field"><label htmlFor="segment-name">{t('segments.name')}</label><Input id="segment-name" autoFocus={!saved} value={name} status={missingName && !name.trim() ? 'error' : undefined} onChange={(e) => setName(e.target.value)} placeholder={t('segments.name_example')} />{missingName && !name.trim() && <span className="field-error" role="alert">{t('segments.name_missing')}</span>}</div>
              <div className="field"><label htmlFor="segment-description">{t('segments.description')}</label><Input id="segment-description" value={description} onChange={(e) => setDescription(e.target.value)} /></div>
              {!saved && !members && (
                <div className="field seg-kind">
                  <span className="field-name" id="segment-kind">{t('segments.membership')}</span>
                  <Segmented<'dynamic' | 'static'> aria-labelledby="segment-kind" value={fixed ? 'static' : 'dynamic'} onChange={(kind) => setFixed(kind === 'static')} options={(['dynamic', 'static'] as const).map((value) => ({ value, label: t(`segments.kind_${value}`) }))} />
                </div>
              )}
            </div>
          </Card>
          {members ? <Card title={t('segments.kind_static')}><p className="soft">{listed.data ? t('segments.fixed_from', { count: listed.data.pages[0]?.total ?? 0, n: f.integer(listed.data.pages[0]?.total ?? 0) }) : t('common.loading')}</p></Card> : saved?.kind === 'static' ? <Card title={t('segments.rule')}><p className="soft">{t('segments.static_note', { n: f.integer(saved.size) })}</p></Card> : (
            <Card title={t('segments.rule')} extra={live.data && !state.error && <span className={`only-narrow${live.isPlaceholderData || text !== state.text ? ' soft' : ' strong'}`} aria-hidden="true">→ {f.integer(live.data.count)}</span>}><RuleEditor state={state} counts={counts} /></Card>
          )}
          <Card title={t('segments.order')}>
            <div className="stack">
              <div className="field">
                <label htmlFor="segment-exclude">{t('segments.exclude')}</label>
                <Select id="segment-exclude" mode="multiple" value={exclude} onChange={setExclude} placeholder={t('segments.exclude_none')} options={others.filter((s) => s.key !== saved?.key).map((s) => ({ value: s.key, label: f.label(s.label) }))} showSearch={{ optionFilterProp: 'label' }} />
              </div>
              <div className="two">
                <div className="field"><label htmlFor="segment-group">{t('segments.priority_group')}</label><Input id="segment-group" value={priority?.group ?? ''} onChange={(e) => setPriority(e.target.value ? { group: e.target.value, rank: priority?.rank ?? 1 } : null)} /></div>
                <div className="field"><label htmlFor="segment-rank">{t('segments.priority_rank')}</label><InputNumber<number> id="segment-rank" className="full" min={1} precision={0} disabled={!priority} value={priority?.rank ?? null} onChange={(rank) => priority && setPriority({ ...priority, rank: rank ?? 1 })} changeOnWheel={false} /></div>
              </div>
              <p className="small soft">{t('segments.order_note')}</p>
            </div>
          </Card>
          {saved && <SegmentTrendCard name={saved.key} at={at} />}
          {saved && <VersionsCard of="segments" name={saved.key} />}
        </div>
        <div className="builder-side">
          {!members && saved?.kind !== 'static' && <LivePane data={live.data} rule={text} stale={live.isPlaceholderData || !state.settled || text !== state.text} sentence={state.sentence} empty={!state.text.trim()} error={live.error && !(isProblem(live.error) && live.error.span) ? live.error : null} />}
        </div>
      </div>
    </Page>
  )
}
