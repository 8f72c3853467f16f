import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { session } from '@/api/queries'
import type { Owner as Person } from '@/api/types'
import { owners as ownersQuery } from '@/api/work'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { withKey } from '@/parts/hooks'
import { useChange } from './useChange'

/** Who may look after customers, oneself first. */
export function useOwners(): Person[] {
  const { data: all = [] } = useQuery(ownersQuery)
  const { data: now } = useQuery(session)
  return [...all].sort((a, b) => Number(b.id === now?.user?.id) - Number(a.id === now?.user?.id))
}

/** Who looks after one customer, changed where it stands. */
export function CustomerOwner({ id, owner }: { id: string; owner?: Person | null }) {
  const { t } = useFormat()
  const may = useMay()('customers:write')
  const all = useOwners()
  const change = useChange()
  if (!may) return <span>{owner?.name ?? '—'}</span>
  const options = [...all, ...(owner && !all.some((o) => o.id === owner.id) ? [owner] : [])].map((o) => ({ value: o.id, label: o.name }))
  return (
    <Select
      size="small" className="owner" title={withKey(t('shell.key_owner'), 'A')} aria-label={t('work.owner')} placeholder={t('work.nobody')} allowClear value={owner?.id} loading={change.isPending} options={options} showSearch={{ optionFilterProp: 'label' }}
      onChange={(user?: string) => { if (user !== owner?.id) change.mutate({ kind: 'owner_set', subject: user ?? 'none', customers: [id], except: [] }) }}
    />
  )
}
