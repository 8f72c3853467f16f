import { Button } from 'antd'
import { save } from '@/api/client'
import { useT } from '@/i18n'
import { useMay } from '../access'
import { type Cell, csvOf, fileName } from './csv'

export interface Table { head: string[]; rows: () => Cell[][]; of?: string }

/** What is shown, as a CSV file; for whoever may take data along. */
export function SaveCsv({ name, table: { head, rows, of } }: { name: string; table: Table }) {
  const { t } = useT()
  if (!useMay()('export:take')) return null
  const take = () => save(new Blob([csvOf([head, ...rows()])], { type: 'text/csv;charset=utf-8' }), fileName(name, of))
  return <Button size="small" type="text" aria-label={t('common.save_csv', { name })} title={t('common.save_csv', { name })} onClick={take}>CSV</Button>
}
