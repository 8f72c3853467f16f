/** What of all that waits somebody has read, kept in this browser. */

import { useCallback, useSyncExternalStore } from 'react'
import { own } from '@/api/base'
import type { Seen } from './waiting'

const readers = new Set<() => void>()

/** What a stored text holds; anything else is nothing. */
export function parse(text: string): Seen {
  try {
    const found: unknown = JSON.parse(text)
    return typeof found === 'object' && found !== null ? Object.fromEntries(Object.entries(found).filter(([, level]) => typeof level === 'number')) : {}
  } catch {
    return {}
  }
}

export function useSeen(user: string): [Seen, (next: Seen) => void] {
  const key = own(`zhiyin.seen.${user}`)
  const text = useSyncExternalStore(useCallback((f) => { readers.add(f); return () => readers.delete(f) }, []), () => localStorage.getItem(key) ?? '{}')
  const set = useCallback((next: Seen) => { localStorage.setItem(key, JSON.stringify(next)); readers.forEach((f) => f()) }, [key])
  return [parse(text), set]
}
