import type { Profile } from '@/api/types'

/** Refunds that name no order lower net and no order: average × orders then says more than net. By how much, in minor units; 0 where it is only rounding. */
export function unlinked(features: Pick<Profile['features'][number], 'key' | 'value'>[]): number {
  const number = (key: string) => {
    const v = features.find((x) => x.key === key)?.value
    return v && (v.type === 'money' || v.type === 'int') ? v.value : null
  }
  const [net, orders, average] = [number('net'), number('orders'), number('average_order_net')]
  if (net === null || orders === null || average === null) return 0
  const more = orders * average - net
  return more > orders / 2 + 1 ? more : 0
}
