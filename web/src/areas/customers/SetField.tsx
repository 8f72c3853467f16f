import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useId, useState } from 'react'
import type { ChangeBody, Written } from '@/api/types'
import { changePreview } from '@/api/work'
import { FieldInput } from '@/parts/field/FieldInput'
import { useCatalog, useFormat } from '@/parts/format'
import { useDebounced } from '@/parts/hooks'
import { Modal } from '@/parts/opened'
import { Failed } from '@/parts/States'
import { AddField } from './FieldEdit'
import { useChange } from './useChange'
import '@/parts/field/field.css'

/** One own field of everybody selected: which, what it holds from now on, and what that comes to before it is done. `who`: as the server is told. */
export function SetField({ who, count, onClose, onDone }: { who: Partial<ChangeBody>; count: number; onClose: () => void; onDone: () => void }) {
  const f = useFormat()
  const { t } = f
  const ids = { field: useId(), value: useId() }
  const { usable, byHand } = useCatalog()
  // one's own first: of many at once one rarely sets a city
  const fields = usable.filter((x) => byHand[x.key]).sort((a, b) => Number(b.group === 'custom') - Number(a.group === 'custom'))
  const [key, setKey] = useState<string>()
  const [value, setValue] = useState<Written>()
  const feature = fields.find((x) => x.key === key)
  const entry = feature && byHand[feature.key]
  const change = useChange(onDone)
  const said = typeof value === 'string' ? value.trim() || undefined : value
  const body = { kind: 'field_set', subject: key, value: said ?? null, except: [], ...who } as ChangeBody
  const now = JSON.stringify(body)
  const asked = useDebounced(now, 300)
  const plan = useQuery({ ...changePreview(JSON.parse(asked) as ChangeBody), enabled: !!key && asked === now })
  const p = asked === now ? plan.data : undefined
  const pick = (next: string) => { setKey(next); setValue(undefined) }
  return (
    <Modal
      open onCancel={onClose} title={t('fields.set_title', { count, n: f.integer(count) })} cancelText={t('common.cancel')}
      okText={p && p.changed > 0 ? t('fields.set_do', { count: p.changed, n: f.integer(p.changed) }) : t('fields.set_none')}
      okButtonProps={{ disabled: !p || p.changed === 0 }} confirmLoading={change.isPending} onOk={() => change.mutate(body)}
    >
      <div className="stack" data-testid="set-field">
        <div className="field">
          <label htmlFor={ids.field}>{t('fields.set_which')}</label>
          {fields.length > 0 && <Select id={ids.field} value={key} onChange={pick} showSearch={{ optionFilterProp: 'label' }} placeholder={t('fields.set_pick')} options={fields.map((x) => ({ value: x.key, label: f.label(x.label) }))} />}
          <div className="row">{fields.length === 0 && <span className="soft small">{t('fields.none')}</span>}<AddField onMade={(made) => pick(made.key)} /></div>
        </div>
        {feature && entry && (
          <div className="field">
            <label htmlFor={ids.value}>{t('fields.set_value')}</label>
            <FieldInput key={key} id={ids.value} kind={entry.kind} options={entry.options ?? []} value={value} onChange={setValue} />
            <span className="soft small">{t('fields.set_empty')}</span>
          </div>
        )}
        {key && plan.error && asked === now && <Failed error={plan.error} />}
        {key && (
          <div className="set-plan" aria-live="polite">
            {!p && !plan.error && <span className="soft small">{t('fields.set_counting')}</span>}
            {p && <span className="strong">{t('fields.set_changed', { count: p.changed, n: f.integer(p.changed) })}</span>}
            {p && p.same > 0 && <span className="soft">{t('fields.set_same', { count: p.same, n: f.integer(p.same) })}</span>}
            {p?.refused.map((r) => <span key={r.reason} className="soft">{t('fields.set_refused', { count: r.customers, n: f.integer(r.customers), why: f.label(r.label) })}</span>)}
          </div>
        )}
        <p className="soft small">{t('fields.set_undo')}</p>
      </div>
    </Modal>
  )
}
