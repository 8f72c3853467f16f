/** Where in a text a line and a column are, both counted from 1. */
export function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split('\n')
  const before = lines.slice(0, line - 1).reduce((n, l) => n + l.length + 1, 0)
  // the server counts characters, a text field counts UTF-16 units
  const chars = [...(lines[line - 1] ?? '')].slice(0, Math.max(0, column - 1)).join('')
  return Math.min(text.length, before + chars.length)
}

/** The word that begins in a place, to be marked. */
export function wordAt(text: string, at: number): [number, number] {
  const word = /^[\p{L}\p{N}_."]+/u.exec(text.slice(at))
  return [at, at + Math.max(1, word?.[0].length ?? 1)]
}

/** The text with something put where the caret is, and where the caret goes. */
export function put(text: string, from: number, to: number, what: string): [string, number] {
  const before = text.slice(0, from)
  const space = before && !/[\s(,.]$/.test(before) ? ' ' : ''
  return [`${before}${space}${what}${text.slice(to)}`, before.length + space.length + what.length]
}
