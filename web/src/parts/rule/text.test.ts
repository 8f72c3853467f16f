import { describe, expect, it } from 'vitest'
import { cut, suggestions, wordAt } from './text'

const label = (zh: string, en: string) => ({ zh, en })
const words = [{ key: 'net', label: label('净消费额', 'Net') }, { key: 'net_12m', label: label('近12个月净消费额', 'Net, 12 months') }, { key: 'class.lifecycle', label: label('生命周期', 'Lifecycle') }]

describe('rule text', () => {
  it('cuts at characters, not at code units', () => {
    expect(cut('a😀b错c', [3, 4])).toEqual(['a😀b', '错', 'c'])
    expect(cut('net >', [5, 5])).toEqual(['net ', '>', ''])
    expect(cut('', [0, 0])).toEqual(['', '', ''])
    expect(cut('net', null)).toEqual(['net', '', ''])
    expect(cut('net', [1, 99])).toEqual(['n', 'et', ''])
  })
  it('finds the word at the caret', () => {
    expect(wordAt('a and net_1 > 2', 9)).toEqual([6, 11])
    expect(wordAt('净消费额 > 2', 1)).toEqual([0, 4])
  })
  it('offers names by key and by label, not inside quotes and not for words of the grammar', () => {
    expect(suggestions('ne', 2, words).map((w) => w.key)).toEqual(['net', 'net_12m'])
    expect(suggestions('净', 1, words).map((w) => w.key)).toEqual(['net', 'net_12m'])
    expect(suggestions('city = "ne', 10, words)).toEqual([])
    expect(suggestions('and', 3, words)).toEqual([])
    expect(suggestions('net', 3, words)).toEqual([])
    expect(suggestions('life', 4, words).map((w) => w.key)).toEqual(['class.lifecycle'])
  })
})
