import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { type ReactNode, useState } from 'react'
import { tileFile } from '@/api/dashboards'
import type { Figure, Tile } from '@/api/types'
import { useMay } from '@/parts/access'
import { GridTable } from '@/parts/figure/GridTable'
import { useClassifications, useFormat } from '@/parts/format'
import { MoreIcon } from '@/parts/icons'
import { Pop } from '@/parts/Pop'
import { Loading } from '@/parts/States'
import { type Cross, FigureBody } from './FigureBody'
import { room } from './model'

interface Props { board?: string; tile: Tile; figure?: Figure; query: Record<string, string | undefined>; stale: boolean; onCross?: Cross; chosen?: (filter: Record<string, string>) => boolean; tools?: ReactNode }

/** A tile: its picture or its table, of which day, of how many, and the way to them. */
export function TileCard({ board, tile, figure, query, stale, onCross, chosen, tools }: Props) {
  const f = useFormat()
  const { t, lang } = f
  const may = useMay()
  const classifications = useClassifications()
  const [asTable, setAsTable] = useState(false)
  const drawn = !['list', 'group', 'heat', 'cohort', 'text'].includes(tile.show.kind) && !(tile.show.kind === 'flow' && tile.show.view === 'matrix')
  const title = f.label(figure?.title) || f.label(tile.title) || t(`dashboards.kind_${tile.show.kind}`)
  const words = tile.show.kind === 'text'
  const ready = figure && !figure.problem && !words && figure.rows.length > 0
  return (
    <section className={`card dash-tile w${tile.width}${tools ? ' editing' : ''}`} aria-label={title} data-testid={`tile-${tile.id}`}>
      <div className={words && !tile.title && !tools ? 'sr' : 'card-head'}>
        <h2>{title}</h2>
        <div className="card-extra">
          {tools}
          {ready && drawn && !tools && tile.width > 1 && <Button size="small" type="text" aria-pressed={asTable} aria-label={`${t(asTable ? 'common.show_chart' : 'common.show_table')}: ${title}`} onClick={() => setAsTable(!asTable)}>{t(asTable ? 'common.show_chart' : 'common.show_table')}</Button>}
          {ready && !tools && board && (may('export:take') || (drawn && tile.width === 1)) && (
            <Pop label={t('dashboards.more_of', { name: title })} button={<MoreIcon />} align="right">
              {(close) => (
                <div className="menu">
                  {drawn && tile.width === 1 && <button type="button" aria-pressed={asTable} onClick={() => { close(); setAsTable(!asTable) }}>{t(asTable ? 'common.show_chart' : 'common.show_table')}</button>}
                  {may('export:take') && (['xlsx', 'csv'] as const).map((format) => <a key={format} href={tileFile(board, tile.id, format, lang, query)} download onClick={close}>{t('dashboards.take', { format: format.toUpperCase() })}</a>)}
                </div>
              )}
            </Pop>
          )}
        </div>
      </div>
      <div className="dash-body">
        {!figure && <Loading lines={tile.show.kind === 'number' ? 2 : 5} height={room(tile.show, (key) => classifications.find((c) => c.key === key)?.classes.length ?? 8)} />}
        {figure?.problem && <p className="dash-problem" role="note">{f.label(figure.problem.message)}</p>}
        {figure && !figure.problem && (asTable ? <GridTable figure={figure} caption={title} shares /> : <FigureBody show={tile.show} figure={figure} title={title} onCross={onCross} chosen={chosen} />)}
      </div>
      {!figure && !words && <p className="small dash-foot" />}
      {figure && !figure.problem && !words && (
        <p className="small soft dash-foot">
          {figure.notes.map((n) => <span key={n.en}>{f.label(n)} · </span>)}
          {figure.pending > 0 && tile.show.kind !== 'number' && <span role="status">{t('dashboards.pending', { count: figure.pending })} · </span>}
          {t(stale ? 'dashboards.still_of' : 'dashboards.as_of', { day: figure.as_of })} · {figure.n > 0 ? <Link to="/customers" search={figure.open as never}>{t('dashboards.n', { count: figure.n, n: f.integer(figure.n) })}</Link> : t('dashboards.n', { count: 0, n: '0' })}
        </p>
      )}
    </section>
  )
}
