import { useBlocker } from '@tanstack/react-router'
import { useCallback, useEffect, useRef } from 'react'
import { askToLeave, readyToAsk } from './ask'

/** Asks before edits are lost by leaving the page: by link and back button in our own words, by closing the tab in the browser's. `note`: what becomes of them. */
export function useUnsaved(dirty: () => boolean, note?: string) {
  useEffect(readyToAsk, [])
  useBlocker({
    // filters and panels of the same page live in its address: they take nothing away
    shouldBlockFn: async ({ current, next }) => current.pathname !== next.pathname && dirty() && !(await askToLeave(note)),
    enableBeforeUnload: dirty,
  })
}

/** A panel with a form in it: closing it asks before what was typed is lost, and so does leaving the page. `done` closes what is saved. */
export function usePanel(close: () => void) {
  const dirty = useRef(false)
  const onDirty = useCallback((now: boolean) => { dirty.current = now }, [])
  useUnsaved(() => dirty.current)
  const done = () => {
    dirty.current = false
    close()
  }
  const onClose = async () => { if (!dirty.current || (await askToLeave())) done() }
  return { onDirty, done, onClose: () => void onClose() }
}
