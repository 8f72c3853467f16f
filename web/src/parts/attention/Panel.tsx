import { useEffect, useRef } from 'react'
import { useFormat } from '../format'
import { Loading } from '../States'
import { Line } from './Line'
import { useSeen } from './seen'
import { useAttention } from './useAttention'
import { readAll, unread } from './waiting'
import './attention.css'

/** All that waits; whoever opens it has read it, and sees once more what was new. */
export default function Panel({ user, onDone }: { user: string; onDone: () => void }) {
  const { t } = useFormat()
  const waiting = useAttention()
  const [seen, setSeen] = useSeen(user)
  const fresh = useRef<Set<string>>(undefined)
  if (waiting) fresh.current ??= new Set(unread(waiting, seen).map((x) => x.key))
  useEffect(() => { if (waiting) setSeen(readAll(waiting)) }, [waiting, setSeen])
  return (
    <div className="attention">
      <p className="strong">{t('today.notices')}</p>
      {!waiting && <Loading lines={3} />}
      {waiting?.length === 0 && <p className="soft">{t('today.quiet')}</p>}
      <ul>
        {waiting?.map((x) => <li key={x.key}>{fresh.current?.has(x.key) && <span className="fresh" role="img" aria-label={t('shell.bell_new')} />}<Line of={x} onClick={onDone} /></li>)}
      </ul>
    </div>
  )
}
