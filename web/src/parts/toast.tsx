import { useEffect, useState } from 'react'
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
  const { t } = useT()
  const [items, setItems] = useState<Toast[]>([])
  useEffect(() => {
    push = (t) => {
      const id = ++next
      setItems((all) => [...all.filter((x) => x.text !== t.text).slice(-2), { ...t, id }])
      setTimeout(() => setItems((all) => all.filter((x) => x.id !== id)), t.undo ? 12_000 : t.tone === 'ok' ? 4000 : 8000)
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
  const undone = (x: Toast) => {
    setItems((all) => all.filter((y) => y.id !== x.id))
    x.undo?.()
  }
  return (
    <div className="toasts" role="status" aria-live="polite">
      {items.map((x) => <div key={x.id} className={`toast toast-${x.tone}`}>{x.text}{x.undo && <button type="button" className="toast-undo" title="⌘Z / Ctrl+Z" onClick={() => undone(x)}>{t('common.undo')}</button>}</div>)}
    </div>
  )
}
