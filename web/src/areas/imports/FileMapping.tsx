import { useQuery } from '@tanstack/react-query'
import { InputNumber, Select } from 'antd'
import { useMemo } from 'react'
import { targets as targetsQuery } from '@/api/queries'
import type { Collision, ColumnGuess, ImportFile, MappedColumn, Mapping, Target } from '@/api/types'
import { type Format, useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { canCollide, duplicateTargets, isIdentifier, targetOptions } from './mapping'

interface Props { file: ImportFile; mapping: Mapping; busy: boolean; onColumns: (columns: MappedColumn[]) => void; onFormat: (change: Partial<Mapping>) => void }

/** One file: what it seems to be, and where each of its columns goes. */
export function FileMapping({ file, mapping, busy, onColumns, onFormat }: Props) {
  const f = useFormat()
  const { t } = f
  const { data: targets = [] } = useQuery(targetsQuery)
  const twice = useMemo(() => new Set(duplicateTargets(mapping)), [mapping])
  const change = (index: number, next: Partial<MappedColumn>) => onColumns(mapping.columns.map((c) => (c.index === index ? { ...c, ...next } : c)))
  const mapped = mapping.columns.filter((c) => c.target !== 'ignore').length
  return (
    <Card className="flush" label={file.name}>
      <div className="file-head">
        <h2>{file.name}</h2>
        <span className="soft small">{[file.format.toUpperCase(), file.encoding?.toUpperCase(), f.bytes(file.bytes), t('imports.about_rows', { count: file.rows_estimate, n: f.integer(file.rows_estimate) })].filter(Boolean).join(' · ')}</span>
        <span className="small">{t('imports.matched', { mapped, total: mapping.columns.length })}</span>
      </div>
      {file.guesses.length > 0 && <ul className="guesses" aria-label={t('imports.guesses')}>{file.guesses.map((g, i) => <li key={`${g.code}-${i}`}>{f.label(g.text)}</li>)}</ul>}
      <FormatOptions file={file} mapping={mapping} busy={busy} onFormat={onFormat} f={f} />
      <table className="map">
        <thead><tr><th scope="col">{t('imports.column')}</th><th scope="col">{t('imports.samples')}</th><th scope="col">{t('imports.target')}</th><th scope="col">{t('imports.collision')}</th><th scope="col">{t('imports.validity')}</th></tr></thead>
        <tbody>
          {mapping.columns.map((column) => (
            <ColumnRow key={column.index} column={column} all={mapping.columns} guess={file.columns.find((g) => g.index === column.index)} targets={targets} twice={twice.has(column.target)} onChange={(next) => change(column.index, next)} f={f} />
          ))}
        </tbody>
      </table>
    </Card>
  )
}

interface RowProps { column: MappedColumn; all: MappedColumn[]; guess: ColumnGuess | undefined; targets: Target[]; twice: boolean; onChange: (next: Partial<MappedColumn>) => void; f: Format }

function ColumnRow({ column, all, guess, targets, twice, onChange, f }: RowProps) {
  const { t } = f
  const ignored = column.target === 'ignore'
  const options = useMemo(
    () => targetOptions(targets, all, f.label, { ignore: t('imports.ignore'), custom: t('imports.custom'), other: t('imports.other'), fresh: (name) => t('imports.new_attribute', { name }) }, column.header),
    [targets, all, f.label, t, column.header],
  )
  const name = column.header || t('imports.column_n', { n: column.index + 1 })
  const identifier = isIdentifier(column.target)
  return (
    <tr className={ignored ? 'ignored' : undefined}>
      <td><span className="head-name strong">{name}</span></td>
      <td className="samples"><div className="clip">{guess?.samples.length ? guess.samples.map((s, i) => <span key={i}>{s}</span>) : <span>{t('imports.empty_column')}</span>}</div></td>
      <td className="target">
        <Select
          aria-label={t('imports.target_of', { name })} value={column.target} onChange={(target: string) => onChange({ target, identifier: isIdentifier(target), ...(target.startsWith('custom.') && guess ? { value_type: guess.type } : {}) })} options={options} className="full" popupMatchSelectWidth={280}
          showSearch={{ filterOption: (input, option) => String((option as { search?: string } | undefined)?.search ?? '').includes(input.toLowerCase()) || String(option?.label ?? '').toLowerCase().includes(input.toLowerCase()) }}
          status={twice ? 'warning' : undefined} variant={ignored ? 'borderless' : 'outlined'}
        />
      </td>
      <td className="collision">
        {!ignored && identifier && <span className="chip on">{t('imports.identifier')}</span>}
        {!ignored && !identifier && canCollide(column.target) && (
          <Select aria-label={t('imports.collision_of', { name })} className="full" value={column.collision} onChange={(collision: Collision) => onChange({ collision })} options={(['overwrite', 'if_blank', 'never'] as const).map((value) => ({ value, label: t(`imports.collision_${value}`) }))} />
        )}
      </td>
      <td>{guess && !ignored && <Validity guess={guess} f={f} />}</td>
    </tr>
  )
}

function Validity({ guess, f }: { guess: ColumnGuess; f: Format }) {
  const bad = guess.valid < 0.999
  return (
    <div>
      <span className={bad ? 'worse' : 'better'}>{bad ? '▲' : '✓'} {f.t('imports.valid', { share: f.percent(guess.valid) })}</span>{' '}
      <span className="fill" title={f.t('imports.filled', { share: f.percent(guess.fill) })}><i style={{ width: `${guess.fill * 100}%` }} /></span>
      {guess.notes.map((n, i) => <div key={`${n.code}-${i}`} className="small soft">{f.label(n.text)}</div>)}
    </div>
  )
}

const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'gb18030', 'gbk', 'big5', 'windows-1252']
const delimiters = [[',', ','], ['\t', 'Tab'], [';', ';'], ['|', '|']] as const

