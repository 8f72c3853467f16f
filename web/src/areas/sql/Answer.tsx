import { useState } from 'react'
import type { SqlAnswer } from '@/api/types'
import { useFormat } from '@/parts/format'
import { LinkButton } from '@/parts/LinkButton'
import { Card } from '@/parts/Page'

const STEP = 200
const numeric = ['int', 'number', 'decimal']

/** What came back: so many rows, how long it took, of which day. */
export function Answer({ answer, most, fileMost }: { answer: SqlAnswer; most: number; fileMost: number }) {
  const f = useFormat()
  const { t } = f
  const [shown, setShown] = useState(STEP)
  const rows = answer.rows.slice(0, shown)
  const says = (i: number, value: SqlAnswer['rows'][number][number] | undefined) => {
    if (!value || value.type === 'null') return <span className="soft">—</span>
    if (answer.columns[i]?.name === 'id' && value.type === 'text' && value.value.startsWith('cus_')) return <LinkButton size="small" to="/customers/$id" params={{ id: value.value } as never}>{value.value}</LinkButton>
    return value.type === 'number' ? f.decimal(value.value, 6) : value.type === 'int' ? String(value.value) : f.value(value)
  }
  return (
    <Card label={t('sql.answer')}>
      <p className="small soft" role="status" data-testid="sql-said">
        {t('sql.rows', { count: answer.rows.length, n: f.integer(answer.rows.length) })} · {t('sql.took', { ms: f.integer(answer.milliseconds) })} · {t('sql.as_of', { day: answer.as_of })}
        {answer.masked && ` · ${t('sql.hidden')}`}
        {answer.more && <b> · {t('sql.more', { n: f.integer(most), file: f.integer(fileMost) })}</b>}
      </p>
      {/* a scrolling region must be reachable by keyboard */}
      <div className="scroll" role="group" tabIndex={0} aria-label={t('sql.answer')}>
        <table className="data-table">
          <thead><tr>{answer.columns.map((c, i) => <th key={i} scope="col" className={numeric.includes(c.kind) ? 'num' : undefined}>{c.name}</th>)}</tr></thead>
          <tbody>{rows.map((row, n) => <tr key={n}>{row.map((v, i) => <td key={i} className={numeric.includes(answer.columns[i]?.kind ?? '') ? 'num' : undefined}>{says(i, v)}</td>)}</tr>)}</tbody>
        </table>
      </div>
      {answer.rows.length > shown && <button type="button" className="linkish" onClick={() => setShown(shown + 5 * STEP)}>{t('sql.show_more', { n: f.integer(Math.min(5 * STEP, answer.rows.length - shown)) })}</button>}
    </Card>
  )
}
