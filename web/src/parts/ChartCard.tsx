import { Button } from 'antd'
import { type ReactNode, useState } from 'react'
import { useT } from '@/i18n'
import type { Cell } from './file/csv'
import { SaveTable } from './file/SaveTable'
import { Card } from './Page'

export interface DataTable { columns: { name: string; number?: boolean }[]; rows: ReactNode[][]; caption?: string; fit?: boolean }

/** The table behind a figure; `plain`: the same in values, for a file; `of`: of which day or thing. */
export interface ChartTable extends DataTable { plain: () => Cell[][]; of?: string }

/** A figure that can always be read as a table instead, and taken along as one. `mark`: a word about it beside its name. */
export function ChartCard({ title, mark, extra, note, table: { plain, of, ...table }, children, className }: { title: string; mark?: ReactNode; extra?: ReactNode; note?: ReactNode; table: ChartTable; children: ReactNode; className?: string }) {
  const { t } = useT()
  const [asTable, setAsTable] = useState(false)
  return (
    <Card
      className={className}
      title={mark ? <div className="row"><h2>{title}</h2>{mark}</div> : title}
      label={title}
      extra={<>{extra}<Button size="small" type="text" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>{t(asTable ? 'common.show_chart' : 'common.show_table')}</Button>{table.rows.length > 0 && <SaveTable name={title} table={{ head: table.columns.map((c) => c.name), rows: plain, of }} />}</>}
    >
      {asTable ? <PlainTable {...table} /> : children}
      {note && <p className="soft small chart-note">{note}</p>}
    </Card>
  )
}

export function PlainTable({ columns, rows, caption, fit }: DataTable) {
  return (
    // a scrolling region must be reachable by keyboard
    <div className="scroll" tabIndex={0} role="group" aria-label={caption ?? columns[0]?.name}>
      <table className={`data-table${fit ? ' fit' : ''}`}>
        <thead><tr>{columns.map((c) => <th key={c.name} scope="col" className={c.number ? 'num' : undefined}>{c.name}</th>)}</tr></thead>
        <tbody>{rows.map((row, i) => <tr key={i}>{row.map((cell, j) => <td key={j} className={columns[j]?.number ? 'num' : undefined}>{cell}</td>)}</tr>)}</tbody>
      </table>
    </div>
  )
}
