import { useQuery } from '@tanstack/react-query'
import { overview, segments } from '@/api/queries'
import type { Webhook } from '@/api/webhooks'
import { type Format, useFormat } from '@/parts/format'

/** How an endpoint goes, in a word. */
export function healthOf(w: Webhook, t: Format['t']): { text: string; tone: 'good' | 'bad' | 'off' } {
  if (w.state === 'off') return { text: t('webhooks.state_off'), tone: 'off' }
  if (w.state === 'paused') return { text: t(w.why === 'gone' ? 'webhooks.state_gone' : w.why === 'secret' ? 'webhooks.state_secret' : 'webhooks.state_paused'), tone: 'bad' }
  if (w.failures > 0) return { text: t('webhooks.state_failing', { count: w.failures }), tone: 'bad' }
  return { text: t('webhooks.state_on'), tone: 'good' }
}

/** Names of segments and classifications by their keys. */
export function useNames() {
  const { label } = useFormat()
  const all = useQuery(segments())
  const base = useQuery(overview())
  const segmentNames = new Map((all.data ?? []).map((s) => [s.key, label(s.label)]))
  const classificationNames = new Map((base.data?.classifications ?? []).map((c) => [c.key, label(c.label)]))
  return { segmentNames, classificationNames }
}

/** What an endpoint is told, as a sentence. */
export function useWanted() {
  const { t } = useFormat()
  const { segmentNames, classificationNames } = useNames()
  const named = (keys: string[], names: Map<string, string>) => keys.map((k) => names.get(k) || k).join(t('segments.comma'))
  return (w: Pick<Webhook, 'types' | 'segments' | 'classifications'>) => {
    const of = (type: Webhook['types'][number]) => {
      const [keys, names] = type === 'class.changed' ? [w.classifications, classificationNames] : [w.segments, segmentNames]
      const kind = t(`webhooks.type_${type.replace('.', '_')}`)
      return keys.length ? t('webhooks.about', { kind, names: named(keys, names) }) : kind
    }
    return w.types.map(of).join(t('webhooks.semicolon'))
  }
}
