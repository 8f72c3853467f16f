import { useEffect } from 'react'
import { useSeen } from './seen'
import { useAttention } from './useAttention'
import { unread } from './waiting'

/** Tells how much is new of what waits. */
export default function Watch({ user, onNews }: { user: string; onNews: (n: number) => void }) {
  const waiting = useAttention()
  const [seen] = useSeen(user)
  const n = unread(waiting ?? [], seen).length
  useEffect(() => onNews(n), [n, onNews])
  return null
}
