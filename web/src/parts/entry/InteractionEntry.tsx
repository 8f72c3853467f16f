import { Input, Select } from 'antd'
import { type FormEvent, useEffect, useState } from 'react'
import type { InteractionForm, Label } from '@/api/types'
import { useFormat } from '@/parts/format'
import { needed, When, Whose } from './FactEntry'
import { Against, Foot } from './Foot'
import { Line } from './Line'
import { type EntryProps, useEntry, useWhom } from './useEntry'

/** Kinds people enter by hand, as features and rules know them; any other is one of one's own. */
const kinds = ['visit', 'store_visit', 'call', 'inquiry', 'quote', 'demo', 'sample', 'referral', 'complaint']

/** A visit, a call, an inquiry: something between a customer and the business. */
export function InteractionEntry({ customer, onDirty, onSaved }: EntryProps) {
  const f = useFormat()
  const { t } = f
  const [now] = useState(() => f.instant(new Date().toISOString()))
  const [who, setWho] = useState(customer)
  const [at, setAt] = useState(now)
  const [kind, setKind] = useState<string>()
  const [typed, setTyped] = useState('')
  const [channel, setChannel] = useState('')
  const [missing, setMissing] = useState<Record<string, Label>>({})
  const whose = useWhom(who)
  const { send, faults: refused } = useEntry('interaction')
  const faults = { ...refused, ...missing }
  const dirty = !!kind || !!channel || who !== customer
  useEffect(() => onDirty(dirty), [dirty, onDirty])
  // what was missing is not, once something is written
  useEffect(() => setMissing({}), [who, at, kind])
  const save = (next: boolean) => {
    if (send.isPending) return
    const lacks = { customer: !whose.whom, at: !at, kind: !kind }
    setMissing(Object.fromEntries(Object.entries(lacks).flatMap(([k, v]) => (v ? [[k, needed(t)]] : []))))
    if (!whose.whom || !kind || !at) return
    const form: InteractionForm = { at, kind, customer: whose.whom, channel: channel.trim() || undefined }
    send.mutate(form, { onSuccess: () => onSaved(next, 'interaction', form, who ?? null) })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save(false)
  }
  const named = kinds.map((value) => ({ value, label: t(`entry.kind_${value}`) }))
  const own = [typed.trim(), kind].flatMap((k) => (k && !named.some((o) => o.value === k || o.label === k) ? [{ value: k, label: k }] : []))
  return (
    <form className="form-grid" onSubmit={submit} noValidate>
      <Against error={send.error} faults={faults} />
      <Whose id={who} whose={whose} faults={faults} onChange={setWho} />
      <Line id="entry-kind" label={t('entry.what')} must fault={faults.kind} note={t('entry.what_note')}>
        <Select id="entry-kind" className="field-input" value={kind} onChange={setKind} options={[...named, ...own.filter((o, i) => own.findIndex((x) => x.value === o.value) === i)]} showSearch={{ optionFilterProp: 'label', onSearch: setTyped }} />
      </Line>
      <div className="two">
        <When value={at} fault={faults.at} onChange={setAt} />
        <Line id="entry-channel" label={t('entry.channel')} fault={faults.channel}><Input id="entry-channel" maxLength={200} value={channel} onChange={(e) => setChannel(e.target.value)} /></Line>
      </div>
      <Foot busy={send.isPending} onNext={() => save(true)} />
    </form>
  )
}
