import { expect, test } from 'vitest'
import type { FormField } from '@/api/types'
import { cells } from '@/parts/file/pasted'
import { moved } from './FormBuilder'
import { read } from './paste'

const field = (key: string, kind: FormField['kind'], zh = key, en = key): FormField => ({ key, kind, label: { zh, en }, required: false, help: { zh: '', en: '' }, options: [], personal: false })

test('cells come between tabs, with line breaks and quotes inside', () => {
  expect(cells('a\tb\r\n"x\ny"\t"say ""hi"""\n\n')).toEqual([['a', 'b'], ['x\ny', 'say "hi"']])
})

test('the first row names the fields, in either language', () => {
  const fields = [field('day', 'day', '日期', 'Date'), field('ok', 'bool', '到场', 'Came'), field('n', 'number', '人数', 'Guests')]
  const found = read('日期\tCame\t别的\tN\n2026/3/5\t是\tx\t3\n2026年12月1日\tno\t\t', fields, ['是', 'yes'])
  expect(found.rows).toEqual([{ day: '2026-03-05', ok: true, n: '3' }, { day: '2026-12-01', ok: false }])
  expect(found.unknown).toEqual(['别的'])
  expect(read('x\n1', fields, []).rows).toEqual([])
})

test('fields change places and stay when there is no place', () => {
  expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b'])
  expect(moved(['a'], 0, -1)).toEqual(['a'])
})
