import { expect, it } from 'vitest'
import { offsetOf, put, wordAt } from './place'

it('finds lines and columns', () => {
  expect(offsetOf('SELECT x\nFROM y', 2, 6)).toBe(14)
  expect(offsetOf('SELECT 1', 1, 8)).toBe(7)
  expect(offsetOf("SELECT '𠮷' x", 1, 12)).toBe(12)
  expect(offsetOf('a', 9, 9)).toBe(1)
})
it('marks the word that begins there', () => {
  expect(wordAt('SELECT nett FROM features', 7)).toEqual([7, 11])
  expect(wordAt('a + b', 2)).toEqual([2, 3])
})
it('puts a name where the caret is', () => {
  expect(put('SELECT', 6, 6, 'net')).toEqual(['SELECT net', 10])
  expect(put('SELECT a, ', 10, 10, 'b')).toEqual(['SELECT a, b', 11])
  expect(put('SELECT xx FROM t', 7, 9, 'net')).toEqual(['SELECT net FROM t', 10])
})
