/** Tables that were copied elsewhere and pasted here. */

/** Rows as a spreadsheet copies them: cells between tabs (or what else stands there), a cell with a line break in quotes. */
export function cells(text: string, between = '\t'): string[][] {
  const rows: string[][] = [[]]
  let cell = ''
  let quoted = false
  const end = () => { rows.at(-1)?.push(cell); cell = '' }
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') { cell += '"'; i++ } else if (c === '"') quoted = false
      else cell += c
    } else if (c === '"' && cell === '') quoted = true
    else if (c === between) end()
    else if (c === '\n') { end(); rows.push([]) }
    else if (c !== '\r') cell += c
  }
  end()
  return rows.filter((r) => r.some((x) => x.trim() !== ''))
}

/** What stands between the cells: a tab as spreadsheets copy them, else what most often stands in the first line of a CSV. */
export function betweenOf(text: string): string {
  const first = text.trimStart().split('\n', 1)[0] ?? ''
  if (first.includes('\t')) return '\t'
  const count = (c: string) => first.split(c).length
  return count(';') > count(',') ? ';' : ','
}

/** Is it a table, or just a text? */
export const isTable = (text: string): boolean => {
  const rows = cells(text, betweenOf(text))
  return rows.length > 1 && (rows[0]?.length ?? 0) > 1
}

const two = (n: number) => String(n).padStart(2, '0')
/** A file of what was pasted, called by a word, the day and the time. */
export function fileOf(text: string, word: string, now: Date): File {
  const tabs = betweenOf(text) === '\t'
  const at = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}.${two(now.getMinutes())}.${two(now.getSeconds())}`
  return new File([text], `${word} ${at}.${tabs ? 'tsv' : 'csv'}`, { type: tabs ? 'text/tab-separated-values' : 'text/csv' })
}
