import { useCallback, useEffect, useState } from 'react'
import { useT } from '@/i18n'
import { typing } from './hooks'

type Toast = { id: number; text: string; tone: 'ok' | 'bad'; undo?: () => void }
let push: (t: Omit<Toast, 'id'>) => void = () => {}
let next = 0
/** What ⌘Z takes back: the last thing done on this page that can be. */
let last: (() => void) | undefined

/** Says one short thing, then goes away; said again while it stands, it stands once, for as long as the last time. `undo`: with a way back. */
export const toast = {
  ok: (text: string) => push({ text, tone: 'ok' }),
  bad: (text: string) => push({ text, tone: 'bad' }),
  undo: (text: string, run: () => void) => {
    const undo = () => {
      if (last === undo) last = undefined
      run()
    }
    last = undo
    push({ text, tone: 'ok', undo })
  },
}

export function Toasts() {
  const [items, setItems] = useState<Toast[]>([])
  useEffect(() => {
    push = (t) => {
      const id = ++next
      setItems((all) => [...all.filter((x) => x.text !== t.text).slice(-2), { ...t, id }])
    }
    const key = (event: KeyboardEvent) => {
      if (!(event.metaKey || event.ctrlKey) || event.shiftKey || event.key.toLowerCase() !== 'z' || typing(event) || !last) return
      event.preventDefault()
      setItems((all) => all.filter((x) => x.undo !== last))
      last()
    }
    window.addEventListener('keydown', key)
    return () => {
      push = () => {}
      window.removeEventListener('keydown', key)
    }
  }, [])
  const gone = useCallback((id: number) => setItems((all) => all.filter((y) => y.id !== id)), [])
  return <div className="toasts" role="status" aria-live="polite">{items.map((x) => <Said key={x.id} toast={x} onGone={gone} />)}</div>
}

/** One of them: it stays while the pointer is over it or the focus in it, and a while longer. */
function Said({ toast: x, onGone }: { toast: Toast; onGone: (id: number) => void }) {
  const { t } = useT()
  const [held, setHeld] = useState({ pointer: false, focus: false })
  const stays = held.pointer || held.focus
  useEffect(() => {
    if (stays) return
    const timer = setTimeout(() => onGone(x.id), x.undo ? 12_000 : x.tone === 'ok' ? 4000 : 8000)
    return () => clearTimeout(timer)
  }, [stays, x, onGone])
  const hold = (more: Partial<typeof held>) => setHeld((now) => ({ ...now, ...more }))
  return (
    <div className={`toast toast-${x.tone}`} onPointerEnter={() => hold({ pointer: true })} onPointerLeave={() => hold({ pointer: false })} onFocus={() => hold({ focus: true })} onBlur={() => hold({ focus: false })}>
      {x.text}
      {x.undo && <button type="button" className="toast-undo" title="⌘Z / Ctrl+Z" onClick={() => { onGone(x.id); x.undo?.() }}>{t('common.undo')}</button>}
    </div>
  )
}
