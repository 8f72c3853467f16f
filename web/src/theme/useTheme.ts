import { useSyncExternalStore } from 'react'

const KEY = 'zhiyin.theme'
const listeners = new Set<() => void>()
const current = () => (document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light')

/** Sets and remembers the theme. */
export function setTheme(theme: 'light' | 'dark') {
  document.documentElement.dataset.theme = theme
  localStorage.setItem(KEY, theme)
  for (const f of listeners) f()
}

export function useTheme(): 'light' | 'dark' {
  return useSyncExternalStore((f) => {
    listeners.add(f)
    return () => listeners.delete(f)
  }, current)
}

// another tab of the same person chose one
addEventListener('storage', ({ key, newValue }) => { if (key === KEY && (newValue === 'dark' || newValue === 'light')) setTheme(newValue) })
