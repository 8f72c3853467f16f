import type { Flow } from '@/api/types'

/** Those who were no customers on the first day. */
export const notYet = 'not.yet'

/** Who was nobody's customer on the first day came; only of the others can it be said that they moved or stayed. */
export function movedOf(links: Flow['links']): { came: number; stayed: number; moved: number } {
  const sum = (of: (l: Flow['links'][number]) => boolean) => links.filter(of).reduce((n, l) => n + l.customers, 0)
  const came = sum((l) => l.source === notYet)
  const stayed = sum((l) => l.source === l.target)
  return { came, stayed, moved: sum(() => true) - came - stayed }
}
