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
    <Pop className="save-table" align="near" label={label} title={label} button={t('common.save_as')}>
      {(close) => (
        <div className="menu">
          {(['csv', 'xlsx'] as const).map((format) => <button key={format} type="button" onClick={() => { close(); void take(format) }}>{t(`common.save_${format}`)}</button>)}
        </div>
      )}
    </Pop>
  )
}
