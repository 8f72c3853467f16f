import { readFileSync } from 'node:fs'

export type Lang = 'zh-CN' | 'en'
export const langs: Lang[] = ['zh-CN', 'en']

/** The text of a key as the app shows it, from the same files: tests never carry words of their own. */
export function words(lang: Lang) {
  const cache = new Map<string, Record<string, string>>()
  return (key: string, params: Record<string, string | number> = {}): string => {
    const [area = '', name = ''] = key.split('.')
    let pack = cache.get(area)
    if (!pack) cache.set(area, (pack = JSON.parse(readFileSync(new URL(`../../src/i18n/locales/${lang}/${area}.json`, import.meta.url), 'utf8')) as Record<string, string>))
    const text = pack[name] ?? pack[`${name}_other`]
    if (text === undefined) throw new Error(`no text for ${key}`)
    return text.replace(/\{\{\s*(\w+)(?:,[^}]*)?\s*\}\}/g, (_, p: string) => String(params[p] ?? ''))
  }
}
