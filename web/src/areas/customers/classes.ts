import type { Profile } from '@/api/types'

type Of = Profile['classes'][number]

/** Classifications people ask for first. */
const first = ['rfm_8', 'lifecycle', 'rfm_11', 'value_potential', 'clv_band', 'standing', 'loyalty', 'purchase_behaviour', 'purchase_frequency', 'purchase_amount']
const nothing = ['unknown', 'no_data']

/** What is known before what is not; value and lifecycle first, then the order of the library. */
export function inOrder(classes: Of[], library: string[] = []): Of[] {
  const rank = (c: Of) => {
    const i = first.indexOf(c.classification)
    const j = library.indexOf(c.classification)
    return (nothing.includes(c.class.key) ? 10_000 : 0) + (i >= 0 ? i : 100 + (j >= 0 ? j : 1_000))
  }
  return [...classes].sort((a, b) => rank(a) - rank(b))
}
