import type { Profile } from '@/api/types'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { Lock } from '@/parts/Masked'

const personal = ['phone', 'email', 'unionid']

/** What a customer is known by; with a lock where only part of it is shown. */
export function Identifiers({ of }: { of: Profile }) {
  const f = useFormat()
  const may = useMay()
  return of.identifiers.map((i, n) => [
    <dt key={`t${n}`}>{f.t(`customers.id_${i.kind}`)}</dt>,
    <dd key={`d${n}`}>{i.kind === 'phone' ? f.phone(i.value) : i.value}{personal.includes(i.kind) && !may('personal:read') && <Lock />}</dd>,
  ])
}
