/** Numbers, money and days as a reader of each language expects them. Money comes in minor units and never becomes a float sum. */

import type { Currency, Lang, Label, Value } from '@/api/types'

const cache = new Map<string, Intl.NumberFormat>()
function nf(lang: Lang, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = lang + JSON.stringify(options)
  let found = cache.get(key)
  if (!found) cache.set(key, (found = new Intl.NumberFormat(lang, options)))
  return found
}

/** Text of a label; falls back to the other language when one is empty. */
export const pick = (label: Label | null | undefined, lang: Lang): string => (label ? (lang === 'zh-CN' ? label.zh || label.en : label.en || label.zh) : '')

export const integer = (n: number, lang: Lang) => nf(lang, { maximumFractionDigits: 0 }).format(n)
export const decimal = (n: number, lang: Lang, digits = 2) => nf(lang, { maximumFractionDigits: digits }).format(n)
export const signed = (n: number, lang: Lang) => (n > 0 ? '+' : n < 0 ? '−' : '±') + integer(Math.abs(n), lang)

/** A share 0…1 as a percentage; never "100 %" or "0 %" for what is not exactly that. */
export function percent(share: number, lang: Lang, digits = 1): string {
  const f = (x: number) => nf(lang, { style: 'percent', maximumFractionDigits: digits }).format(x)
  const step = 10 ** -(digits + 2)
  if (share > 0 && share < step) return `<${f(step)}`
  if (share < 1 && share > 1 - step) return `>${f(1 - step)}`
  return f(share)
}

/** Exact money: `¥12,345.60`. */
export function money(minor: number, currency: Currency, lang: Lang): string {
  const value = minor / 10 ** currency.digits
  return nf(lang, { style: 'currency', currency: currency.code, currencyDisplay: 'narrowSymbol', minimumFractionDigits: currency.digits, maximumFractionDigits: currency.digits }).format(value)
}

/** Money without a zero fraction where exactness is not at stake: `¥12,346`. */
export function wholeMoney(minor: number, currency: Currency, lang: Lang): string {
  return nf(lang, { style: 'currency', currency: currency.code, currencyDisplay: 'narrowSymbol', maximumFractionDigits: 0, minimumFractionDigits: 0 }).format(minor / 10 ** currency.digits)
}

const zhScale = (n: number): [number, string] => (Math.abs(n) >= 1e8 ? [n / 1e8, '亿'] : Math.abs(n) >= 1e4 ? [n / 1e4, '万'] : [n, ''])
const enScale = (n: number): [number, string] => (Math.abs(n) >= 1e9 ? [n / 1e9, 'B'] : Math.abs(n) >= 1e6 ? [n / 1e6, 'M'] : Math.abs(n) >= 1e4 ? [n / 1e3, 'K'] : [n, ''])

/** Short number for tiles and charts: 1.24 万 / 12.4K. */
export function compact(n: number, lang: Lang): string {
  const [x, suffix] = lang === 'zh-CN' ? zhScale(n) : enScale(n)
  if (!suffix) return decimal(n, lang, Number.isInteger(n) ? 0 : 1)
  const digits = Math.abs(x) >= 100 ? 0 : Math.abs(x) >= 10 ? 1 : 2
  return lang === 'zh-CN' ? `${decimal(x, lang, digits)} ${suffix}` : `${decimal(x, lang, digits)}${suffix}`
}

/** Short money for tiles and charts: ¥1.24 万 / ¥12.4K. */
export function compactMoney(minor: number, currency: Currency, lang: Lang): string {
  const value = minor / 10 ** currency.digits
  const sign = value < 0 ? '−' : ''
  return `${sign}${currency.symbol}${compact(Math.abs(value) < 1e4 ? Math.round(Math.abs(value)) : Math.abs(value), lang)}`
}

/** File size. */
export function bytes(n: number, lang: Lang): string {
  const units = ['B', 'KB', 'MB', 'GB']
  let i = 0
  while (n >= 1024 && i < units.length - 1) { n /= 1024; i++ }
  return `${decimal(n, lang, n < 10 && i > 0 ? 1 : 0)} ${units[i]}`
}

const clocks = new Map<string | undefined, Intl.DateTimeFormat>()
function clock(timeZone: string | undefined): Intl.DateTimeFormat {
  let found = clocks.get(timeZone)
  if (!found) clocks.set(timeZone, (found = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(timeZone ? { timeZone } : {}) })))
  return found
}

/** An instant as local date and minute; days themselves are shown as they are. */
export function instant(iso: string, lang: Lang, timeZone?: string): string {
  const d = new Date(iso)
  if (Number.isNaN(d.getTime())) return iso
  const parts = clock(timeZone).formatToParts(d)
  const get = (type: string) => parts.find((p) => p.type === type)?.value ?? ''
  void lang
  return `${get('year')}-${get('month')}-${get('day')} ${get('hour')}:${get('minute')}`
}

/** The day `n` days before an ISO day. */
export function daysBefore(day: string, n: number): string {
  const d = new Date(`${day}T00:00:00Z`)
  d.setUTCDate(d.getUTCDate() - n)
  return d.toISOString().slice(0, 10)
}

/** A phone as stored (digits with country) the way people read it. */
export function phone(digits: string): string {
  const china = /^86(1\d{2})(\d{4})(\d{4})$/.exec(digits)
  if (china) return `${china[1]} ${china[2]} ${china[3]}`
  return /^\d{8,15}$/.test(digits) ? `+${digits}` : digits
}

export const dash = '—'

/** One order, not "1 orders": the units of features come in the plural. */
const one: Record<string, string> = { orders: 'order', days: 'day', pieces: 'piece', points: 'point', times: 'time', kinds: 'kind', years: 'year', people: 'person' }
const unitOf = (n: number, unit: Label, lang: Lang) => (lang === 'en' && n === 1 ? (one[unit.en] ?? unit.en) : pick(unit, lang))

export interface ValueContext { lang: Lang; currency: Currency; yes: string; no: string }
/** One feature value as text, with its unit behind it. */
export function valueText(value: Value | null | undefined, context: ValueContext, unit?: Label | null): string {
  if (!value || value.type === 'null') return dash
  const { lang, currency } = context
  const behind = (n: number) => (unit ? ` ${unitOf(n, unit, lang)}` : '')
  switch (value.type) {
    case 'bool': return value.value ? context.yes : context.no
    case 'int': return integer(value.value, lang) + behind(value.value)
    // a share reads as a percentage
    case 'number': return unit?.en === 'share' ? percent(value.value, lang) : decimal(value.value, lang, Math.abs(value.value) < 1 ? 4 : 2) + behind(value.value)
    case 'money': return money(value.value, currency, lang)
    case 'text': case 'day': return value.value
  }
}
