import { lazy, Suspense, useEffect, useState } from 'react'

const load = () => import('./AskDialog')
const Dialog = lazy(load)
type Answer = (leave: boolean) => void
let push = (answer: Answer, _note?: string) => answer(true)

/** Fetches the dialog ahead: whoever edits may be asked. */
export const readyToAsk = () => void load()

/** May what is unsaved be lost? `note`: what becomes of it, if it is not simply lost. */
export const askToLeave = (note?: string) => new Promise<boolean>((resolve) => push(resolve, note))

/** Where the question is put, once in the app; a second question takes the place of the first, which stays. */
export function Asks() {
  const [asked, setAsked] = useState<{ answer: Answer; note?: string } | null>(null)
  useEffect(() => {
    push = (answer, note) => setAsked((before) => { before?.answer(false); return { answer, note } })
    return () => { push = (next) => next(true) }
  }, [])
  if (!asked) return null
  return <Suspense fallback={null}><Dialog note={asked.note} onAnswer={(leave) => { setAsked(null); asked.answer(leave) }} /></Suspense>
}
