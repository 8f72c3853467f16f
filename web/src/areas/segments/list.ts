import type { Label, Lang, SegmentBody, SegmentItem } from '@/api/types'
import { pick } from '@/i18n/format'

export const orders = ['name', 'size', 'changed'] as const
export type Order = (typeof orders)[number]

/** Segments in whose name, key, description or rule every word stands, in either language. */
export function found(items: SegmentItem[], q: string): SegmentItem[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean)
  if (!words.length) return items
  return items.filter((s) => {
    const text = [s.key, s.rule_text ?? '', ...[s.label, s.description, s.sentence].flatMap((l) => [l.zh, l.en])].join(' ').toLowerCase()
    return words.every((w) => text.includes(w))
  })
}

/** By name as the language sorts, the largest, or the last changed first. */
export function inOrder(items: SegmentItem[], by: Order, lang: Lang): SegmentItem[] {
  const name = (a: SegmentItem, b: SegmentItem) => pick(a.label, lang).localeCompare(pick(b.label, lang), lang)
  const first = { name, size: (a: SegmentItem, b: SegmentItem) => b.size - a.size, changed: (a: SegmentItem, b: SegmentItem) => (b.changed_at ?? '').localeCompare(a.changed_at ?? '') }[by]
  return [...items].sort((a, b) => first(a, b) || name(a, b))
}

/** The same segment once more by another name: a fixed list takes its customers along; the place in an exclusive group stays with the first. */
export const copyOf = (s: SegmentItem, label: Label): SegmentBody => ({ label, description: s.description, ...(s.kind === 'static' ? { filter: { segment: s.key } } : { rule_text: s.rule_text }), exclude: s.exclude })
