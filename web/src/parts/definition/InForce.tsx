import type { InForce } from '@/api/types'
import { useFormat } from '@/parts/format'

/** By which version a past day is told, where that is not simply the one of now. */
export function ByVersion({ version, in_force: x }: { version: number; in_force?: InForce | null }) {
  const { t } = useFormat()
  if (!x) return null
  const key = x.later ? 'by_later' : x.from ? 'by_earlier' : 'by_shipped'
  return <p className="soft small" data-testid="by-version">{t(`versions.${key}`, { version, from: x.from ?? '', until: x.until ?? '' })}</p>
}
