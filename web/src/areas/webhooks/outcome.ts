import type { Delivery } from '@/api/webhooks'
import { useFormat } from '@/parts/format'

/** How a try ended, in words: the status, or why there was none. */
export function useOutcome() {
  const { t, integer } = useFormat()
  return (d: Pick<Delivery, 'status' | 'outcome' | 'milliseconds'>) => {
    if (!d.outcome) return t('webhooks.not_tried')
    const what = d.status ? `HTTP ${d.status}` : t(`webhooks.outcome_${d.outcome}`)
    return d.milliseconds === null || d.milliseconds === undefined ? what : t('webhooks.took', { what, ms: integer(d.milliseconds) })
  }
}
