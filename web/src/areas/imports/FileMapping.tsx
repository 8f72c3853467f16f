import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useMemo, useState } from 'react'
import { targets as targetsQuery } from '@/api/queries'
import type { ImportFile, MappedColumn, Mapping } from '@/api/types'
import '@/parts/file/file.css'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { ColumnRow } from './ColumnRow'
import { duplicateTargets } from './mapping'
import { ReadingOptions } from './ReadingOptions'

interface Props { file: ImportFile; name: string; others: boolean; whole: boolean; mapping: Mapping; busy: boolean; onChange: (part: Partial<Mapping>, layout?: boolean) => void }

/** One table, where `whole` is said with every other sheet of its workbook beside it: what it seems to be, how it is read, and where each of its columns goes. */
export function FileMapping({ file, name, others, whole, mapping, busy, onChange }: Props) {
  const f = useFormat()
  const { t } = f
  const { data: targets = [] } = useQuery(targetsQuery)
  const twice = useMemo(() => new Set(duplicateTargets(mapping)), [mapping])
  const put = (next: MappedColumn) => onChange({ columns: mapping.columns.map((c) => (c.index === next.index ? next : c)) })
  const mapped = mapping.columns.filter((c) => c.target !== 'ignore').length
  const [kept, setKept] = useState<MappedColumn[]>()
  const leaveOut = () => { setKept(mapping.columns); onChange({ columns: mapping.columns.map((c) => ({ ...c, target: 'ignore' })) }) }
  const takeIn = () => { if (kept) onChange({ columns: kept }); setKept(undefined) }
  return (
    <Card className="flush" label={name}>
      <div className="file-head">
        <h2>{name}</h2>
        <span className="soft small">{[file.format.toUpperCase(), file.encoding?.toUpperCase(), f.bytes(file.bytes), t('imports.about_rows', { count: file.rows_estimate, n: f.integer(file.rows_estimate) })].filter(Boolean).join(' · ')}</span>
        <span className="small">{mapped > 0 || !others ? t('imports.matched', { mapped, total: mapping.columns.length }) : t('imports.left_out')}</span>
        {others && mapped > 0 && <Button size="small" type="text" disabled={busy} onClick={leaveOut}>{t('imports.leave_out')}</Button>}
        {mapped === 0 && kept && <Button size="small" type="text" disabled={busy} onClick={takeIn}>{t('imports.take_in')}</Button>}
      </div>
      {file.guesses.length > 0 && (
        <ul className="guesses" aria-label={t('imports.guesses')}>
          {file.guesses.map((g, i) => <li key={`${g.code}-${i}`} data-code={g.code} className={g.warning && !(whole && g.code === 'guess_sheets_left') ? 'warn' : undefined}>{f.label(g.text)}</li>)}
        </ul>
      )}
      <ReadingOptions file={file} mapping={mapping} targets={targets} busy={busy} onChange={onChange} />
      <table className="map">
        <thead><tr><th scope="col">{t('imports.column')}</th><th scope="col">{t('imports.samples')}</th><th scope="col">{t('imports.target')}</th><th scope="col">{t('imports.rule')}</th><th scope="col">{t('imports.validity')}</th></tr></thead>
        <tbody>
          {mapping.columns.map((column) => (
            <ColumnRow key={column.index} column={column} mapping={mapping} guess={file.columns.find((g) => g.index === column.index)} targets={targets} twice={twice.has(column.target)} busy={busy} onChange={put} />
          ))}
        </tbody>
      </table>
    </Card>
  )
}
