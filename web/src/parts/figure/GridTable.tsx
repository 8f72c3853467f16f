import { Link } from '@tanstack/react-router'
import type { Figure, FigureCell, FigureColumn } from '@/api/types'
import { useFormat } from '../format'
import './figure.css'
import { cellText } from './values'

interface Props { figure: Figure; shares?: boolean; shadeOf?: (cell: FigureCell, column: FigureColumn, total: boolean) => string; caption: string }

/** The table behind a figure: every number opens exactly the customers it counts. */
export function GridTable({ figure, shares, shadeOf, caption }: Props) {
  const f = useFormat()
  return (
    // a scrolling region must be reachable by keyboard
    <div className="scroll" role="group" tabIndex={0} aria-label={caption}>
      <table className={`data-table grid-table${shadeOf ? ' shaded' : ''}`}>
        <thead><tr>{figure.columns.map((c, i) => <th key={c.key} scope="col" className={i ? 'num' : undefined}>{f.label(c.label)}</th>)}</tr></thead>
        <tbody>
          {figure.rows.map((row) => (
            <tr key={row.key} className={row.total ? 'sum' : undefined}>
              {figure.columns.map((column, i) => {
                const cell = row.cells[i]
                if (i === 0) return <th key={column.key} scope="row">{row.customer ? <Link to="/customers/$id" params={{ id: row.customer }}>{cellText(f, cell, column.kind)}</Link> : cellText(f, cell, column.kind)}</th>
                const tone = cell && shadeOf ? shadeOf(cell, column, row.total) : ''
                const text = column.kind === 'text' || column.kind === 'bool'
                return <td key={column.key} className={`${text ? '' : 'num'}${tone ? ` cell ${tone}` : ''}${cell?.partial ? ' part' : ''}`}>{cell && <Number cell={cell} column={column} row={f.label(row.cells[0]?.label) || row.key} shares={shares} short={!!shadeOf} />}</td>
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** A number that opens its customers; nobody opens nothing. */
function Number({ cell, column, row, shares, short }: { cell: FigureCell; column: FigureColumn; row: string; shares?: boolean; short: boolean }) {
  const f = useFormat()
  const text = cellText(f, cell, column.kind)
  const share = shares && cell.share != null ? f.percent(cell.share, 0) : null
  const shown = <>{short ? cellText(f, cell, column.kind, true) : text}{share && <span className="grid-share"> {share}</span>}</>
  if (!cell.open || !cell.n) return <span title={short ? text : undefined}>{shown}</span>
  return <Link className="drill" to="/customers" search={cell.open as never} title={short ? text : undefined} aria-label={f.t('dashboards.opens', { row, column: f.label(column.label), value: text, n: f.integer(cell.n) })}>{shown}</Link>
}
