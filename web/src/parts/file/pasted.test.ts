import { expect, test } from 'vitest'
import { betweenOf, cells, fileOf, isTable } from './pasted'

test('what was pasted is a table, or it is none', async () => {
  expect([betweenOf('a\tb\n1\t2'), betweenOf('a,b\n1,2'), betweenOf('a;b,c;d\n1;2;3'), betweenOf('\n\na\tb')]).toEqual(['\t', ',', ';', '\t'])
  expect(cells('a,b\r\n"1,5",2\r\n', ',')).toEqual([['a', 'b'], ['1,5', '2']])
  expect([isTable('a\tb\n1\t2'), isTable('a,b\n1,2'), isTable('a\tb'), isTable('one line'), isTable('')]).toEqual([true, true, false, false, false])
  const file = fileOf('a\tb\n1\t2', '粘贴', new Date(2026, 10, 30, 9, 5, 7))
  expect([file.name, await file.text()]).toEqual(['粘贴 2026-11-30 09.05.07.tsv', 'a\tb\n1\t2'])
  expect(fileOf('a,b\n1,2', 'Pasted', new Date(2026, 10, 30)).name).toBe('Pasted 2026-11-30 00.00.00.csv')
})
