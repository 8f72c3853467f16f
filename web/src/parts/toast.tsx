import { useEffect, useState } from 'react'

type Toast = { id: number; text: string; tone: 'ok' | 'bad' }
let push: (t: Omit<Toast, 'id'>) => void = () => {}
let next = 0

/** Says one short thing, then goes away; said again while it stands, it stands once, for as long as the last time. */
export const toast = { ok: (text: string) => push({ text, tone: 'ok' }), bad: (text: string) => push({ text, tone: 'bad' }) }

export function Toasts() {
  const [items, setItems] = useState<Toast[]>([])
  useEffect(() => {
    push = (t) => {
      const id = ++next
      setItems((all) => [...all.filter((x) => x.text !== t.text).slice(-2), { ...t, id }])
      setTimeout(() => setItems((all) => all.filter((x) => x.id !== id)), t.tone === 'ok' ? 4000 : 8000)
    }
    return () => { push = () => {} }
  }, [])
  return (
    <div className="toasts" role="status" aria-live="polite">
      {items.map((t) => <div key={t.id} className={`toast toast-${t.tone}`}>{t.text}</div>)}
    </div>
  )
}
