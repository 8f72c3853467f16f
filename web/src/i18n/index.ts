import i18next from 'i18next'
import { useCallback } from 'react'
import { initReactI18next, useTranslation } from 'react-i18next'
import type { Lang } from '@/api/types'

const KEY = 'zhiyin.lang'
const packs = { 'zh-CN': () => import('./locales/zh-CN'), en: () => import('./locales/en') }

/** Language of the last visit, else of the link somebody was sent, else of the browser (boot.js wrote it into `<html lang>`). */
export const firstLang = (): Lang => (document.documentElement.lang.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en')

async function load(lang: Lang) {
  if (i18next.hasResourceBundle(lang, 'translation')) return
  i18next.addResourceBundle(lang, 'translation', (await packs[lang]()).default)
}

export async function startI18n(): Promise<void> {
  const lang = firstLang()
  const texts = (await packs[lang]()).default
  await i18next.use(initReactI18next).init({
    lng: lang,
    resources: { [lang]: { translation: texts } },
    fallbackLng: false,
    initAsync: false,
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  })
}

/** Switches at once, everywhere, and remembers. */
export async function setLang(lang: Lang): Promise<void> {
  await load(lang)
  document.documentElement.lang = lang
  localStorage.setItem(KEY, lang)
  await i18next.changeLanguage(lang)
}

export const hasChosenLang = () => localStorage.getItem(KEY) !== null

/** `t` and the current language. */
export function useT() {
  const { t, i18n } = useTranslation()
  const lang = (i18n.language === 'zh-CN' ? 'zh-CN' : 'en') as Lang
  const say = useCallback((key: string, params?: Record<string, unknown>) => t(key, params ?? {}) as string, [t])
  return { t: say, lang }
}
