import { type ReactNode, useEffect, useId, useRef, useState } from 'react'

interface Props { label: string; className?: string; button: ReactNode; title?: string; align?: 'left' | 'right' | 'near'; testid?: string; children: (close: () => void) => ReactNode }

/** A small panel under a button (`near`: on the side of it that has room); Esc or a click elsewhere closes it. Used where antd's would weigh on the first page load. */
export function Pop({ label, className = 'icon-btn', button, title, align = 'left', testid, children }: Props) {
  const [open, setOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const trigger = useRef<HTMLButtonElement>(null)
  const id = useId()
  useEffect(() => {
    if (!open) return
    const away = (event: Event) => {
      const target = event.target as Element
      // a date picker's calendar lives outside the panel
      if (!box.current?.contains(target) && !target.closest('.ant-picker-dropdown')) setOpen(false)
    }
    const key = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      setOpen(false)
      trigger.current?.focus()
    }
    document.addEventListener('pointerdown', away)
    document.addEventListener('keydown', key)
    return () => {
      document.removeEventListener('pointerdown', away)
      document.removeEventListener('keydown', key)
    }
  }, [open])
  return (
    <div className="pop" ref={box}>
      <button ref={trigger} type="button" className={className} aria-label={label} title={title} aria-expanded={open} aria-controls={id} data-testid={testid} onClick={() => setOpen(!open)}>{button}</button>
      {open && <div id={id} className={`pop-panel ${align === 'near' && (box.current?.getBoundingClientRect().left ?? 0) > innerWidth / 2 ? 'right' : align}`} role="dialog" aria-label={label}>{children(() => setOpen(false))}</div>}
    </div>
  )
}
