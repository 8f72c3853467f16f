import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { Fresh } from '@/api/types'
import { useFormat } from './format'

/** What the figures it stands beside do not know yet; once they know, everything that was read with them is read again. */
export function Freshness({ of }: { of: Fresh }) {
  const { t, instant, integer } = useFormat()
  const queries = useQueryClient()
  const behind = of.stale || !!of.waiting
  const was = useRef(false)
  useEffect(() => {
    if (was.current && !behind) void queries.invalidateQueries({ queryKey: ['run'] })
    was.current = behind
  }, [behind, queries])
  return (
    <>
      {of.waiting && <span className="worse" data-testid="waiting"> · {t('common.waiting', { count: of.waiting.rows, n: integer(of.waiting.rows), since: instant(of.waiting.since) })}</span>}
      {of.stale && <span className="worse"> · {t('classification.stale')}</span>}
    </>
  )
}
