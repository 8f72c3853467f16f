import { useQuery } from '@tanstack/react-query'
import { DatePicker } from 'antd'
import dayjs from 'dayjs'
import { session } from '@/api/queries'
import type { Label } from '@/api/types'
import { useFormat } from '@/parts/format'
import { CustomerPick } from '@/parts/record/CustomerPick'
import { Line } from './Line'
import type { useWhom } from './useEntry'

/** What is missing, said as the server says it of what is wrong. */
export const needed = (t: (key: string) => string): Label => ({ zh: t('entry.needed'), en: t('entry.needed') })

/** Whose it is. */
export function Whose({ id, whose, faults, onChange }: { id: string | undefined; whose: ReturnType<typeof useWhom>; faults: Record<string, Label>; onChange: (id: string | undefined) => void }) {
  const { t } = useFormat()
  const fault = Object.entries(faults).find(([field]) => field === 'customer' || field.startsWith('customer.'))?.[1]
  return (
    <Line id="entry-customer" label={t('entry.customer')} must fault={fault} note={whose.whom === null ? t('entry.no_identifier') : undefined}>
      <CustomerPick id="entry-customer" value={id} name={whose.name} onChange={onChange} />
    </Line>
  )
}

/** The moment, on the business's clock. */
export function When({ value, fault, onChange }: { value: string; fault?: Label; onChange: (next: string) => void }) {
  const { t } = useFormat()
  const { data } = useQuery(session)
  return (
    <Line id="entry-at" label={t('entry.at', { zone: data?.workspace?.time_zone })} must fault={fault}>
      <DatePicker id="entry-at" className="field-input" showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" needConfirm={false} value={value ? dayjs(value) : null} onChange={(d) => onChange(d?.format('YYYY-MM-DD HH:mm') ?? '')} />
    </Line>
  )
}
