/** Tables as CSV files that spreadsheets open as they are and take for no formula; `flow/output` writes the server's the same way. */

export type Cell = string | number | null | undefined

/** Would a spreadsheet take this text for a formula? */
const isFormula = (text: string) => /^[=+\-@\t\r\n＝＋－＠]/.test(text)

/** Numbers stand bare, texts in quotes, with an apostrophe before what would be a formula. */
function cell(value: Cell): string {
  if (value === null || value === undefined || value === '') return ''
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  return `"${(isFormula(value) ? `'${value}` : value).replaceAll('"', '""')}"`
}

/** UTF-8 with a byte order mark, lines end with CRLF. */
export const csvOf = (rows: Cell[][]): string => `\ufeff${rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`

/** Minor units as a number of the whole currency, exactly. */
export const majorOf = (minor: number, digits: number): number => Number((minor / 10 ** digits).toFixed(digits))

/** A share of one, without the noise of floats. */
export const shareOf = (share: number): number => Number(share.toFixed(6))

/** A name files may have everywhere. */
export const fileName = (name: string, format: 'csv' | 'xlsx', of?: string): string => `${[name.replace(/[\\/:*?"<>|\s]+/g, '-').replace(/^[-.]+|[-.]+$/g, '').slice(0, 80) || 'table', of].filter(Boolean).join('-')}.${format}`