function FormatOptions({ file, mapping, busy, onFormat, f }: Omit<Props, 'onColumns'> & { f: Format }) {
  const { t } = f
  const text = ['csv', 'tsv', 'txt', 'delimited'].includes(file.format.toLowerCase())
  const encoding = mapping.encoding ?? file.encoding
  const known = encoding && !encodings.includes(encoding.toLowerCase()) ? [encoding, ...encodings] : encodings
  const id = (name: string) => `${name}-${file.name.replace(/\W/g, '_')}`
  return (
    <div className="file-options">
      {text && (
        <>
          <div className="field"><label htmlFor={id('enc')}>{t('imports.encoding')}</label><Select id={id('enc')} disabled={busy} value={encoding?.toLowerCase()} onChange={(value: string) => onFormat({ encoding: value })} options={known.map((e) => ({ value: e.toLowerCase(), label: e.toUpperCase() }))} /></div>
          <div className="field"><label htmlFor={id('sep')}>{t('imports.delimiter')}</label><Select id={id('sep')} disabled={busy} value={mapping.delimiter ?? file.delimiter ?? ','} onChange={(value: string) => onFormat({ delimiter: value })} options={delimiters.map(([value, label]) => ({ value, label }))} /></div>
        </>
      )}
      {file.sheets.length > 1 && <div className="field"><label htmlFor={id('sheet')}>{t('imports.sheet')}</label><Select id={id('sheet')} disabled={busy} value={mapping.sheet ?? file.sheet} onChange={(value: string) => onFormat({ sheet: value })} options={file.sheets.map((value) => ({ value, label: value }))} /></div>}
      {file.header_row !== null && <div className="field"><label htmlFor={id('row')}>{t('imports.header_row')}</label><InputNumber id={id('row')} disabled={busy} min={0} max={100} precision={0} defaultValue={mapping.header_row ?? file.header_row} changeOnWheel={false} onBlur={(e) => { const n = Number(e.target.value); if (Number.isInteger(n) && n >= 0 && n !== (mapping.header_row ?? file.header_row)) onFormat({ header_row: n }) }} /></div>}
      <div className="field"><label htmlFor={id('dates')}>{t('imports.date_order')}</label><Select id={id('dates')} disabled={busy} value={mapping.date_order ?? 'ymd'} onChange={(value: string) => onFormat({ date_order: value })} options={['ymd', 'dmy', 'mdy'].map((value) => ({ value, label: t(`imports.date_${value}`) }))} /></div>
    </div>
  )
}
