/** What a business reckons by, to choose from. */

import type { Lang } from '@/api/types'

/** IANA time zones: what the browser knows, else a few of the large ones; with the one that is set. */
export const zones = (set: string) => {
  const all = typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : []
  const known = all.length ? all : ['Asia/Shanghai', 'Asia/Hong_Kong', 'Asia/Tokyo', 'Europe/London', 'Europe/Berlin', 'America/New_York', 'America/Los_Angeles']
  return [...new Set([set, ...known])].map((value) => ({ value, label: value }))
}

const common = ['CNY', 'USD', 'EUR', 'GBP', 'JPY', 'HKD', 'TWD', 'SGD', 'KRW', 'AUD', 'CAD', 'CHF', 'INR', 'BRL', 'MXN', 'THB', 'VND', 'IDR', 'MYR', 'PHP', 'NZD', 'SEK', 'NOK', 'DKK', 'PLN', 'AED', 'SAR', 'ZAR', 'TRY', 'RUB']

/** Currencies by code and name, with the one that is set. */
export const currencies = (lang: Lang, set: string) => {
  const names = new Intl.DisplayNames([lang], { type: 'currency' })
  return [...new Set([...common, set])].map((value) => ({ value, label: `${value} ${names.of(value) ?? ''}` }))
}
