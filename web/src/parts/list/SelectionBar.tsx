import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useFormat } from '@/parts/format'
import { usePhone } from '@/parts/hooks'
import './list.css'
import { everybody, nobody, type Selection, size } from './selection'

interface Props { selection: Selection; onSelect: (next: Selection) => void; shown: number; total: number; busy?: boolean; records?: boolean; children: ReactNode }

/** How many are selected of a list, the way to all that match, and what can be done with them. `records`: they are no people. */
export function SelectionBar({ selection, onSelect, shown, total, busy, records, children }: Props) {
  const f = useFormat()
  const { t } = f
  const n = size(selection, total)
  // the head of the table, whose box picks the whole page, is not there on a phone
  const phone = usePhone()
  return (
    <div className="bulk" role="region" aria-label={t(records ? 'records.selection' : 'work.selection')} data-testid="bulk">
      <span className="strong nowrap" aria-live="polite">{t(records ? 'records.selected' : 'work.selected', { count: n, n: f.integer(n) })}</span>
      {!selection.all && (phone || n >= shown) && total > n && <button type="button" className="linkish" onClick={() => onSelect(everybody)}>{t(records ? 'records.select_all' : 'work.select_all', { count: total, n: f.integer(total) })}</button>}
      {selection.all && <span className="soft small">{t(records ? 'records.all_matching' : 'work.all_matching')}</span>}
      <span className="row">{children}</span>
      <Button type="text" size="small" loading={busy} onClick={() => onSelect(nobody)}>{t('work.deselect')} <span className="kbd">Esc</span></Button>
    </div>
  )
}
