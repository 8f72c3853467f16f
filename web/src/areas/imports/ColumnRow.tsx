import { Checkbox, Select } from 'antd'
import { useMemo } from 'react'
import type { Collision, ColumnGuess, DateOrder, MappedColumn, Mapping, Target } from '@/api/types'
import { useFormat } from '@/parts/format'
import { canCollide, isIdentifier, targetOptions, turned, typeOf } from './mapping'

interface Props { column: MappedColumn; mapping: Mapping; guess: ColumnGuess | undefined; targets: Target[]; twice: boolean; busy: boolean; onChange: (next: MappedColumn) => void }

/** One column of a file: samples, what it means, by which rule, and how much of it can be read so. */
export function ColumnRow({ column, mapping, guess, targets, twice, busy, onChange }: Props) {
  const f = useFormat()
  const { t } = f
  const ignored = column.target === 'ignore'
  const options = useMemo(
    () => targetOptions(targets, mapping.columns, f.label, { ignore: t('imports.ignore'), custom: t('imports.custom'), other: t('imports.other'), fresh: (name) => t('imports.new_attribute', { name }) }, column.header),
    [targets, mapping.columns, f.label, t, column.header],
  )
  const name = column.header || t('imports.column_n', { n: column.index + 1 })
  return (
    <tr className={ignored ? 'ignored' : undefined}>
      <td><span className="head-name strong">{name}</span></td>
      <td className="samples"><div className="clip">{guess?.samples.length ? guess.samples.map((s, i) => <span key={i}>{s}</span>) : <span>{t('imports.empty_column')}</span>}</div></td>
      <td className="target">
        <Select
          aria-label={t('imports.target_of', { name })} disabled={busy} value={column.target} onChange={(target: string) => onChange(turned(column, target, guess?.type))} options={options} className="full" popupMatchSelectWidth={280}
          showSearch={{ filterOption: (input, option) => String((option as { search?: string } | undefined)?.search ?? '').includes(input.toLowerCase()) || String(option?.label ?? '').toLowerCase().includes(input.toLowerCase()) }}
          status={twice ? 'warning' : undefined} variant={ignored ? 'borderless' : 'outlined'}
        />
      </td>
      <td className="collision">{!ignored && <ColumnRules column={column} mapping={mapping} name={name} targets={targets} busy={busy} onChange={onChange} />}</td>
      <td>{guess && !ignored && <Validity guess={guess} />}</td>
    </tr>
  )
}

/** What can be said about one column: does it recognise customers, what wins, how its dates and amounts are written. */
function ColumnRules({ column, mapping, name, targets, busy, onChange }: Omit<Props, 'guess' | 'twice'> & { name: string }) {
  const { t } = useFormat()
  const type = typeOf(targets, column)
  const scale = column.scale ?? 1
  const scales = [...new Set([1, 1000, 10_000, scale])]
  return (
    <div className="rules">
      {isIdentifier(targets, column.target) && (
        <Checkbox aria-label={t('imports.identify_of', { name })} disabled={busy} checked={column.identifier ?? true} onChange={(e) => onChange({ ...column, identifier: e.target.checked })}>{t('imports.identify')}</Checkbox>
      )}
      {canCollide(targets, column.target) && (
        <Select aria-label={t('imports.collision_of', { name })} className="full" disabled={busy} value={column.collision} onChange={(collision: Collision) => onChange({ ...column, collision })} options={(['overwrite', 'if_blank', 'never'] as const).map((value) => ({ value, label: t(`imports.collision_${value}`) }))} />
      )}
      {type === 'day' && (
        <Select
          aria-label={t('imports.date_order_of', { name })} className="full" disabled={busy} value={column.date_order ?? 'file'} onChange={(order: DateOrder | 'file') => onChange({ ...column, date_order: order === 'file' ? null : order })}
          options={(['file', 'ymd', 'dmy', 'mdy'] as const).map((value) => ({ value, label: value === 'file' ? t('imports.date_file', { order: t(`imports.date_${mapping.date_order ?? 'ymd'}`) }) : t(`imports.date_${value}`) }))}
        />
      )}
      {type === 'money' && (
        <Select aria-label={t('imports.scale_of', { name })} className="full" disabled={busy} value={scale} onChange={(value: number) => onChange({ ...column, scale: value })} options={scales.map((value) => ({ value, label: value === 1 ? t('imports.scale_1') : t('imports.scale_times', { n: value }) }))} />
      )}
    </div>
  )
}

function Validity({ guess }: { guess: ColumnGuess }) {
  const f = useFormat()
  const bad = guess.valid < 0.999
  return (
    <div>
      <span className={bad ? 'worse' : 'better'}>{bad ? '▲' : '✓'} {f.t('imports.valid', { share: f.percent(guess.valid) })}</span>{' '}
      <span className="fill" title={f.t('imports.filled', { share: f.percent(guess.fill) })}><i style={{ width: `${guess.fill * 100}%` }} /></span>
      {guess.notes.map((n, i) => <div key={`${n.code}-${i}`} className="small soft">{f.label(n.text)}</div>)}
    </div>
  )
}
