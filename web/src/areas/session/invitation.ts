/** The secret of an invitation, from its link to its answer. It lives as long as the page and is written nowhere. */

let secret: string | null = null
const listeners = new Set<() => void>()

export const invitation = {
  now: () => secret,
  subscribe: (f: () => void) => {
    listeners.add(f)
    return () => { listeners.delete(f) }
  },
}

/** Takes the secret out of a link; false if it holds none. */
export function keepInvitation(found: string | undefined): boolean {
  if (!found) return false
  secret = found
  for (const f of listeners) f()
  return true
}

/** It was taken. */
export const forgetInvitation = () => { secret = null }
