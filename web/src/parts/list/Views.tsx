import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Input, Radio } from 'antd'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { View, ViewBody } from '@/api/types'
import { deleteView, postView, putView, setDefaultView, touchView, views as viewsQuery } from '@/api/work'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { Drawer, Modal } from '@/parts/opened'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import './list.css'
import { bare, changed, type ListKind, queryOf, type Search, searchOf, sentOf } from './view'

const none: View[] = []
/** `go`: to another address of the same list. */
interface Props { kind: ListKind; search: Search; untouched: boolean; go: (next: (old: Search) => Search, replace?: boolean) => void }

/** Saved views over a list, and what to do when the list no longer says what its view says. */
export function Views({ kind, search, untouched, go }: Props) {
  const { t } = useFormat()
  const queries = useQueryClient()
  const problem = useProblemText()
  const { data: every = none, isSuccess } = useQuery(viewsQuery)
  const all = useMemo(() => every.filter((v) => v.query.object === kind.object), [every, kind])
  const to = useRef(go)
  to.current = go
  const [saving, setSaving] = useState<'new' | View | null>(null)
  const [managing, setManaging] = useState(false)
  const open = (view: View | null) => go((old) => searchOf(kind, view, old))
  const current = all.find((v) => v.id === search.view)
  useEffect(() => {
    if (!isSuccess) return
    // a bare link to a view, or the list as one begins: the address says everything from here on
    const first = bare(kind, search) ? current : untouched ? all.find((v) => v.default) : undefined
    if (first) to.current((old) => searchOf(kind, first, old), true)
  }, [all, isSuccess, current, search, untouched, kind])
  useEffect(() => { if (current) void touchView(current.id).catch(() => undefined) }, [current?.id])
  const refresh = () => queries.invalidateQueries({ queryKey: viewsQuery.queryKey })
  const save = useMutation({
    mutationFn: (view: View) => putView(view.id, { name: view.name, audience: view.audience, query: sentOf(kind, search) }),
    onSuccess: async (made) => { await refresh(); toast.ok(t('work.view_saved', { name: made.name })) },
    onError: (e) => toast.bad(problem(e)),
  })
  const dirty = current && changed(kind, current, search)
  const missing = isSuccess && search.view && search.view !== 'all' && !current
  const nowhere = !current && (isSuccess || !search.view || search.view === 'all')
  return (
    <div className="views" data-testid="views">
      <nav className="view-tabs" aria-label={t('work.views')}>
        <button type="button" className="view-tab" aria-current={nowhere ? 'true' : undefined} onClick={() => open(null)}>{t(kind.object ? 'records.all' : 'work.everybody')}</button>
        {all.map((v) => <button key={v.id} type="button" className="view-tab" aria-current={v === current ? 'true' : undefined} title={v.audience === 'everyone' ? t('work.shared_by', { name: v.owner_name ?? '—' }) : undefined} onClick={() => open(v)}>{v.name}</button>)}
      </nav>
      {dirty && <span className="row"><span className="chip">{t('work.view_changed')}</span>{current.mine && <Button size="small" loading={save.isPending} onClick={() => save.mutate(current)}>{t('common.save')}</Button>}<Button size="small" onClick={() => setSaving('new')}>{t('work.save_as')}</Button><Button size="small" type="text" onClick={() => open(current)}>{t('work.discard')}</Button></span>}
      {nowhere && !missing && Object.keys(queryOf(kind, search)).length > 0 && <Button size="small" type="text" onClick={() => setSaving('new')}>+ {t('work.save_view')}</Button>}
      {missing && <span className="row"><span className="soft small">{t('work.view_gone')}</span><Button size="small" onClick={() => setSaving('new')}>{t('work.save_view')}</Button></span>}
      {all.length > 0 && <Button size="small" type="text" onClick={() => setManaging(true)}>{t('work.manage_views')}</Button>}
      {saving && <SaveDialog of={saving === 'new' ? null : saving} query={sentOf(kind, search)} onClose={() => setSaving(null)} onSaved={async (v, made) => { setSaving(null); await refresh(); if (made) open(v) }} />}
      <Drawer open={managing} onClose={() => setManaging(false)} size={520} title={t('work.views')} destroyOnHidden>
        <Manage views={all} begins={!kind.object} onEdit={(v) => setSaving(v)} onChanged={refresh} />
      </Drawer>
    </div>
  )
}

