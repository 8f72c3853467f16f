import type { FormField, Written } from '@/api/types'
import { cells } from '@/parts/file/pasted'

/** Records of one request. */
export const MOST = 500

/** Days as people write them: 2026/3/5, 2026.3.5, with words between the numbers. */
const dayOf = (cell: string) => cell.split(/\D+/).filter(Boolean).map((n) => n.padStart(2, '0')).join('-')

/** The rows as values of the fields their first row names, by key or name in either language. */
export function read(text: string, fields: FormField[], yes: string[]): { rows: Record<string, Written>[]; known: FormField[]; unknown: string[] } {
  const [head = [], ...rest] = cells(text)
  const names = head.map((h) => h.trim())
  const found = names.map((h) => fields.find((x) => [x.key, x.label.zh, x.label.en].some((n) => n.toLowerCase() === h.toLowerCase())))
  const rows = rest.map((row) => Object.fromEntries(found.flatMap((x, i): [string, Written][] => {
    const cell = (row[i] ?? '').trim()
    if (!x || !cell) return []
    return [[x.key, x.kind === 'bool' ? yes.includes(cell.toLowerCase()) : x.kind === 'day' ? dayOf(cell) : cell]]
  })))
  return { rows: found.some(Boolean) ? rows : [], known: found.filter((x): x is FormField => !!x), unknown: names.filter((h, i) => h !== '' && !found[i]) }
}
