import { lazy, Suspense, useEffect, useState } from 'react'

const load = () => import('./AskDialog')
const Dialog = lazy(load)
type Answer = (leave: boolean) => void
let push = (answer: Answer) => answer(true)

/** Fetches the dialog ahead: whoever edits may be asked. */
export const readyToAsk = () => void load()

/** May what is unsaved be lost? */
export const askToLeave = () => new Promise<boolean>((resolve) => push(resolve))

/** Where the question is put, once in the app; a second question takes the place of the first, which stays. */
export function Asks() {
  const [answer, setAnswer] = useState<Answer | null>(null)
  useEffect(() => {
    push = (next) => setAnswer((before: Answer | null) => { before?.(false); return next })
    return () => { push = (next) => next(true) }
  }, [])
  if (!answer) return null
  return <Suspense fallback={null}><Dialog onAnswer={(leave) => { setAnswer(null); answer(leave) }} /></Suspense>
}
