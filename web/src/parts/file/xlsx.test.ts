import { expect, test } from 'vitest'
import { xlsxOf } from './xlsx'

/** The files of an archive that is stored as it is, by its index. */
async function files(blob: Blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer())
  const view = new DataView(bytes.buffer)
  const text = (at: number, n: number) => new TextDecoder().decode(bytes.subarray(at, at + n))
  const end = bytes.length - 22
  expect(view.getUint32(end, true)).toBe(0x06054b50)
  const found = new Map<string, string>()
  let at = view.getUint32(end + 16, true)
  for (let i = view.getUint16(end + 10, true); i > 0; i--) {
    expect(view.getUint32(at, true)).toBe(0x02014b50)
    const [size, name, local] = [view.getUint32(at + 24, true), view.getUint16(at + 28, true), view.getUint32(at + 42, true)]
    found.set(text(at + 46, name), text(local + 30 + name, size))
    at += 46 + name
  }
  expect(at).toBe(end)
  return found
}

test('a workbook holds texts as texts, numbers as numbers, and nothing that is a formula', async () => {
  const all = await files(xlsxOf([['名称', 'net'], ['=1+1', -123.45], ['<b>"&\u0001', null]], 'RFM: 热力图 [1]'))
  expect([...all.keys()]).toEqual(['[Content_Types].xml', '_rels/.rels', 'xl/workbook.xml', 'xl/_rels/workbook.xml.rels', 'xl/worksheets/sheet1.xml'])
  expect(all.get('xl/workbook.xml')).toContain('name="RFM 热力图 1"')
  const sheet = all.get('xl/worksheets/sheet1.xml') ?? ''
  expect(sheet).toContain('<c t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c><c><v>-123.45</v></c>')
  expect(sheet).toContain('&lt;b&gt;&quot;&amp;</t></is></c><c/>')
  expect(sheet).not.toContain('<f>')
})

test('the checksum is the one every unpacker reckons', async () => {
  const bytes = new Uint8Array(await xlsxOf([['a']], 'a').arrayBuffer())
  const view = new DataView(bytes.buffer)
  // of `_rels/.rels`, reckoned by another program
  const at = 30 + view.getUint16(26, true) + view.getUint32(22, true)
  expect(new TextDecoder().decode(bytes.subarray(at + 30, at + 41))).toBe('_rels/.rels')
  expect(view.getUint32(at + 14, true)).toBe(0x82c75906)
})
