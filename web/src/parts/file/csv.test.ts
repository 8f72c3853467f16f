import { expect, test } from 'vitest'
import { csvOf, fileName, majorOf, shareOf } from './csv'

test('texts are quoted and harmless, numbers are bare', () => {
  expect(csvOf([['名称', 'net'], ['=1+1', -123.45], ['say "hi", 知音', null], ['', undefined]])).toBe('\ufeff"名称","net"\r\n"\'=1+1",-123.45\r\n"say ""hi"", 知音",\r\n,\r\n')
})

test('what a spreadsheet would take for a formula gets an apostrophe, nothing else does', () => {
  for (const text of ['=1', '+86 138', '-2', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠1']) expect(csvOf([[text]])).toBe(`\ufeff"'${text}"\r\n`)
  for (const text of ['知音', '1-1', 'a=b', "'quoted", ' =1']) expect(csvOf([[text]])).toBe(`\ufeff"${text}"\r\n`)
})

test('money is of the whole currency, shares have no noise', () => {
  expect(majorOf(123_45, 2)).toBe(123.45)
  expect(majorOf(-7, 2)).toBe(-0.07)
  expect(majorOf(500, 0)).toBe(500)
  expect(shareOf(1 / 3)).toBe(0.333333)
})

test('files have names that every system takes', () => {
  expect(fileName('RFM 热力图', 'csv', '2026-11-30')).toBe('RFM-热力图-2026-11-30.csv')
  expect(fileName('a/b: "c"?', 'xlsx')).toBe('a-b-c.xlsx')
  expect(fileName('..', 'csv')).toBe('table.csv')
})
