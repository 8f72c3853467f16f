import { lazy, Suspense, useState } from 'react'
import type { Feature, Value, Written } from '@/api/types'
import { useMay } from '@/parts/access'
import { madeOf, writtenOf } from '@/parts/field/words'
import { useCatalog, useFormat } from '@/parts/format'
import { PenIcon } from '@/parts/icons'
import { Drawer } from '@/parts/opened'
import { Loading } from '@/parts/States'
import { useAt } from '@/parts/useAt'
import { useChange } from './useChange'
import '@/parts/field/field.css'

// pickers of days and numbers weigh more than the list they would open in
const FieldInput = lazy(async () => ({ default: (await import('@/parts/field/FieldInput')).FieldInput }))
const FieldForm = lazy(() => import('@/parts/field/FieldForm'))

/** Why a value cannot be edited where it stands; nothing if it can. */
export function useFieldLock(): (key: string) => string | null {
  const { t, label } = useFormat()
  const may = useMay()
  const { byKey, masked, byHand } = useCatalog()
  const past = useAt().as_of
  const computed = (feature: Feature | undefined) => {
    if (feature?.entry?.figure) return t('fields.locked_records')
    const { facts, keys } = feature ? madeOf(feature) : { facts: [], keys: [] }
    const from = [...facts.map((x) => t(`rule.fact_${x}`)), ...keys.flatMap((key) => label(byKey.get(key)?.label) || [])].slice(0, 4)
    return from.length ? t('fields.locked_from', { from: from.join(t('customers.between')) }) : t('fields.locked_computed')
  }
  return (key) => {
    if (key.startsWith('class.')) return t('fields.locked_class')
    if (!byHand[key] && !masked.has(key)) return computed(byKey.get(key))
    if (masked.has(key)) return t('fields.locked_masked')
    if (!may('customers:write')) return t('fields.locked_role')
    return past ? t('fields.locked_past') : null
  }
}

/** A value where it stands, with the pen that opens it. `shown`: how it reads. */
export function FieldValue({ id, name, feature, value, shown }: { id: string; name: string; feature: Feature; value: Value | null | undefined; shown: string }) {
  const { t, label } = useFormat()
  const [open, setOpen] = useState(false)
  const lock = useFieldLock()(feature.key)
  if (open && !lock) return <FieldEdit id={id} feature={feature} value={value ?? { type: 'null' }} onClose={() => setOpen(false)} />
  return (
    <span className="field-cell" title={lock ?? undefined}>
      <span>{shown}</span>
      {!lock && <button type="button" className="cell-pen" aria-label={t('fields.edit_of', { field: label(feature.label), name })} title={t('fields.edit')} onClick={(e) => { e.stopPropagation(); setOpen(true) }}><PenIcon /></button>}
    </span>
  )
}

function FieldEdit({ id, feature, value, onClose }: { id: string; feature: Feature; value: Value; onClose: () => void }) {
  const f = useFormat()
  const entry = useCatalog().byHand[feature.key]
  const before = writtenOf(entry?.kind ?? 'text', value, f.currency.digits)
  const [now, setNow] = useState<Written | undefined>(before)
  const [sent, setSent] = useState(false)
  const change = useChange(onClose)
  const keep = (next: Written | undefined) => {
    if (sent) return
    const tidy = typeof next === 'string' ? next.trim() || undefined : next
    if (JSON.stringify(tidy) === JSON.stringify(before)) return onClose()
    setSent(true)
    change.mutate({ kind: 'field_set', subject: feature.key, value: tidy ?? null, was: value, customers: [id], except: [] }, { onError: () => setSent(false) })
  }
  if (!entry) return null
  return (
    // a click into the value does not open the row it stands in
    <span className="field-cell" role="presentation" onClick={(e) => e.stopPropagation()} onKeyDown={(e) => e.stopPropagation()}>
      <Suspense fallback={null}><FieldInput size="small" autoFocus disabled={sent} kind={entry.kind} options={entry.options ?? []} label={f.label(feature.label)} value={now} onChange={setNow} onDone={keep} onLeave={onClose} /></Suspense>
    </span>
  )
}

/** "+ field": a new one, from wherever it is missed. */
export function AddField({ onMade }: { onMade?: (made: Feature) => void }) {
  const { t } = useFormat()
  const may = useMay()
  const [open, setOpen] = useState(false)
  if (!may('definitions:write')) return null
  return (
    <>
      <button type="button" className="linkish small" onClick={() => setOpen(true)}>+ {t('fields.add')}</button>
      <Drawer open={open} onClose={() => setOpen(false)} size={520} title={t('fields.new')} destroyOnHidden>
        <Suspense fallback={<Loading lines={6} />}><FieldForm feature={null} onDone={(made) => { setOpen(false); if (made) onMade?.(made) }} /></Suspense>
      </Drawer>
    </>
  )
}
