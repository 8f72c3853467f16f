import type { Profile } from '@/api/types'
import { useFormat } from '@/parts/format'
import { unlinked } from './unlinked'

const head = ['net', 'orders', 'average_order_net', 'recency_days', 'first_order_day', 'last_order_day']

/** At most seven facts above the fold. */
export function HeadFacts({ profile }: { profile: Profile }) {
  const f = useFormat()
  const shown = head.flatMap((key) => profile.features.find((x) => x.key === key) ?? [])
  const more = unlinked(profile.features)
  return <><dl className="facts head-facts">{shown.map((x) => <div key={x.key}><dt>{f.label(x.label)}</dt><dd>{f.value(x.value, x.unit)}</dd></div>)}</dl>{more > 0 && <p className="small soft" data-testid="unlinked">{f.t('customers.unlinked', { amount: f.money(more) })}</p>}</>
}
