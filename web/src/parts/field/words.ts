/** What fields are made of: kinds, what is written in them, and how it is shown. */

import type { Entry, EntryKind, Feature, KindReport, Named, Value, ValueType, Written } from '@/api/types'

/** Kinds of an own field of a customer. */
export const kinds: EntryKind[] = ['text', 'number', 'money', 'day', 'bool', 'choice', 'choices']

/** Stands between several chosen options. */
export const between = '、'

export const valueType = (kind: EntryKind): ValueType => (kind === 'number' || kind === 'money' || kind === 'day' || kind === 'bool' ? kind : 'text')

/** Does it have a list to choose from? */
export const chooses = (kind: EntryKind) => kind === 'choice' || kind === 'choices'

/** So many options, and characters of one, are offered of the values there are. */
const offered = 50
const longest = 100

/** The values a field holds, as options to choose from; none where they are too many or too long for a list. */
export function optionsOf(report: KindReport | undefined, kind: EntryKind): Named[] {
  const texts = (report?.outside_examples ?? []).flatMap((e) => (e.after.type !== 'text' ? [] : kind === 'choices' ? e.after.value.split(/[、,，;；|]/) : [e.after.value]))
  const all = [...new Set(texts.map((x) => x.trim()))].filter((x) => x !== '')
  return all.length > offered || all.some((x) => x.length > longest || x.includes(between)) ? [] : all.map((x) => ({ key: x, label: { zh: x, en: x } }))
}

/** How a feature is filled in by hand; nothing for one that is computed, or that records fill in. */
export function entryOf(f: Feature | undefined): Entry | null {
  if (!f || f.entry?.figure || f.definition.kind !== 'attribute' || !f.definition.key.startsWith('custom.')) return null
  const kind: EntryKind = f.value === 'int' ? 'number' : f.value
  return f.entry ?? { kind, options: [], personal: false }
}

/** Where a definition names other features; what stands elsewhere are fields of facts and values. */
const names = ['feature', 'of', 'among', 'channel', 'day']

/** What a feature is computed from: kinds of facts, and other features or attributes by their keys. */
export function madeOf({ key, definition }: Pick<Feature, 'key' | 'definition'>): { facts: string[]; keys: string[] } {
  const facts = new Set<string>()
  const keys = new Set<string>()
  const walk = (node: unknown, at: string) => {
    if (Array.isArray(node)) for (const x of node) walk(x, at)
    else if (node && typeof node === 'object') {
      if ('fact' in node) facts.add(String(node.fact))
      else for (const [k, v] of Object.entries(node)) walk(v, k)
    } else if (typeof node === 'string' && names.includes(at)) keys.add(node.replace(/^attribute\./, ''))
  }
  walk(definition, '')
  keys.delete(key)
  return { facts: [...facts], keys: [...keys] }
}

/** A machine name as a file's heading of this name would have it. */
export const fieldKey = (name: string) => `custom.${name.trim().toLowerCase().replace(/[\s.]+/g, '_').replace(/^_+|_+$/g, '')}`

/** What is to be typed for a value: money in major units, several options as a list; nothing for none. */
export function writtenOf(kind: EntryKind, value: Value | null | undefined, digits: number): Written | undefined {
  if (!value || value.type === 'null') return undefined
  if (value.type === 'money') return value.value / 10 ** digits
  return kind === 'choices' && value.type === 'text' ? value.value.split(between) : value.value
}

/** The names of chosen options; what is no option stands as it is. */
export function optionNames(options: Named[], value: Value, pick: (label: Named['label']) => string): string | null {
  if (value.type !== 'text' || options.length === 0) return null
  const name = (key: string) => { const o = options.find((x) => x.key === key); return o ? pick(o.label) : key }
  return value.value.split(between).map(name).join(between)
}
