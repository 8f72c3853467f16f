import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { own } from '@/api/base'
import { session } from '@/api/queries'

export interface Draft<T> { at: string; version?: number; said: T }

/** What is kept under a key, unless it is of another shape or says nothing new. */
function read<T>(key: string, initial: T): Draft<T> | null {
  try {
    const found = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Draft<T> | null
    return found && typeof found.at === 'string' && JSON.stringify(found.said) !== JSON.stringify(initial) ? found : null
  } catch {
    return null
  }
}

/**
 * Keeps what somebody has begun and not saved in this tab, so that leaving or a reload loses nothing. It is offered again,
 * never put back by itself; `now`: what is unsaved at this moment, `null` for nothing.
 */
export function useDraft<T>(of: string, initial: T, now: T | null, version?: number) {
  const { data } = useQuery(session)
  // whoever signs in here next has drafts of their own
  const key = own(`zhiyin.draft.${data?.user?.id ?? ''}.${of}`)
  const [offered, setOffered] = useState(() => read(key, initial))
  const text = now && JSON.stringify(now)
  const saved = useRef(false)
  useEffect(() => {
    if (saved.current) return
    if (text) sessionStorage.setItem(key, JSON.stringify({ at: new Date().toISOString(), version, said: JSON.parse(text) as T }))
    // edited back to how it was
    else if (!offered) sessionStorage.removeItem(key)
  }, [key, text, version, offered])
  const drop = () => { sessionStorage.removeItem(key); setOffered(null) }
  return { offered, taken: () => setOffered(null), drop, done: () => { saved.current = true; drop() } }
}
