import { type ComponentProps, useLayoutEffect, useRef } from 'react'

type Way = 'left' | 'right' | 'up' | 'down'
const ways: Record<string, Way> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' }

/** Buttons that belong together: one stop of Tab, arrows lead from one to the next as they stand on the screen, Home and End to the ends. */
export function Roving(props: ComponentProps<'div'>) {
  const box = useRef<HTMLDivElement>(null)
  const all = () => [...(box.current?.querySelectorAll<HTMLButtonElement>('button:not(:disabled)') ?? [])]
  const stop = (at: HTMLButtonElement | undefined) => all().forEach((b) => { b.tabIndex = b === at ? 0 : -1 })
  // buttons come and go with the figures; whoever was here stays here
  useLayoutEffect(() => {
    const buttons = all()
    stop(buttons.find((b) => b === document.activeElement) ?? buttons.find((b) => b.tabIndex === 0 && b.dataset.here !== undefined) ?? buttons[0])
  })
  const go = (to: HTMLButtonElement | undefined) => {
    to?.focus()
    to?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }
  return (
    <div
      ref={box} aria-keyshortcuts="ArrowUp ArrowDown ArrowLeft ArrowRight" {...props}
      onFocus={(e) => {
        if (!(e.target instanceof HTMLButtonElement)) return
        all().forEach((b) => { delete b.dataset.here })
        e.target.dataset.here = ''
        stop(e.target)
      }}
      onKeyDown={(e) => {
        if (!(e.target instanceof HTMLButtonElement) || e.altKey || e.ctrlKey || e.metaKey || e.shiftKey) return
        const buttons = all()
        const to = e.key === 'Home' ? buttons[0] : e.key === 'End' ? buttons.at(-1) : ways[e.key] && beside(e.target, buttons, ways[e.key] as Way)
        if (e.key !== 'Home' && e.key !== 'End' && !ways[e.key]) return
        e.preventDefault()
        go(to)
      }}
    />
  )
}

/** The nearest one that way: in its row or column first. */
function beside(from: HTMLButtonElement, all: HTMLButtonElement[], way: Way): HTMLButtonElement | undefined {
  const a = from.getBoundingClientRect()
  const along = way === 'left' || way === 'right'
  let best: { to: HTMLButtonElement; far: number } | undefined
  for (const to of all) {
    if (to === from) continue
    const b = to.getBoundingClientRect()
    const ahead = { right: b.left - a.left, left: a.left - b.left, down: b.top - a.top, up: a.top - b.top }[way]
    const aside = along ? Math.abs(b.top + b.height / 2 - a.top - a.height / 2) : Math.abs(b.left + b.width / 2 - a.left - a.width / 2)
    // a row is as high as its buttons; a column may be ragged
    if (ahead < 2 || (along && aside > Math.max(a.height, b.height) / 2)) continue
    const far = ahead + aside * 4
    if (!best || far < best.far) best = { to, far }
  }
  return best?.to
}
