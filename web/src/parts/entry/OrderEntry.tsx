import { Button, Input, InputNumber } from 'antd'
import { type FormEvent, useEffect, useState } from 'react'
import type { Label, OrderForm } from '@/api/types'
import { useFormat } from '@/parts/format'
import { CloseIcon } from '@/parts/icons'
import { needed, When, Whose } from './FactEntry'
import { Against, Foot } from './Foot'
import { Line } from './Line'
import { type EntryProps, useEntry, useWhom } from './useEntry'

interface Bought { name: string; quantity: number | null; paid: number | null }
const more = ['store', 'channel', 'payment', 'coupon'] as const

/** A number nobody else has today: the minute, and four letters that are not mistaken for one another. */
const suggested = (minute: string) => `${minute.replace(/\D/g, '')}-${Array.from(crypto.getRandomValues(new Uint8Array(4)), (b) => 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'[b % 32]).join('')}`

/** An order as it is written down at the counter. */
export function OrderEntry({ customer, onDirty, onSaved }: EntryProps) {
  const f = useFormat()
  const { t } = f
  const [now] = useState(() => f.instant(new Date().toISOString()))
  const [who, setWho] = useState(customer)
  const [at, setAt] = useState(now)
  const [number, setNumber] = useState(() => suggested(now))
  const [paid, setPaid] = useState<number | null>(null)
  const [discount, setDiscount] = useState<number | null>(null)
  const [said, setSaid] = useState<Partial<Record<(typeof more)[number], string>>>({})
  const [lines, setLines] = useState<Bought[]>([])
  const [missing, setMissing] = useState<Record<string, Label>>({})
  const whose = useWhom(who)
  const { send, faults: refused } = useEntry('order')
  const faults = { ...refused, ...missing }
  const dirty = paid !== null || discount !== null || lines.length > 0 || who !== customer || Object.values(said).some(Boolean)
  useEffect(() => onDirty(dirty), [dirty, onDirty])
  const known = lines.filter((l) => l.paid !== null)
  const sum = known.length > 0 ? known.reduce((n, l) => n + (l.paid ?? 0), 0).toFixed(f.currency.digits) : null
  // what was missing is not, once something is written
  useEffect(() => setMissing({}), [who, at, number, paid, sum])
  const save = (next: boolean) => {
    if (send.isPending) return
    const all = paid !== null ? String(paid) : sum
    const lacks = { customer: !whose.whom, at: !at, number: !number.trim(), paid: all === null }
    setMissing(Object.fromEntries(Object.entries(lacks).flatMap(([k, v]) => (v ? [[k, needed(t)]] : []))))
    if (!whose.whom || all === null || Object.values(lacks).some(Boolean)) return
    const form: OrderForm = {
      number: number.trim(), at, paid: all, customer: whose.whom, discount: discount === null ? undefined : String(discount),
      ...Object.fromEntries(more.flatMap((k) => { const v = said[k]?.trim(); return v ? [[k, v]] : [] })),
      lines: lines.flatMap((l, i) => (l.name.trim() || l.paid !== null ? [{ line: i + 1, name: l.name.trim() || undefined, quantity: l.quantity === null ? undefined : String(l.quantity), paid: l.paid === null ? undefined : String(l.paid) }] : [])),
    }
    send.mutate(form, { onSuccess: () => onSaved(next, 'order', form, who ?? null) })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save(false)
  }
  const money = (id: string, value: number | null, onChange: (v: number | null) => void, label?: string, hint?: string) => <InputNumber<number> id={id} className="field-input" aria-label={label} placeholder={hint} min={0} max={999_999_999} value={value} onChange={onChange} changeOnWheel={false} controls={false} prefix={f.currency.symbol} precision={f.currency.digits} />
  const line = (i: number, next: Partial<Bought>) => setLines((all) => all.map((l, j) => (j === i ? { ...l, ...next } : l)))
  return (
    <form className="form-grid" onSubmit={submit} noValidate>
      <Against error={send.error} faults={faults} />
      <Whose id={who} whose={whose} faults={faults} onChange={setWho} />
      <div className="two">
        <Line id="entry-paid" label={t('entry.paid')} must fault={faults.paid} note={lines.length > 0 ? t('entry.paid_note') : undefined}>{money('entry-paid', paid, setPaid, undefined, sum ?? undefined)}</Line>
        <Line id="entry-discount" label={t('entry.discount')} fault={faults.discount}>{money('entry-discount', discount, setDiscount)}</Line>
        <When value={at} fault={faults.at} onChange={setAt} />
        <Line id="entry-number" label={t('entry.number')} must fault={faults.number}><Input id="entry-number" maxLength={200} autoComplete="off" value={number} onChange={(e) => setNumber(e.target.value)} /></Line>
      </div>
      <p className="soft small">{t('entry.number_note')}</p>
      <div className="two">
        {more.map((key) => <Line key={key} id={`entry-${key}`} label={t(`entry.${key}`)} fault={faults[key]}><Input id={`entry-${key}`} maxLength={200} value={said[key] ?? ''} onChange={(e) => setSaid((all) => ({ ...all, [key]: e.target.value }))} /></Line>)}
      </div>
      <fieldset className="record-section">
        <legend>{t('entry.lines')}</legend>
        {lines.map((l, i) => {
          const fault = Object.entries(faults).find(([field]) => field.startsWith(`lines.${i}.`))?.[1]
          return (
            <div className="field" key={i}>
              <div className="entry-line">
                <Input aria-label={t('entry.line_name', { n: i + 1 })} placeholder={t('entry.product')} maxLength={200} value={l.name} onChange={(e) => line(i, { name: e.target.value })} />
                <InputNumber<number> className="field-input" aria-label={t('entry.line_quantity', { n: i + 1 })} placeholder={t('entry.quantity')} min={0} value={l.quantity} onChange={(quantity) => line(i, { quantity })} changeOnWheel={false} controls={false} />
                {money(`entry-line-${i}`, l.paid, (v) => line(i, { paid: v }), t('entry.line_paid', { n: i + 1 }), t('entry.paid'))}
                <button type="button" className="icon-btn" aria-label={t('entry.drop_line', { n: i + 1 })} onClick={() => setLines((all) => all.filter((_, j) => j !== i))}><CloseIcon /></button>
              </div>
              {fault && <span className="field-error" role="alert">{f.label(fault)}</span>}
            </div>
          )
        })}
        <div><Button size="small" onClick={() => setLines((all) => [...all, { name: '', quantity: 1, paid: null }])}>+ {t('entry.add_line')}</Button></div>
      </fieldset>
      <Foot busy={send.isPending} onNext={() => save(true)} />
    </form>
  )
}
