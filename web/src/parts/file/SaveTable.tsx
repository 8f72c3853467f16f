import { save } from '@/api/client'
import { useT } from '@/i18n'
import { useMay } from '../access'
import { Pop } from '../Pop'
import { type Cell, csvOf, fileName } from './csv'
import './file.css'

export interface Table { head: string[]; rows: () => Cell[][]; of?: string }

/** What is shown, as a CSV or Excel file; for whoever may take data along. */
export function SaveTable({ name, table: { head, rows, of } }: { name: string; table: Table }) {
  const { t } = useT()
  if (!useMay()('export:take')) return null
  const take = async (format: 'csv' | 'xlsx') => {
    const all = [head, ...rows()]
    // whoever wants a workbook waits a moment for what makes one
    const blob = format === 'csv' ? new Blob([csvOf(all)], { type: 'text/csv;charset=utf-8' }) : (await import('./xlsx')).xlsxOf(all, name)
    save(blob, fileName(name, format, of))
  }
  const label = t('common.save_table', { name })
  return (
    <Pop className="save-table" align="near" label={label} title={label} button={<Sheet />}>
      {(close) => (
        <div className="menu">
          {(['csv', 'xlsx'] as const).map((format) => <button key={format} type="button" onClick={() => { close(); void take(format) }}>{t(`common.save_${format}`)}</button>)}
        </div>
      )}
    </Pop>
  )
}

/** A sheet that comes down. */
const Sheet = () => <svg className="icon" viewBox="0 0 20 20" width="18" height="18" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true"><path d="M11.500 3H6a1 1 0 0 0-1 1v12a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1V6.500zM11.500 3v3.500H15" /><path d="M10 8.500v5M8 11.700l2 2 2-2" /></svg>
