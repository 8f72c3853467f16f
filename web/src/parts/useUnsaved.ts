import { useBlocker } from '@tanstack/react-router'
import { useEffect } from 'react'
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
