import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { dashboard, figures as figuresQuery } from '@/api/dashboards'
import type { Dashboard, Figures } from '@/api/types'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { Freshness } from '@/parts/Freshness'
import { Page } from '@/parts/Page'
import { useOpened } from '@/parts/recent'
import { Empty, Failed, Loading } from '@/parts/States'
import { useAt } from '@/parts/useAt'
import './dashboards.css'
import { Editor } from './Editor'
import { FilterBar } from './FilterBar'
import { crossed, filterOf } from './model'
import { Subscribe } from './Subscribe'
import { TileCard } from './TileCard'

type Search = Record<string, string | undefined>

export function BoardPage() {
  const { id } = useParams({ from: '/app/dashboards/$id' })
  const { t } = useFormat()
  const query = useQuery(dashboard(id))
  useOpened('dashboards', query.data?.id, query.data?.name)
  const search = useSearch({ from: '/app/dashboards/$id' }) as Search
  const may = useMay()
  if (query.error) return <Page title={t('dashboards.title')} crumb={<Link to="/dashboards">{t('dashboards.title')}</Link>}><Failed error={query.error} retry={() => void query.refetch()} /></Page>
  if (!query.data) return <Page title={t('dashboards.title')}><Loading lines={8} /></Page>
  if (search.edit === 'on' && query.data.mine && may('definitions:write')) return <Editor key={query.data.id} board={query.data} />
  return <Board board={query.data} search={search} />
}

/** A dashboard as it is read. */
function Board({ board, search }: { board: Dashboard; search: Search }) {
  const f = useFormat()
  const { t } = f
  const navigate = useNavigate({ from: '/dashboards/$id' })
  const at = useAt()
  const may = useMay()
  const [wall, setWall] = useWall()
  const filter = filterOf(search)
  const asked = { ...at, ...filter, compare: search.compare }
  const query = useQuery(figuresQuery(board.id, board.edition, asked, wall))
  const data = query.data
  // each step of the filter is a step of the browser's way back
  const set = (next: Search) => void navigate({ search: (old) => ({ ...old, ...next }) as never })
  const computing = query.isPlaceholderData
  const stale = !!data && (data.run.stale || computing)
  const change = may('definitions:write') && board.mine && <Button type={board.tiles.length ? 'default' : 'primary'} onClick={() => set({ edit: 'on' })}>{t('dashboards.edit')}</Button>
  const grid = (
    <>
      {board.tiles.length === 0 && <Empty title={t('dashboards.empty')} text={t('dashboards.empty_text')} action={change} />}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      <div className="dash-grid" aria-busy={query.isFetching}>
        {!query.error && board.tiles.map((tile) => (
          <TileCard
            key={tile.id} board={board.id} tile={tile} figure={data?.items.find((x) => x.tile === tile.id)} query={asked} stale={stale}
            onCross={(by) => set(crossed(search, by))} chosen={(by) => Object.entries(by).every(([k, v]) => search[k] === v)}
          />
        ))}
      </div>
    </>
  )
  if (wall)
    return (
      <div className="dash-wall" data-testid="wall">
        <header className="dash-wall-head"><h1>{f.label(board.name)}</h1><Note data={data} computing={computing} /><Button size="small" onClick={() => setWall(false)}>{t('dashboards.leave_full')}</Button></header>
        {grid}
      </div>
    )
  return (
    <Page title={f.label(board.name)} crumb={<Link to="/dashboards">{t('dashboards.title')}</Link>} note={<Note data={data} computing={computing} />} actions={<><Subscribe board={board.id} />{change}</>}>
      {board.tiles.length > 0 && <FilterBar search={search} asOf={data?.as_of} onChange={set} onFull={() => setWall(true)} />}
      {grid}
    </Page>
  )
}

/** Of which day the numbers are, and whether newer ones are on their way. */
function Note({ data, computing }: { data?: Figures; computing: boolean }) {
  const f = useFormat()
  const { t } = f
  if (!data) return null
  const whom = data.matching === data.customers ? t('dashboards.everybody', { n: f.integer(data.customers) }) : t('dashboards.some', { n: f.integer(data.matching), all: f.integer(data.customers) })
  return (
    <span data-testid="board-as-of">
      {t('dashboards.as_of_day', { day: data.as_of, at: f.instant(data.run.computed_at) })}{data.known === 'then' && ` · ${t('dashboards.known_then')}`} · {whom}
      <Freshness of={{ stale: false, waiting: data.run.waiting }} />
      {(data.run.stale || computing) && <b className="dash-stale" role="status"> {t(computing ? 'dashboards.computing' : 'dashboards.stale')}</b>}
    </span>
  )
}

/** A screen on the wall: the whole screen, without menus; Esc leaves. */
function useWall(): [boolean, (on: boolean) => void] {
  const [wall, set] = useState(false)
  useEffect(() => {
    if (!wall) return
    const left = () => { if (!document.fullscreenElement) set(false) }
    const key = (e: KeyboardEvent) => { if (e.key === 'Escape') set(false) }
    document.addEventListener('fullscreenchange', left)
    window.addEventListener('keydown', key)
    return () => {
      document.removeEventListener('fullscreenchange', left)
      window.removeEventListener('keydown', key)
      if (document.fullscreenElement) void document.exitFullscreen().catch(() => {})
    }
  }, [wall])
  const turn = (on: boolean) => {
    set(on)
    // where the browser does not let us, the page alone is filled
    if (on) void document.documentElement.requestFullscreen?.().catch(() => {})
  }
  return [wall, turn]
}