function SaveDialog({ of, query, onClose, onSaved }: { of: View | null; query: Record<string, string>; onClose: () => void; onSaved: (view: View, made: boolean) => Promise<void> }) {
  const { t } = useFormat()
  const may = useMay()('customers:write')
  const problem = useProblemText()
  const [name, setName] = useState(of?.name ?? '')
  const [audience, setAudience] = useState<ViewBody['audience']>(of?.audience ?? 'private')
  const save = useMutation({
    mutationFn: () => (of ? putView(of.id, { name, audience, query: of.query }) : postView({ name, audience, query })),
    onSuccess: async (view) => { toast.ok(t('work.view_saved', { name: view.name })); await onSaved(view, !of) },
    onError: (e) => toast.bad(problem(e)),
  })
  return (
    <Modal open title={t(of ? 'work.edit_view' : 'work.save_view')} okText={t('common.save')} cancelText={t('common.cancel')} onCancel={onClose} onOk={() => save.mutate()} okButtonProps={{ disabled: !name.trim(), loading: save.isPending }} width={420}>
      <div className="form-grid">
        <div className="field"><label htmlFor="view-name">{t('work.view_name')}</label><Input id="view-name" autoFocus maxLength={60} value={name} onChange={(e) => setName(e.target.value)} onPressEnter={(e) => { if (!e.nativeEvent.isComposing && name.trim() && !save.isPending) save.mutate() }} /></div>
        <Radio.Group aria-label={t('work.audience')} value={audience} onChange={(e) => setAudience(e.target.value as ViewBody['audience'])} options={[{ value: 'private', label: t('work.audience_private') }, { value: 'everyone', label: t('work.audience_everyone'), disabled: !may }]} />
      </div>
    </Modal>
  )
}

/** All views, those nobody looked through for long first to go. `begins`: one of them may be where somebody begins. */
function Manage({ views, begins, onEdit, onChanged }: { views: View[]; begins: boolean; onEdit: (v: View) => void; onChanged: () => Promise<void> }) {
  const f = useFormat()
  const { t } = f
  const problem = useProblemText()
  const [unusedOnly, setUnusedOnly] = useState(false)
  const shown = views.filter((v) => !unusedOnly || v.unused)
  const run = async (what: Promise<void>, said: string) => {
    try {
      await what
      toast.ok(said)
    } catch (e) {
      toast.bad(problem(e))
    }
    await onChanged()
  }
  return (
    <div className="stack">
      <Checkbox checked={unusedOnly} onChange={(e) => setUnusedOnly(e.target.checked)}>{t('work.unused_only', { count: views.filter((v) => v.unused).length })}</Checkbox>
      {shown.length === 0 && <p className="soft">{t('work.no_views')}</p>}
      {shown.map((v) => (
        <section key={v.id} className="card stack tight">
          <div className="person-line"><span className="strong clip">{v.name}</span><span className="chip">{t(`work.audience_${v.audience}`)}</span></div>
          <p className="soft small">{t('work.view_note', { owner: v.owner_name ?? '—', used: f.instant(v.used_at) })}{v.unused && ` · ${t('work.unused')}`}</p>
          <div className="row">
            {begins && <Button size="small" type={v.default ? 'primary' : 'default'} aria-pressed={v.default} onClick={() => void run(setDefaultView(v.default ? null : v.id), t(v.default ? 'work.no_default' : 'work.is_default', { name: v.name }))}>{t('work.begin_with')}</Button>}
            {v.mine && <Button size="small" onClick={() => onEdit(v)}>{t('work.edit_view')}</Button>}
            {v.mine && <Button size="small" danger onClick={() => void run(deleteView(v.id), t('work.view_removed', { name: v.name }))}>{t('common.delete')}</Button>}
          </div>
        </section>
      ))}
    </div>
  )
}
