import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import type { View } from '@/api/types'
import { putView, touchView, views as viewsQuery } from '@/api/work'
import { useFormat } from '@/parts/format'
import { Drawer } from '@/parts/opened'
import { Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import './list.css'
import { bare, changed, type ListKind, queryOf, type Search, searchOf, sentOf } from './view'

// fetched once somebody saves or tends them
const SaveView = lazy(() => import('./SaveView'))
const ManageViews = lazy(() => import('./ManageViews'))

const none: View[] = []
/** `go`: to another address of the same list. */
interface Props { kind: ListKind; search: Search; untouched: boolean; go: (next: (old: Search) => Search, replace?: boolean) => void }

/** Saved views over a list, and what to do when the list no longer says what its view says. */
export function Views({ kind, search, untouched, go }: Props) {
  const { t } = useFormat()
  const queries = useQueryClient()
  const problem = useProblemText()
  const { data: every = none, isSuccess } = useQuery(viewsQuery)
  // those one keeps in front come first
  const all = useMemo(() => every.filter((v) => v.query.object === kind.object).sort((a, b) => Number(b.pinned) - Number(a.pinned)), [every, kind])
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
        {all.map((v) => <button key={v.id} type="button" className="view-tab" aria-current={v === current ? 'true' : undefined} title={v.audience === 'everyone' ? t('work.shared_by', { name: v.owner_name ?? '—' }) : undefined} onClick={() => open(v)}>{v.pinned && <span className="view-pin" role="img" aria-label={t('work.pinned')}>◆</span>}{v.name}</button>)}
      </nav>
      {dirty && <span className="row"><span className="chip">{t('work.view_changed')}</span>{current.mine && <Button size="small" loading={save.isPending} onClick={() => save.mutate(current)}>{t('common.save')}</Button>}<Button size="small" onClick={() => setSaving('new')}>{t('work.save_as')}</Button><Button size="small" type="text" onClick={() => open(current)}>{t('work.discard')}</Button></span>}
      {nowhere && !missing && Object.keys(queryOf(kind, search)).length > 0 && <Button size="small" type="text" onClick={() => setSaving('new')}>+ {t('work.save_view')}</Button>}
      {missing && <span className="row"><span className="soft small">{t('work.view_gone')}</span><Button size="small" onClick={() => setSaving('new')}>{t('work.save_view')}</Button></span>}
      {all.length > 0 && <Button size="small" type="text" onClick={() => setManaging(true)}>{t('work.manage_views')}</Button>}
      {saving && <Suspense fallback={null}><SaveView of={saving === 'new' ? null : saving} query={sentOf(kind, search)} onClose={() => setSaving(null)} onSaved={async (v, made) => { setSaving(null); await refresh(); if (made) open(v) }} /></Suspense>}
      <Drawer open={managing} onClose={() => setManaging(false)} size={520} title={t('work.views')} destroyOnHidden>
        <Suspense fallback={<Loading lines={6} />}><ManageViews views={all} begins={!kind.object} onEdit={(v) => setSaving(v)} onChanged={refresh} /></Suspense>
      </Drawer>
    </div>
  )
}
