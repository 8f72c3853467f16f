import { useState } from 'react'
import type { SqlTables } from '@/api/types'
import { Fold } from '@/parts/Fold'
import { useFormat } from '@/parts/format'

/** What a question may name; a click puts it into the question. */
export function Tables({ tables, onInsert }: { tables: SqlTables; onInsert: (what: string) => void }) {
  const f = useFormat()
  const { t } = f
  const [sought, setSought] = useState('')
  const q = sought.trim().toLowerCase()
  const fits = (name: string, label: { zh: string; en: string }) => !q || [name, label.zh, label.en].some((x) => x.toLowerCase().includes(q))
  return (
    <>
      <h2>{t('sql.tables')}</h2>
      <input className="sql-search" type="search" aria-label={t('sql.find')} placeholder={t('sql.find')} value={sought} onChange={(e) => setSought(e.target.value)} />
      {tables.items.map((table) => {
        const columns = table.columns.filter((c) => fits(c.name, c.label))
        if (q && !columns.length && !fits(table.name, table.label)) return null
        return (
          <Fold key={`${table.name}${q ? '-found' : ''}`} head={<><code>{table.name}</code> <span className="small soft">{f.label(table.label)}</span></>} open={!!q}>
            <button type="button" className="linkish small" onClick={() => onInsert(table.name)}>{t('sql.insert_table')}</button>
            <ul className="sql-columns">
              {(q ? columns : table.columns).map((c) => (
                <li key={c.name}><button type="button" onClick={() => onInsert(c.name)} title={t('sql.insert', { name: c.name })}><code>{c.name}</code><span className="small soft">{f.label(c.label)}{c.masked ? ` · ${t('sql.masked')}` : ''}</span></button></li>
              ))}
            </ul>
          </Fold>
        )
      })}
      <Fold head={t('sql.functions')}><p className="small mono sql-functions">{tables.functions.join(' · ')}</p></Fold>
    </>
  )
}
