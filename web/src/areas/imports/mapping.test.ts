import { describe, expect, it } from 'vitest'
import { canCollide, customTarget, duplicateTargets, targetOptions } from './mapping'

const column = (index: number, target: string) => ({ index, header: `h${index}`, target, collision: 'overwrite' as const })

describe('mapping', () => {
  it('finds targets used twice, ignoring the ignored', () => {
    expect(duplicateTargets({ columns: [column(0, 'order.id'), column(1, 'ignore'), column(2, 'order.id'), column(3, 'ignore')] })).toEqual(['order.id'])
  })
  it('makes machine names', () => {
    expect(customTarget(' Skin Type ')).toBe('custom.skin_type')
    expect(customTarget('肤质')).toBe('custom.肤质')
    expect(customTarget(' ')).toBe('custom.column')
  })
  it('knows what can meet an older value', () => {
    expect(canCollide('attribute.city')).toBe(true)
    expect(canCollide('order.paid')).toBe(false)
  })
  it('offers a new attribute for the column and every known target once', () => {
    const label = (s: string) => ({ zh: s, en: s })
    const groups = targetOptions([{ target: 'order.id', label: label('Order no.'), group: label('Order'), kind: 'order', identifier: false }], [column(0, 'custom.a')], (l) => l.en, { ignore: 'Skip', custom: 'Custom', other: '-', fresh: (n) => `New: ${n}` }, 'B')
    expect(groups.flatMap((g) => g.options.map((o) => o.value))).toEqual(['ignore', 'custom.b', 'custom.a', 'order.id'])
  })
})
