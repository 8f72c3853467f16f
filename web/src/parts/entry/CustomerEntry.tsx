import { DatePicker, Input, Radio, Select } from 'antd'
import dayjs from 'dayjs'
import { type FormEvent, useEffect, useState } from 'react'
import type { CustomerForm, Written } from '@/api/types'
import { FieldInput } from '@/parts/field/FieldInput'
import { between, entryOf } from '@/parts/field/words'
import { useCatalog, useFormat } from '@/parts/format'
import { Against, Foot } from './Foot'
import { Line } from './Line'
import { type EntryProps, useEntry } from './useEntry'

const identifiers = ['phone', 'id', 'member', 'email'] as const
type Text = (typeof identifiers)[number] | 'name' | 'gender' | 'birthday' | 'city' | 'industry' | 'signup_day'

/** Somebody new, or what is new about somebody: identifiers, what one asks at the till, and the business's own fields. */
export function CustomerEntry({ onDirty, onSaved }: EntryProps) {
  const f = useFormat()
  const { t } = f
  const { list, masked } = useCatalog()
  const own = list.flatMap((x) => { const entry = masked.has(x.key) ? null : entryOf(x); return entry ? [{ feature: x, entry, key: x.key.replace(/^custom\./, '') }] : [] })
  const [today] = useState(() => f.instant(new Date().toISOString()).slice(0, 10))
  const [kind, setKind] = useState<'person' | 'organisation'>('person')
  const [said, setSaid] = useState<Partial<Record<Text, string>>>({ signup_day: today })
  const [custom, setCustom] = useState<Record<string, Written | undefined>>({})
  const { send, faults } = useEntry('customer')
  const dirty = Object.entries(said).some(([k, v]) => v && k !== 'signup_day') || Object.values(custom).some((v) => v !== undefined)
  useEffect(() => onDirty(dirty), [dirty, onDirty])
  const asked = kind === 'person' ? (['gender', 'birthday', 'city', 'signup_day'] as const) : (['industry', 'city', 'signup_day'] as const)
  const form = (): CustomerForm => {
    const filled = (keys: readonly Text[]) => keys.flatMap((k): [string, string][] => { const v = said[k]?.trim(); return v ? [[k, v]] : [] })
    const values = own.flatMap(({ key }): [string, string | number | boolean][] => { const v = custom[key]; return v === undefined ? [] : [[key, Array.isArray(v) ? v.join(between) : v]] })
    return { ...Object.fromEntries(filled([...identifiers, 'name'])), kind, attributes: Object.fromEntries(filled(asked)), custom: Object.fromEntries(values) }
  }
  const save = (next: boolean) => {
    if (send.isPending) return
    const body = form()
    send.mutate(body, { onSuccess: () => onSaved(next, 'customer', body, null) })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save(false)
  }
  const set = (key: Text) => (value: string | undefined) => setSaid((all) => ({ ...all, [key]: value }))
  const text = (key: Text, type = 'text', first = false) => <Input id={`entry-${key}`} type={type} autoFocus={first} autoComplete="off" maxLength={200} value={said[key] ?? ''} onChange={(e) => set(key)(e.target.value)} aria-invalid={!!faults[key]} />
  const day = (key: Text) => <DatePicker id={`entry-${key}`} className="field-input" format="YYYY-MM-DD" value={said[key] ? dayjs(said[key]) : null} onChange={(d) => set(key)(d?.format('YYYY-MM-DD'))} />
  const types = { phone: 'tel', id: 'text', member: 'text', email: 'text' } as const
  return (
    <form className="form-grid" onSubmit={submit} noValidate>
      <Against error={send.error} faults={faults} />
      <Radio.Group aria-label={t('entry.kind')} value={kind} onChange={(e) => setKind(e.target.value as typeof kind)} options={(['person', 'organisation'] as const).map((value) => ({ value, label: t(`customers.kind_${value}`) }))} />
      <Line id="entry-name" label={t('entry.name')} fault={faults.name}>{text('name', 'text', true)}</Line>
      <div className="two">
        {identifiers.map((key) => <Line key={key} id={`entry-${key}`} label={t(`entry.${key}`)} fault={faults[key]}>{text(key, types[key])}</Line>)}
      </div>
      <p className="soft small">{t('entry.identify_note')}</p>
      <div className="two">
        {asked.map((key) => (
          <Line key={key} id={`entry-${key}`} label={t(`entry.${key}`)} fault={faults[`attributes.${key}`]}>
            {key === 'gender'
              ? <Select id="entry-gender" className="field-input" allowClear value={said.gender} onChange={set('gender')} options={['male', 'female'].map((value) => ({ value, label: t(`entry.${value}`) }))} />
              : key === 'birthday' || key === 'signup_day' ? day(key) : text(key)}
          </Line>
        ))}
      </div>
      {own.length > 0 && (
        <fieldset className="record-section">
          <legend>{t('entry.own')}</legend>
          {own.map(({ feature, entry, key }) => (
            <Line key={key} id={`entry-${feature.key}`} label={f.label(feature.label)} fault={faults[feature.key]}>
              <FieldInput id={`entry-${feature.key}`} kind={entry.kind} options={entry.options ?? []} value={custom[key]} onChange={(v) => setCustom((all) => ({ ...all, [key]: v }))} />
            </Line>
          ))}
        </fieldset>
      )}
      <Foot busy={send.isPending} onNext={() => save(true)} />
    </form>
  )
}
