import { Button, Input } from 'antd'
import { useMemo, useState } from 'react'
import { PlainTable } from '@/parts/ChartCard'
import { betweenOf, cells, fileOf, isTable } from '@/parts/file/pasted'
import { useFormat } from '@/parts/format'

/** Rows that are shown before they go the way of a file. */
const SHOWN = 5
const COLUMNS = 8

/** A table copied from a spreadsheet becomes a file, and goes the way of one. */
export default function PasteTable({ first, onFile, onCancel }: { first: string; onFile: (file: File) => void; onCancel: () => void }) {
  const f = useFormat()
  const { t } = f
  const [text, setText] = useState(first)
  const rows = useMemo(() => cells(text, betweenOf(text)), [text])
  const ready = useMemo(() => isTable(text), [text])
  const [head = [], ...rest] = rows
  return (
    <div className="form-grid">
      <p className="soft">{t('imports.paste_note')}</p>
      <Input.TextArea autoFocus aria-label={t('imports.paste')} rows={8} className="mono" spellCheck={false} value={text} onChange={(e) => setText(e.target.value)} placeholder={t('imports.paste_hint')} />
      <p role="status">{ready ? t('imports.paste_found', { count: rest.length, n: f.integer(rest.length), columns: f.integer(head.length) }) : text.trim() ? <span className="field-error">{t('imports.paste_none')}</span> : ''}</p>
      {ready && <PlainTable caption={t('imports.paste')} columns={head.slice(0, COLUMNS).map((name, i) => ({ name: name.trim() || t('imports.column_n', { n: i + 1 }) }))} rows={rest.slice(0, SHOWN).map((r) => head.slice(0, COLUMNS).map((_, i) => r[i] ?? ''))} />}
      <div className="row"><Button type="primary" disabled={!ready} onClick={() => onFile(fileOf(text, t('imports.paste_name'), new Date()))}>{t('imports.paste_go')}</Button><Button onClick={onCancel}>{t('common.cancel')}</Button></div>
    </div>
  )
}
