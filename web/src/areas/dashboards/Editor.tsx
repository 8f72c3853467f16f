import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useBlocker, useNavigate } from '@tanstack/react-router'
import { Button, Input, Segmented } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { postDashboard, previewTiles, putDashboard } from '@/api/dashboards'
import { isProblem } from '@/api/problem'
import type { Dashboard, Tile } from '@/api/types'
import { askToLeave, readyToAsk } from '@/parts/ask'
import { useFormat } from '@/parts/format'
import { typing, useDebounced } from '@/parts/hooks'
import { Drawer } from '@/parts/opened'
import { Page } from '@/parts/Page'
import { Pop } from '@/parts/Pop'
import { Empty, Failed, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { useAt } from '@/parts/useAt'
import { begin, change, copyOf, dirty, type Draft, draftOf, fresh, type History, kinds, move, place, put, redo, resize, undo, without } from './model'
import { TileCard } from './TileCard'
import { TileForm } from './TileForm'

/** A dashboard while it is changed: every step is seen at once and can be taken back. */
export function Editor({ board }: { board: Dashboard }) {
  const f = useFormat()
  const { t, lang } = f
  const navigate = useNavigate({ from: '/dashboards/$id' })
  const queries = useQueryClient()
  const problem = useProblemText()
  const at = useAt()
  const saved = useRef<Draft>(draftOf(board))
  const [edition, setEdition] = useState(board.edition)
  const [history, setHistory] = useState<History>(() => begin(draftOf(board)))
  const [open, setOpen] = useState<Tile | null>(null)
  const [dragged, setDragged] = useState<string | null>(null)
  const draft = history.now
  const changed = useRef(false)
  changed.current = dirty(history, saved.current)
  useEffect(readyToAsk, [])
  useBlocker({
    // back to reading is the same page, and leaves the editor all the same
    shouldBlockFn: async ({ current, next }) => changed.current && (current.pathname !== next.pathname || (next.search as { edit?: string }).edit !== 'on') && !(await askToLeave()),
    enableBeforeUnload: () => changed.current,
  })
  const apply = (next: Partial<Draft>) => setHistory((h) => change(h, { ...h.now, ...next }))
  const tiles = (next: (old: Tile[]) => Tile[]) => setHistory((h) => change(h, { ...h.now, tiles: next(h.now.tiles) }))
  const settled = useDebounced(draft.tiles, 200)
  const preview = useQuery({ ...previewTiles(settled, at), enabled: settled.length > 0 })

  useEffect(() => {
    const on = (e: KeyboardEvent) => {
      if (!(e.metaKey || e.ctrlKey) || open) return
      const key = e.key.toLowerCase()
      if (key === 's' || key === 'enter') { e.preventDefault(); save.mutate() }
      if (key === 'z' && !typing(e)) { e.preventDefault(); e.stopImmediatePropagation(); setHistory(e.shiftKey ? redo : undo) }
    }
    window.addEventListener('keydown', on, true)
    return () => window.removeEventListener('keydown', on, true)
  })

  const leave = () => void navigate({ search: (old) => ({ ...old, edit: undefined }) as never })
  const done = (made: Dashboard) => {
    saved.current = draft
    changed.current = false
    setEdition(made.edition)
    queries.setQueryData(['dashboards', made.id], made)
    void queries.invalidateQueries({ queryKey: ['dashboards'], exact: true })
  }
  const save = useMutation({
    mutationFn: () => putDashboard(board.id, { ...draft, edition }),
    onSuccess: (made) => { done(made); toast.ok(t('dashboards.saved')); leave() },
    onError: (e) => toast.bad(problem(e)),
  })
  const moved = isProblem(save.error) && save.error.code === 'dashboard.moved'
  const keepAsNew = useMutation({
    mutationFn: () => postDashboard({ ...draft, audience: 'private' }),
    onSuccess: (made) => {
      changed.current = false
      saved.current = draft
      void queries.invalidateQueries({ queryKey: ['dashboards'] })
      void navigate({ to: '/dashboards/$id', params: { id: made.id }, search: {} as never })
    },
    onError: (e) => toast.bad(problem(e)),
  })
  const shownName = lang === 'zh-CN' ? draft.name.zh : draft.name.en
  const rename = (text: string) => apply({ name: draft.name.zh === draft.name.en ? { zh: text, en: text } : lang === 'zh-CN' ? { ...draft.name, zh: text } : { ...draft.name, en: text } })

  return (
    <Page
      title={t('dashboards.editing', { name: f.label(draft.name) })} crumb={<Link to="/dashboards">{t('dashboards.title')}</Link>}
      actions={
        <>
          <Button disabled={!history.past.length} onClick={() => setHistory(undo)} title="⌘Z / Ctrl+Z">{t('common.undo')}</Button>
          <Button onClick={leave}>{t('dashboards.done')}</Button>
          <Button type="primary" loading={save.isPending} disabled={!changed.current} onClick={() => save.mutate()} title="⌘S / Ctrl+S">{t('common.save')}</Button>
        </>
      }
    >
      {moved && <div className="failed" role="alert"><span>{problem(save.error)}</span><Button size="small" loading={keepAsNew.isPending} onClick={() => keepAsNew.mutate()}>{t('dashboards.keep_as_new')}</Button></div>}
      <div className="card dash-settings">
        <div className="field grow"><label htmlFor="dash-name">{t('dashboards.name')}</label><Input id="dash-name" maxLength={60} value={shownName} onChange={(e) => rename(e.target.value)} status={shownName.trim() ? undefined : 'error'} /></div>
        <div className="field"><span className="field-name">{t('dashboards.audience')}</span><Segmented aria-label={t('dashboards.audience')} value={draft.audience} onChange={(v) => apply({ audience: v as Draft['audience'] })} options={[{ value: 'private', label: t('dashboards.private') }, { value: 'everyone', label: t('dashboards.everyone') }]} /></div>
        <Pop className="pop-button" label={t('dashboards.add')} button={`+ ${t('dashboards.add')}`} align="right" testid="add-tile">
          {(close) => <div className="menu">{kinds.map((kind) => <button key={kind} type="button" onClick={() => { close(); setOpen(fresh(draft.tiles, kind)) }}>{t(`dashboards.kind_${kind}`)}</button>)}</div>}
        </Pop>
      </div>
      {draft.tiles.length === 0 && <Empty title={t('dashboards.empty')} text={t('dashboards.empty_edit')} />}
      {preview.error && <Failed error={preview.error} retry={() => void preview.refetch()} />}
      <div className="dash-grid">
        {draft.tiles.map((tile, i) => (
          <div
            key={tile.id} className={`dash-slot w${tile.width}${dragged === tile.id ? ' dragged' : ''}`} draggable
            onDragStart={(e) => { setDragged(tile.id); e.dataTransfer.effectAllowed = 'move' }} onDragEnd={() => setDragged(null)}
            onDragOver={(e) => { if (dragged && dragged !== tile.id) e.preventDefault() }}
            onDrop={(e) => { e.preventDefault(); if (dragged) tiles((old) => place(old, dragged, tile.id)); setDragged(null) }}
          >
            <TileCard tile={tile} figure={preview.data?.items.find((x) => x.tile === tile.id)} query={{}} stale={false} tools={<Tools tile={tile} first={i === 0} last={i === draft.tiles.length - 1} onTiles={tiles} onEdit={() => setOpen(tile)} />} />
          </div>
        ))}
      </div>
      <Drawer open={!!open} onClose={() => setOpen(null)} size={640} title={open && t(`dashboards.kind_${open.show.kind}`)} destroyOnHidden>
        {open && <TileForm tile={open} onDone={(tile) => { tiles((old) => put(old, tile)); setOpen(null) }} onCancel={() => setOpen(null)} />}
      </Drawer>
    </Page>
  )
}

/** What can be done to a tile, by mouse and by keys. */
function Tools({ tile, first, last, onTiles, onEdit }: { tile: Tile; first: boolean; last: boolean; onTiles: (next: (old: Tile[]) => Tile[]) => void; onEdit: () => void }) {
  const { t } = useFormat()
  const name = tile.id
  const tool = (label: string, sign: string, run: () => void, disabled = false) => <button type="button" className="dash-tool" aria-label={`${label}: ${name}`} title={label} disabled={disabled} onClick={run}>{sign}</button>
  return (
    <span className="dash-tools">
      {tool(t('dashboards.earlier'), '←', () => onTiles((old) => move(old, tile.id, -1)), first)}
      {tool(t('dashboards.later'), '→', () => onTiles((old) => move(old, tile.id, 1)), last)}
      {tool(t('dashboards.narrower'), '−', () => onTiles((old) => resize(old, tile.id, -1)), tile.width <= 1)}
      {tool(t('dashboards.wider'), '+', () => onTiles((old) => resize(old, tile.id, 1)), tile.width >= 4)}
      {tool(t('dashboards.duplicate'), '×2', () => onTiles((old) => copyOf(old, tile.id)))}
      {tool(t('dashboards.change_tile'), '✎', onEdit)}
      {tool(t('common.delete'), '✕', () => onTiles((old) => without(old, tile.id)))}
    </span>
  )
}
