import type { Entered } from '@/api/entry'

/** What is to be entered by hand, and of whom (`cus_…`) if that is known. */
export interface Entry { kind: Entered; customer?: string }

let push: (entry: Entry) => void = () => {}

/** Opens the form of an entry, from wherever. */
export const startEntry = (entry: Entry) => push(entry)

/** Where the forms are shown, once in the app. */
export function hostEntries(open: (entry: Entry) => void): () => void {
  push = open
  return () => { push = () => {} }
}
