import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useMemo, useState } from 'react'
import { postRecords } from '@/api/objects'
import type { CustomObject } from '@/api/types'
import { useFormat } from '@/parts/format'
import { Failed } from '@/parts/States'
import { toast } from '@/parts/toast'
import { MOST, read } from './paste'

/** Rows copied from a spreadsheet become records; the first row names the fields. */
export default function Paste({ object: o, onDone }: { object: CustomObject; onDone: () => void }) {
  const f = useFormat()
  const { t } = f
  const queries = useQueryClient()
  const [text, setText] = useState('')
  const fields = useMemo(() => o.sections.flatMap((s) => s.fields), [o])
  const found = useMemo(() => read(text, fields, t('records.paste_yes').split(',')), [text, fields, t])
  const save = useMutation({
    mutationFn: async () => {
      let n = 0
      for (let i = 0; i < found.rows.length; i += MOST) n += (await postRecords(o.id, found.rows.slice(i, i + MOST).map((values) => ({ values })))).ids.length
      return n
    },
    onSuccess: (n) => { toast.ok(t('records.pasted', { count: n, n: f.integer(n) })); onDone() },
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: ['records'] }), queries.invalidateQueries({ queryKey: ['objects'] })]),
  })
  return (
    <div className="form-grid">
      <p className="soft">{t('records.paste_note', { names: fields.map((x) => f.label(x.label)).join(t('customers.between')) })}</p>
      <Input.TextArea aria-label={t('records.paste')} rows={10} className="mono" value={text} onChange={(e) => setText(e.target.value)} placeholder={fields.slice(0, 4).map((x) => f.label(x.label)).join('\t')} />
      {text.trim() && <p>{t('records.paste_found', { count: found.rows.length, n: f.integer(found.rows.length), names: found.known.map((x) => f.label(x.label)).join(t('customers.between')) || '—' })}{found.unknown.length > 0 && <span className="field-error"> {t('records.paste_unknown', { names: found.unknown.join(t('customers.between')) })}</span>}</p>}
      {save.error && <Failed error={save.error} />}
      <div className="row"><Button type="primary" disabled={found.rows.length === 0} loading={save.isPending} onClick={() => save.mutate()}>{t('records.paste_go', { count: found.rows.length, n: f.integer(found.rows.length) })}</Button><Button onClick={onDone}>{t('common.cancel')}</Button></div>
    </div>
  )
}
