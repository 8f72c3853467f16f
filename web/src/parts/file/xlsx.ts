/** Tables as Excel workbooks of one sheet. Texts are typed as texts, so nothing is taken for a formula; numbers are numbers. */

import type { Cell } from './csv'

/** Excel's longest text in a cell, its last row, and the longest name of a sheet. */
const TEXT = 32_767
const ROWS = 1_048_576
const NAME = 31

const escaped: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
/** As XML says it; control characters it knows none of. */
const xml = (text: string) => text.replace(/[\0-\x08\v\f\x0e-\x1f\ufffe\uffff]/g, '').replace(/[&<>"]/g, (c) => escaped[c] ?? c)

function cell(value: Cell): string {
  if (value === null || value === undefined || value === '') return '<c/>'
  if (typeof value === 'number') return Number.isFinite(value) ? `<c><v>${value}</v></c>` : '<c/>'
  return `<c t="inlineStr"><is><t xml:space="preserve">${xml(value.slice(0, TEXT))}</t></is></c>`
}

/** As wide as its texts, those of East Asia twice. */
function widths(rows: Cell[][]): number[] {
  const wide = (value: Cell) => [...String(value ?? '')].reduce((n, c) => n + (c > '\u2e7f' ? 2 : 1), 0)
  return (rows[0] ?? []).map((_, i) => Math.min(60, Math.max(8, 2 + rows.slice(0, 200).reduce((n, row) => Math.max(n, wide(row[i])), 0))))
}

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const ns = 'http://schemas.openxmlformats.org'

function sheet(rows: Cell[][]): string {
  const cols = widths(rows).map((w, i) => `<col min="${i + 1}" max="${i + 1}" width="${w}" customWidth="1"/>`).join('')
  return `${head}<worksheet xmlns="${ns}/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>${cols && `<cols>${cols}</cols>`}<sheetData>${rows.map((row) => `<row>${row.map(cell).join('')}</row>`).join('')}</sheetData></worksheet>`
}

const related = (id: string, type: string, target: string) => `${head}<Relationships xmlns="${ns}/package/2006/relationships"><Relationship Id="${id}" Type="${ns}/officeDocument/2006/relationships/${type}" Target="${target}"/></Relationships>`

/** A workbook of one sheet, whose first row stays in sight. */
export function xlsxOf(rows: Cell[][], name: string): Blob {
  // a sheet that holds not all of it would pass for all of it
  if (rows.length > ROWS) throw new RangeError(`a sheet has ${ROWS} rows`)
  const type = (of: string) => `application/vnd.openxmlformats-officedocument.spreadsheetml.${of}+xml`
  const called = xml(name.replace(/[[\]:*?/\\'\s]+/g, ' ').trim().slice(0, NAME) || 'Sheet1')
  const bytes = zipped([
    ['[Content_Types].xml', `${head}<Types xmlns="${ns}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${type('sheet.main')}"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${type('worksheet')}"/></Types>`],
    ['_rels/.rels', related('rId1', 'officeDocument', 'xl/workbook.xml')],
    ['xl/workbook.xml', `${head}<workbook xmlns="${ns}/spreadsheetml/2006/main" xmlns:r="${ns}/officeDocument/2006/relationships"><sheets><sheet name="${called}" sheetId="1" r:id="rId1"/></sheets></workbook>`],
    ['xl/_rels/workbook.xml.rels', related('rId1', 'worksheet', 'worksheets/sheet1.xml')],
    ['xl/worksheets/sheet1.xml', sheet(rows)],
  ])
  return new Blob(bytes, { type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' })
}

const table = Array.from({ length: 256 }, (_, n) => { let c = n; for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1; return c >>> 0 })
const crc = (bytes: Uint8Array) => { let c = ~0; for (const b of bytes) c = (table[(c ^ b) & 255] ?? 0) ^ (c >>> 8); return ~c >>> 0 }

/** Numbers of two or four bytes after each other, the least first. */
function packed(...all: [size: 2 | 4, value: number][]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(all.flatMap(([size, value]) => Array.from({ length: size }, (_, i) => (value >>> (8 * i)) & 255)))
}

/** A ZIP archive whose files are stored as they are; all of the same day, so that the same table is the same file. */
function zipped(files: [string, string][]): Uint8Array<ArrayBuffer>[] {
  const text = new TextEncoder()
  const [parts, index]: Uint8Array<ArrayBuffer>[][] = [[], []]
  let at = 0
  for (const [path, content] of files) {
    const [name, body] = [text.encode(path), text.encode(content)]
    // version, UTF-8 names, stored, midnight, 2026-01-01, checksum, sizes
    const about: [2 | 4, number][] = [[2, 20], [2, 0x0800], [2, 0], [2, 0], [2, 0x5c21], [4, crc(body)], [4, body.length], [4, body.length], [2, name.length], [2, 0]]
    index?.push(packed([4, 0x02014b50], [2, 20], ...about, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]), name)
    const local = packed([4, 0x04034b50], ...about)
    parts?.push(local, name, body)
    at += local.length + name.length + body.length
  }
  const size = (index ?? []).reduce((n, x) => n + x.length, 0)
  return [...(parts ?? []), ...(index ?? []), packed([4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, size], [4, at], [2, 0])]
}
