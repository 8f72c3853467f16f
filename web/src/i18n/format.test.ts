import { describe, expect, it } from 'vitest'
import { bytes, compact, compactMoney, daysBefore, instant, integer, money, percent, phone, pick, signed, valueText, wholeMoney } from './format'

const cny = { code: 'CNY', digits: 2, symbol: '¥' }
const jpy = { code: 'JPY', digits: 0, symbol: '¥' }
const kwd = { code: 'KWD', digits: 3, symbol: 'KD' }

describe('money', () => {
  it('comes from minor units with the digits of its currency', () => {
    expect(money(1234560, cny, 'zh-CN')).toBe('¥12,345.60')
    expect(money(1234560, cny, 'en')).toBe('¥12,345.60')
    expect(money(-5, cny, 'en')).toBe('-¥0.05')
    expect(money(1234, jpy, 'en')).toBe('¥1,234')
    expect(money(1234567, kwd, 'en')).toContain('1,234.567')
    expect(wholeMoney(1234560, cny, 'en')).toBe('¥12,346')
  })
  it('is short in tiles: 万 and 亿 in Chinese, K, M and B in English', () => {
    expect(compactMoney(123456789, cny, 'zh-CN')).toBe('¥123 万')
    expect(compactMoney(123456789, cny, 'en')).toBe('¥1.23M')
    expect(compactMoney(98765, cny, 'zh-CN')).toBe('¥988')
    expect(compactMoney(12345678900, cny, 'zh-CN')).toBe('¥1.23 亿')
    expect(compactMoney(-123456789, cny, 'en')).toBe('−¥1.23M')
  })
})

describe('numbers', () => {
  it('are grouped and short', () => {
    expect(integer(1234567, 'en')).toBe('1,234,567')
    expect(compact(10000, 'zh-CN')).toBe('1 万')
    expect(compact(9999, 'zh-CN')).toBe('9,999')
    expect(compact(12345, 'en')).toBe('12.3K')
    expect(compact(0, 'en')).toBe('0')
    expect(signed(5, 'en')).toBe('+5')
    expect(signed(-5, 'en')).toBe('−5')
    expect(signed(0, 'en')).toBe('±0')
  })
  it('never round a share to all or nothing', () => {
    expect(percent(0, 'en')).toBe('0%')
    expect(percent(1, 'en')).toBe('100%')
    expect(percent(0.00001, 'en')).toBe('<0.1%')
    expect(percent(0.99999, 'en')).toBe('>99.9%')
    expect(percent(0.3333, 'en')).toBe('33.3%')
  })
  it('name sizes', () => {
    expect(bytes(512, 'en')).toBe('512 B')
    expect(bytes(1536, 'en')).toBe('1.5 KB')
    expect(bytes(52_428_800, 'en')).toBe('50 MB')
  })
})

describe('phones', () => {
  it('are read in groups', () => {
    expect(phone('8613835423243')).toBe('138 3542 3243')
    expect(phone('442071838750')).toBe('+442071838750')
    expect(phone('+1 555')).toBe('+1 555')
  })
})

describe('days and instants', () => {
  it('subtract across months and leap days', () => {
    expect(daysBefore('2024-03-01', 1)).toBe('2024-02-29')
    expect(daysBefore('2026-01-15', 30)).toBe('2025-12-16')
  })
  it('show the wall clock of the workspace', () => {
    expect(instant('2026-11-21T16:30:00Z', 'en', 'Asia/Shanghai')).toBe('2026-11-22 00:30')
    expect(instant('nonsense', 'en')).toBe('nonsense')
  })
})

describe('values', () => {
  const context = { lang: 'zh-CN' as const, currency: cny, yes: '是', no: '否' }
  it('have units and say when they are not known', () => {
    expect(valueText({ type: 'null' }, context)).toBe('—')
    expect(valueText(undefined, context)).toBe('—')
    expect(valueText({ type: 'int', value: 60 }, context, { zh: '天', en: 'days' })).toBe('60 天')
    expect([1, 2].map((value) => valueText({ type: 'int', value }, { ...context, lang: 'en' }, { zh: '单', en: 'orders' }))).toEqual(['1 order', '2 orders'])
    expect(valueText({ type: 'money', value: 200000 }, context)).toBe('¥2,000.00')
    expect(valueText({ type: 'bool', value: true }, context)).toBe('是')
    expect(valueText({ type: 'number', value: 0.123456 }, context)).toBe('0.1235')
    expect(valueText({ type: 'day', value: '2026-11-21' }, context)).toBe('2026-11-21')
  })
  it('pick a language and fall back', () => {
    expect(pick({ zh: '', en: 'Only English' }, 'zh-CN')).toBe('Only English')
    expect(pick(null, 'en')).toBe('')
  })
})
