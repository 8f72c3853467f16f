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

/** Single-letter shortcuts; silent while somebody types, composes with an IME, or holds a modifier. `g c` is a sequence. */
export function useHotkeys(map: Record<string, (event: KeyboardEvent) => void>, active = true) {
  const latest = useRef(map)
  latest.current = map
  useEffect(() => {
    if (!active) return
    let prefix = ''
    let timer: ReturnType<typeof setTimeout> | undefined
    const on = (event: KeyboardEvent) => {
      if (!lettersOn() || typing(event) || pressing(event) || covered() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      const letter = event.key === ' ' ? 'space' : event.key.toLowerCase()
      const key = event.shiftKey && /^[a-z]$/.test(letter) ? `shift ${letter}` : letter
      const combined = prefix ? `${prefix} ${key}` : key
      prefix = ''
      const f = latest.current[combined] ?? latest.current[key]
      if (f) {
        f(event)
        return
      }
      if (Object.keys(latest.current).some((k) => k.startsWith(`${key} `))) {
        prefix = key
        clearTimeout(timer)
        timer = setTimeout(() => { prefix = '' }, 1200)
      }
    }
    window.addEventListener('keydown', on)
    return () => {
      window.removeEventListener('keydown', on)
      clearTimeout(timer)
    }
  }, [active])
}
