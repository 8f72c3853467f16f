import { useEffect, useRef, useState } from 'react'

/** The value once it has been still for `ms`. */
export function useDebounced<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}

export function useMedia(query: string): boolean {
  const [matches, set] = useState(() => matchMedia(query).matches)
  useEffect(() => {
    const m = matchMedia(query)
    const f = () => set(m.matches)
    m.addEventListener('change', f)
    f()
    return () => m.removeEventListener('change', f)
  }, [query])
  return matches
}
export const usePhone = () => useMedia('(max-width: 899px)')

/** Is somebody typing, or composing with an input method? */
export const typing = (event: KeyboardEvent) => {
  const el = event.target as HTMLElement | null
  return event.isComposing || event.keyCode === 229 || !!el?.closest('input, textarea, select, [contenteditable=true], [role=combobox], [role=listbox], [role=menu]')
}

/** Enter and Space belong to the button or link that has the focus. */
const pressing = (event: KeyboardEvent) => (event.key === 'Enter' || event.key === ' ') && !!(event.target as HTMLElement | null)?.closest('button, a, summary, label, [role=button], [role=tab]')

/** A dialog that covers the page keeps the keyboard to itself; a preview beside the list does not. */
const covered = () => !!document.querySelector('.ant-modal-mask:not(.ant-modal-mask-hidden), .ant-drawer-open .ant-drawer-mask')

const KEYS = 'zhiyin.keys'
/** Single letters can be switched off: speech input types them by itself (WCAG 2.1.4). */
export const lettersOn = () => localStorage.getItem(KEYS) !== 'off'
export const setLetters = (on: boolean) => (on ? localStorage.removeItem(KEYS) : localStorage.setItem(KEYS, 'off'))

/** What a button does, and the key that does it too, for its tooltip. */
export const withKey = (what: string, key: string) => (lettersOn() ? `${what} (${key})` : what)

/** The first key of a sequence like `g c`: it speaks for the whole page, so that no one takes the second for a letter of its own. */
let first: { key: string; at: number; by: KeyboardEvent; next?: KeyboardEvent } | null = null

/** The key before this one, if the two are a sequence. */
function before(event: KeyboardEvent): string | undefined {
  if (!first || first.by === event) return undefined
  first.next ??= event
  return first.next === event && event.timeStamp - first.at < 1200 ? first.key : undefined
}

/** What a key does, and how that is called where the keys are listed. */
export type Hotkeys = Record<string, ((event: KeyboardEvent) => void) | [(event: KeyboardEvent) => void, string]>

/** Whoever listens, the page before the shell around it. */
const listening = new Set<{ current: Hotkeys }>()
/** What the page understands at this moment: keys and what they do. */
export const understood = () => [...listening].flatMap((map) => Object.entries(map.current).flatMap(([key, does]): [string, string][] => (typeof does === 'function' ? [] : [[key, does[1]]])))

/** Single-letter shortcuts; silent while somebody types, composes with an IME, or holds a modifier. `g c` is a sequence. */
export function useHotkeys(map: Hotkeys, active = true) {
  const latest = useRef(map)
  latest.current = map
  useEffect(() => {
    if (!active) return
    const on = (event: KeyboardEvent) => {
      // Shift alone is no letter, and begins no sequence
      if (event.key === 'Shift' || !lettersOn() || typing(event) || pressing(event) || covered() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      const letter = event.key === ' ' ? 'space' : event.key.toLowerCase()
      const key = event.shiftKey && /^[a-z]$/.test(letter) ? `shift ${letter}` : letter
      const prefix = before(event)
      const f = latest.current[prefix ? `${prefix} ${key}` : key]
      if (f) return (typeof f === 'function' ? f : f[0])(event)
      if (!prefix && Object.keys(latest.current).some((k) => k.startsWith(`${key} `))) first = { key, at: event.timeStamp, by: event }
    }
    window.addEventListener('keydown', on)
    listening.add(latest)
    return () => {
      window.removeEventListener('keydown', on)
      listening.delete(latest)
    }
  }, [active])
}
