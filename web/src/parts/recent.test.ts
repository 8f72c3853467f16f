import { expect, test } from 'vitest'
import { parse, type Recent, without, withOne } from './recent'

const one = (id: string): Recent => ({ kind: 'segments', id, name: { zh: id, en: id } })

test('the last opened stands first, each once, and no more than twelve', () => {
  expect(withOne([one('a'), one('b')], one('b')).map((x) => x.id)).toEqual(['b', 'a'])
  expect(withOne([one('a')], { kind: 'customers', id: 'a' }).map((x) => x.kind)).toEqual(['customers', 'segments'])
  const many = Array.from({ length: 20 }, (_, i) => one(String(i))).reduce<Recent[]>(withOne, [])
  expect(many).toHaveLength(12)
  expect(many[0]?.id).toBe('19')
  expect(without([one('a'), one('b')], one('a')).map((x) => x.id)).toEqual(['b'])
})

test('what a browser kept otherwise is nothing', () => {
  expect(parse(null)).toEqual([])
  expect(parse('{')).toEqual([])
  expect(parse('{"a":1}')).toEqual([])
  expect(parse('[{"kind":"secrets","id":"1"},{"kind":"segments","id":"vip"},null]')).toEqual([{ kind: 'segments', id: 'vip' }])
})
