import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Popconfirm, Select } from 'antd'
import { useId, useState } from 'react'
import { changeRecords, undoRecordImport } from '@/api/objects'
import type { CustomObject, RecordsChange, Written } from '@/api/types'
import { FieldInput } from '@/parts/field/FieldInput'
import '@/parts/field/field.css'
import { useFormat } from '@/parts/format'
import { ExportMenu } from '@/parts/jobs/ExportMenu'
import { nobody, pickedOf, type Selection, size, whom } from '@/parts/list/selection'
import { SelectionBar } from '@/parts/list/SelectionBar'
import { Modal } from '@/parts/opened'
import { CustomerPick } from '@/parts/record/CustomerPick'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

type Query = Record<string, string | undefined>
interface Props { object: CustomObject; selection: Selection; onSelect: (next: Selection) => void; filter: Record<string, string>; shown: number; total: number; files: { shown: Query; everything: Query } }

/** What can be done with the records selected: one field set, taken away, taken along. */
export default function RecordsBar({ object: o, selection, onSelect, filter, shown, total, files }: Props) {
  const f = useFormat()
  const { t } = f
  const [setting, setSetting] = useState(false)
  const n = size(selection, total)
  const change = useRecordsChange(o, () => { setSetting(false); onSelect(nobody) })
  const act = (action: RecordsChange['action']) => {
    const { customers: records, ...rest } = { customers: undefined, ...whom(selection, filter, total) }
    change.mutate({ ...rest, records, action })
  }
  return (
    <>
      <SelectionBar records selection={selection} onSelect={onSelect} shown={shown} total={total} busy={change.isPending}>
        <button type="button" className="pop-button" onClick={() => setSetting(true)}>{t('fields.set_many')}</button>
        <ExportMenu {...files} object={o.id} picked={pickedOf(selection)} />
        <Popconfirm title={t('records.remove_many_sure', { count: n, n: f.integer(n) })} onConfirm={() => act({ kind: 'remove' })} okText={t('common.delete')} cancelText={t('common.cancel')}><button type="button" className="pop-button danger">{t('common.delete')}</button></Popconfirm>
      </SelectionBar>
      {setting && <SetField object={o} count={n} busy={change.isPending} onClose={() => setSetting(false)} onSet={(field, value) => act({ kind: 'set', field, value: value ?? null })} />}
    </>
  )
}

/** One field of many records: which, and what it says from now on. */
function SetField({ object: o, count, busy, onClose, onSet }: { object: CustomObject; count: number; busy: boolean; onClose: () => void; onSet: (field: string, value: Written | undefined) => void }) {
  const f = useFormat()
  const { t } = f
  const ids = { field: useId(), value: useId() }
  const fields = o.sections.flatMap((s) => s.fields)
  const [key, setKey] = useState<string>()
  const [value, setValue] = useState<Written>()
  const field = fields.find((x) => x.key === key)
  return (
    <Modal open onCancel={onClose} title={t('records.set_title', { count, n: f.integer(count) })} cancelText={t('common.cancel')} okText={t('records.set_do', { count, n: f.integer(count) })} okButtonProps={{ disabled: !field }} confirmLoading={busy} onOk={() => { if (key) onSet(key, value) }}>
      <div className="stack" data-testid="set-record-field">
        <div className="field"><label htmlFor={ids.field}>{t('fields.set_which')}</label><Select id={ids.field} value={key} onChange={(next: string) => { setKey(next); setValue(undefined) }} showSearch={{ optionFilterProp: 'label' }} placeholder={t('fields.set_pick')} options={fields.map((x) => ({ value: x.key, label: f.label(x.label) }))} /></div>
        {field && (
          <div className="field">
            <label htmlFor={ids.value}>{t('fields.set_value')}</label>
            {field.kind === 'customer' ? <CustomerPick id={ids.value} value={typeof value === 'string' ? value : undefined} onChange={setValue} /> : <FieldInput key={key} id={ids.value} kind={field.kind} options={field.options ?? []} value={value} onChange={setValue} />}
            <span className="soft small">{t('fields.set_empty')}</span>
          </div>
        )}
        <p className="soft small">{t('fields.set_undo')}</p>
      </div>
    </Modal>
  )
}

/** Changes many records and offers the way back. */
function useRecordsChange(o: CustomObject, onDone: () => void) {
  const f = useFormat()
  const { t } = f
  const queries = useQueryClient()
  const problem = useProblemText()
  const fresh = () => Promise.all([queries.invalidateQueries({ queryKey: ['records'] }), queries.invalidateQueries({ queryKey: ['objects'] })])
  const undo = async (id: string) => {
    try {
      const back = await undoRecordImport(id)
      toast.ok(t('records.many_back', { count: back.restored, n: f.integer(back.restored) }))
    } catch (e) {
      toast.bad(problem(e))
    }
    await fresh()
  }
  return useMutation({
    mutationFn: (body: RecordsChange) => changeRecords(o.id, body),
    onSuccess: async ({ id, changed }, body) => {
      onDone()
      const said = t(body.action.kind === 'remove' ? 'records.removed_many' : 'records.changed_many', { count: changed, n: f.integer(changed) })
      if (id) toast.undo(said, () => void undo(id))
      else toast.ok(t('work.nothing_changed'))
      await fresh()
    },
    // the list may have moved on: what is shown next is what there is
    onError: async (e) => { toast.bad(problem(e)); await fresh() },
  })
}
