/** Values with the reader's language, the workspace's currency and the names of things, ready for components. */

import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { features as featuresQuery, overview as overviewQuery, session as sessionQuery } from '@/api/queries'
import type { ClassificationSummary, Currency, Entry, Feature, Label, Value } from '@/api/types'
import { useT } from '@/i18n'
import * as f from '@/i18n/format'
import { optionNames } from './field/words'
import { useAt } from './useAt'

const yuan: Currency = { code: 'CNY', digits: 2, symbol: '¥' }

export function useFormat() {
  const { t, lang } = useT()
  const session = useQuery(sessionQuery)
  const currency = session.data?.workspace?.currency ?? yuan
  const zone = session.data?.workspace?.time_zone
  return useMemo(
    () => ({
      t, lang, currency,
      label: (label: Label | null | undefined) => f.pick(label, lang),
      integer: (n: number) => f.integer(n, lang),
      signed: (n: number) => f.signed(n, lang),
      decimal: (n: number, digits?: number) => f.decimal(n, lang, digits),
      percent: (n: number, digits?: number) => f.percent(n, lang, digits),
      compact: (n: number) => f.compact(n, lang),
      /** exact below a million, short above */
      count: (n: number) => (n < 1_000_000 ? f.integer(n, lang) : f.compact(n, lang)),
      money: (n: number) => f.money(n, currency, lang),
      wholeMoney: (n: number) => f.wholeMoney(n, currency, lang),
      compactMoney: (n: number) => f.compactMoney(n, currency, lang),
      phone: f.phone,
      bytes: (n: number) => f.bytes(n, lang),
      instant: (iso: string) => f.instant(iso, lang, zone),
      value: (value: Value | null | undefined, unit?: Label | null) => f.valueText(value, { lang, currency, yes: t('common.yes'), no: t('common.no') }, unit),
    }),
    [t, lang, currency, zone],
  )
}
export type Format = ReturnType<typeof useFormat>

/** The feature catalog by key. */
export function useCatalog() {
  const { data } = useQuery(featuresQuery)
  return useMemo(() => {
    const list = data?.items ?? []
    const masked = new Set(data?.masked)
    // `changed`: those that ship with the product and that people changed; `usable`: those whose values the reader may see;
    // `byHand`: how those are filled in that people put right
    return { list, usable: list.filter((x) => !masked.has(x.key)), masked, byKey: new Map<string, Feature>(list.map((x) => [x.key, x])), changed: new Set(data?.changed), byHand: data?.by_hand ?? nothing, known: data !== undefined }
  }, [data])
}

/** All classifications with their classes, as of the chosen day. */
export function useClassifications(): ClassificationSummary[] {
  const { data } = useQuery({ ...overviewQuery(useAt()), staleTime: 60_000 })
  return data?.classifications ?? none
}
const none: ClassificationSummary[] = []
const nothing: Record<string, Entry> = {}

/** Name of a text value where a classification of the same feature has one: `south_china` → 华南. */
export function useTextLabel() {
  const { label } = useFormat()
  const classifications = useClassifications()
  const { byKey: catalog, byHand } = useCatalog()
  return useMemo(() => {
    const byKey = new Map(classifications.map((c) => [c.key, new Map(c.classes.map((k) => [k.key, k.label]))]))
    return (feature: string, value: Value): string | null => {
      if (value.type !== 'text') return null
      const chosen = optionNames((byHand[feature] ?? catalog.get(feature)?.entry)?.options ?? [], value, label)
      if (chosen !== null) return chosen
      const found = (byKey.get(`by_${feature}`) ?? byKey.get(feature))?.get(value.value)
      return found ? label(found) : null
    }
  }, [classifications, catalog, byHand, label])
}
