import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { own } from '@/api/base'
import { session } from '@/api/queries'

/** A choice of one person in this browser; empty until it is made. */
export function useKept(name: string): [string, (next: string) => void] {
  const user = useQuery(session).data?.user?.id ?? ''
  const key = own(`zhiyin.${name}.${user}`)
  const [value, set] = useState(() => localStorage.getItem(key) ?? '')
  return [value, (next) => { localStorage.setItem(key, next); set(next) }]
}
