import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Popconfirm } from 'antd'
import { type FormEvent, useEffect, useState } from 'react'
import { isProblem } from '@/api/problem'
import { deleteRecord, postRecord, putRecord, restoreRecord } from '@/api/objects'
import type { CustomObject, FormField, Label, RecordItem, Written } from '@/api/types'
import { FieldInput } from '@/parts/field/FieldInput'
import { writtenOf } from '@/parts/field/words'
import '@/parts/field/field.css'
import { useFormat } from '@/parts/format'
import { Lock } from '@/parts/Masked'
import { Failed, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { CustomerPick } from './CustomerPick'
import './record.css'

type Values = Record<string, Written | undefined>

/** A record filled in with the form its object has. `start`: what a new one begins with. */
export default function RecordForm({ object, record, start = {}, onDone, onDirty, readOnly }: { object: CustomObject; record: RecordItem | null; start?: Values; onDone: () => void; onDirty?: (dirty: boolean) => void; readOnly?: boolean }) {
  const f = useFormat()
  const { t } = f
  const queries = useQueryClient()
  const problem = useProblemText()
  const fields = object.sections.flatMap((s) => s.fields)
  const [before] = useState<Values>(() => record ? Object.fromEntries(fields.map((x) => [x.key, writtenOf(x.kind, record.values[x.key], f.currency.digits)])) : start)
  const [values, setValues] = useState(before)
  const dirty = JSON.stringify(values) !== JSON.stringify(before)
  useEffect(() => onDirty?.(dirty), [dirty, onDirty])
  const fresh = () => Promise.all([queries.invalidateQueries({ queryKey: ['records'] }), queries.invalidateQueries({ queryKey: ['objects'] })])
  const save = useMutation({
    mutationFn: () => {
      const body = { values: Object.fromEntries(fields.filter((x) => !record?.masked.includes(x.key)).flatMap((x): [string, Written][] => { const v = values[x.key]; return v === undefined ? [] : [[x.key, v]] })), edition: record?.edition }
      return record ? putRecord(record.id, body) : postRecord(object.id, body)
    },
    onSuccess: async () => { toast.ok(t('records.saved')); await fresh(); onDone() },
  })
  const back = async (id: string) => {
    try { await restoreRecord(id); toast.ok(t('records.back')) } catch (e) { toast.bad(problem(e)) }
    await fresh()
  }
  const remove = useMutation({
    mutationFn: (r: RecordItem) => deleteRecord(r.id),
    onSuccess: async (_, r) => { toast.undo(t('records.removed'), () => void back(r.id)); await fresh(); onDone() },
    onError: (e) => toast.bad(problem(e)),
  })
  // the server says of each field what does not fit
  const faults = (isProblem(save.error) ? (save.error.params.fields as Record<string, Label> | undefined) : undefined) ?? {}
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  const input = (x: FormField) => {
    const id = `record-${x.key}`
    if (record?.masked.includes(x.key)) return <div>{record.values[x.key] ? f.value(record.values[x.key]) : ''} <Lock whole /></div>
    if (readOnly) return <div>{x.kind === 'customer' ? record?.names[String(values[x.key] ?? '')] ?? '—' : f.value(record?.values[x.key])}</div>
    const set = (v: Written | undefined) => setValues((all) => ({ ...all, [x.key]: v }))
    if (x.kind === 'customer') return <CustomerPick id={id} value={typeof values[x.key] === 'string' ? (values[x.key] as string) : undefined} name={record?.names[String(values[x.key])]} onChange={set} />
    return <FieldInput id={id} kind={x.kind} options={x.options ?? []} value={values[x.key]} onChange={set} />
  }
  return (
    <form className="form-grid" onSubmit={submit} noValidate>
      {save.error && <Failed error={save.error} />}
      {object.sections.map((s, i) => (
        <fieldset key={i} className="record-section">
          {f.label(s.label) && <legend>{f.label(s.label)}</legend>}
          {s.fields.map((x) => (
            <div key={x.key} className="field">
              <label htmlFor={`record-${x.key}`}>{f.label(x.label)}{x.required && <span className="must" aria-hidden="true"> *</span>}{x.required && <span className="sr"> {t('records.required')}</span>}</label>
              {input(x)}
              {f.label(x.help) && <span className="soft small">{f.label(x.help)}</span>}
              {faults[x.key] && <span className="field-error" role="alert">{f.label(faults[x.key])}</span>}
            </div>
          ))}
        </fieldset>
      ))}
      {!readOnly && (
        <div className="row">
          <Button type="primary" htmlType="submit" loading={save.isPending}>{t('common.save')}</Button>
          <Button onClick={onDone}>{t('common.cancel')}</Button>
          <span className="grow" />
          {record && <Popconfirm title={t('records.remove_sure')} onConfirm={() => remove.mutate(record)} okText={t('common.delete')} cancelText={t('common.cancel')}><Button danger type="text" loading={remove.isPending}>{t('common.delete')}</Button></Popconfirm>}
        </div>
      )}
    </form>
  )
}
