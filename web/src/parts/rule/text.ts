import type { Label } from '@/api/types'

/** The text before, inside and after a span given in characters (code points), never splitting a pair. */
export function cut(text: string, span: [number, number] | null): [string, string, string] {
  if (!span) return [text, '', '']
  const chars = Array.from(text)
  const from = Math.max(0, Math.min(span[0], chars.length))
  const to = Math.max(from, Math.min(span[1], chars.length))
  // an error at the end of the text points behind the last character: mark that character
  const start = from === to ? Math.max(0, from - 1) : from
  const end = from === to ? Math.max(start + (chars.length ? 1 : 0), to) : to
  return [chars.slice(0, start).join(''), chars.slice(start, end).join(''), chars.slice(end).join('')]
}

const wordCharacter = /[\p{L}\p{N}_.]/u

/** Bounds of the word the caret stands in or behind. */
export function wordAt(text: string, caret: number): [number, number] {
  let from = caret
  while (from > 0 && wordCharacter.test(text[from - 1] ?? '')) from--
  let to = caret
  while (to < text.length && wordCharacter.test(text[to] ?? '')) to++
  return [from, to]
}

/** Inside quotes there are values, not names. */
const quoted = (text: string, caret: number) => (text.slice(0, caret).match(/"/g)?.length ?? 0) % 2 === 1

const reserved = new Set(['and', 'or', 'not', 'in', 'between', 'is', 'known', 'missing', 'top', 'bottom', 'by', 'last', 'days', 'months', 'contains', 'segment', 'ago', 'to'])

/** Names that fit the word being typed: by key first, then by label in either language. */
export function suggestions(text: string, caret: number, words: { key: string; label: Label }[], most = 6): { key: string; label: Label }[] {
  if (quoted(text, caret)) return []
  const [from] = wordAt(text, caret)
  const typed = text.slice(from, caret).toLowerCase()
  if (!typed || /^\d/.test(typed) || reserved.has(typed)) return []
  const rank = (w: { key: string; label: Label }) =>
    w.key === typed ? -1 : w.key.startsWith(typed) ? 0 : w.key.includes(typed) ? 1 : w.label.zh.includes(typed) || w.label.en.toLowerCase().includes(typed) ? 2 : 9
  const ranked = words.map((w) => ({ w, r: rank(w) })).filter((x) => x.r < 9).sort((a, b) => a.r - b.r || a.w.key.length - b.w.key.length)
  return ranked[0]?.r === -1 ? [] : ranked.slice(0, most).map((x) => x.w)
}
