import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import en from './locales/en'
import zh from './locales/zh-CN'

type Tree = { [key: string]: string | Tree }
const flat = (tree: Tree, at = ''): [string, string][] => Object.entries(tree).flatMap(([k, v]) => (typeof v === 'string' ? [[at + k, v] as [string, string]] : flat(v, `${at}${k}.`)))
const zhKeys = new Map(flat(zh))
const enKeys = new Map(flat(en))

const files = (folder: string): string[] => readdirSync(folder).flatMap((name) => { const path = join(folder, name); return statSync(path).isDirectory() ? files(path) : /\.tsx?$/.test(name) && !name.includes('.test.') ? [path] : [] })
const source = files(join(import.meta.dirname, '..')).filter((p) => !p.includes('locales') && !p.includes('/gen/'))

describe('languages', () => {
  it('have the same keys', () => {
    expect([...zhKeys.keys()].filter((k) => !enKeys.has(k))).toEqual([])
    expect([...enKeys.keys()].filter((k) => !zhKeys.has(k))).toEqual([])
  })

  it('say each thing once', () => {
    // the second of two would be read in place of the first
    for (const lang of ['zh-CN', 'en']) for (const name of readdirSync(join(import.meta.dirname, 'locales', lang))) {
      const keys = [...readFileSync(join(import.meta.dirname, 'locales', lang, name), 'utf8').matchAll(/^ {2}"(\w+)":/gm)].map((m) => m[1])
      expect(keys.filter((k, i) => keys.indexOf(k) !== i), `${lang}/${name}`).toEqual([])
    }
  })

  it('have no empty text and the same placeholders', () => {
    const holes = (s: string) => [...new Set(s.match(/\{\{\s*\w+/g) ?? [])].sort()
    for (const [key, text] of zhKeys) {
      expect(text.trim(), key).not.toBe('')
      expect(enKeys.get(key)?.trim(), key).not.toBe('')
      if (key !== 'shell.rail_foot') expect(holes(enKeys.get(key) ?? ''), key).toEqual(holes(text))
    }
  })

  it('keep Chinese out of English and the other way round', () => {
    const names = new Set(['shell.brand_other'])
    for (const [key, text] of enKeys) if (!names.has(key)) expect(/[\u4e00-\u9fff]/.test(text), key).toBe(false)
  })

  it('know every key the code asks for', () => {
    const missing: string[] = []
    for (const path of source) {
      const text = readFileSync(path, 'utf8')
      for (const [, key] of text.matchAll(/\bt\(\s*'([a-z]+\.[a-z0-9_]+)'/g)) if (key && !zhKeys.has(key) && !zhKeys.has(`${key}_other`)) missing.push(`${key} in ${path}`)
      for (const [, prefix] of text.matchAll(/\bt\(\s*`([a-z]+\.[a-z0-9_]+)\$\{/g)) if (prefix && ![...zhKeys.keys()].some((k) => k.startsWith(prefix))) missing.push(`${prefix}… in ${path}`)
    }
    expect(missing).toEqual([])
  })

  it('are the only place with words: no Chinese in components', () => {
    const found: string[] = []
    for (const path of source) {
      readFileSync(path, 'utf8').split('\n').forEach((line, i) => {
        const code = line.replace(/\/\/.*$/, '').replace(/\/\*.*?\*\//g, '').replace(/^\s*\*.*/, '')
        if (/[\u4e00-\u9fff]/.test(code)) found.push(`${path}:${i + 1}`)
      })
    }
    const allowed = /TopBar\.tsx|Door\.tsx|Page\.tsx|format\.ts|index\.html/
    expect(found.filter((f) => !allowed.test(f))).toEqual([])
  })
})
