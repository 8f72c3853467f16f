import { Modal } from 'antd'
import { useEffect, useRef } from 'react'
import { useT } from '@/i18n'
import { useActions } from './actions'

/** What can be made, on `C`: a letter, the arrows, or a click. */
export default function NewMenu({ onClose }: { onClose: () => void }) {
  const { t } = useT()
  const { make } = useActions()
  const list = useRef<HTMLDivElement>(null)
  const run = (go: () => void) => { onClose(); go() }
  const press = useRef<(event: KeyboardEvent) => void>(() => {})
  press.current = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    const named = make.find((a) => a.letter?.toLowerCase() === event.key.toLowerCase())
    if (named) { event.preventDefault(); return run(named.go) }
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!by) return
    event.preventDefault()
    const all = [...(list.current?.querySelectorAll('button') ?? [])]
    all[(all.indexOf(document.activeElement as HTMLButtonElement) + by + all.length) % all.length]?.focus()
  }
  useEffect(() => {
    const on = (event: KeyboardEvent) => press.current(event)
    window.addEventListener('keydown', on)
    return () => window.removeEventListener('keydown', on)
  }, [])
  return (
    <Modal open onCancel={onClose} footer={null} closable={false} afterOpenChange={(now) => { if (now) list.current?.querySelector('button')?.focus() }} title={t('shell.new')} width={360} transitionName="" maskTransitionName="">
      <div ref={list} className="new-menu">
        {make.map((a) => <button key={a.key} type="button" onClick={() => run(a.go)}><span className="grow">{a.text}</span>{a.letter && <span className="kbd" aria-hidden="true">{a.letter}</span>}</button>)}
      </div>
    </Modal>
  )
}
