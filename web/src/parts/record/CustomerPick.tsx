import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { call } from '@/api/client'
import type { CustomerPage } from '@/api/types'
import { useFormat } from '@/parts/format'
import { useDebounced } from '@/parts/hooks'

/** One customer, found by name, phone or number. `name`: of the one that is chosen. */
export function CustomerPick({ id, value, name, onChange }: { id?: string; value: string | undefined; name?: string; onChange: (next: string | undefined) => void }) {
  const { t } = useFormat()
  const [text, setText] = useState('')
  const q = useDebounced(text, 250)
  const { data, isFetching, error } = useQuery({ queryKey: ['run', 'pick', q], queryFn: ({ signal }) => call<CustomerPage>('GET', '/customers', { query: { q: q || undefined, limit: '20' }, signal }), retry: false })
  const found = (data?.items ?? []).map((c) => ({ value: c.id, label: [c.name ?? c.external_id ?? c.id, c.name && c.external_id].filter(Boolean).join(' · ') }))
  const known = value && !found.some((o) => o.value === value) ? [{ value, label: name ?? value }, ...found] : found
  return (
    <Select
      id={id} className="field-input" allowClear value={value} placeholder={t('records.pick')} options={known} loading={isFetching} onChange={(v: string | undefined) => onChange(v)}
      notFoundContent={t(error ? 'records.pick_refused' : 'records.pick_none')} showSearch={{ filterOption: false, onSearch: setText }}
    />
  )
}
