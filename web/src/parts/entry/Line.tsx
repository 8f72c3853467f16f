import type { ReactNode } from 'react'
import type { Label } from '@/api/types'
import { useFormat } from '@/parts/format'

/** A field of an entry: its name, what it takes, a hint, and what the server has against it. */
export function Line({ id, label, must, note, fault, children }: { id: string; label: string; must?: boolean; note?: string; fault?: Label; children: ReactNode }) {
  const { t, label: pick } = useFormat()
  return (
    <div className="field">
      <label htmlFor={id}>{label}{must && <><span className="must" aria-hidden="true"> *</span><span className="sr"> {t('records.required')}</span></>}</label>
      {children}
      {note && <span className="soft small">{note}</span>}
      {fault && <span className="field-error" role="alert">{pick(fault)}</span>}
    </div>
  )
}
