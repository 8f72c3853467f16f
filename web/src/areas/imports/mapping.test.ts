import { describe, expect, it } from 'vitest'
import type { Target } from '@/api/types'
import { canCollide, customTarget, duplicateTargets, gives, isIdentifier, merged, targetOptions, turned, typeOf } from './mapping'

const label = (s: string) => ({ zh: s, en: s })
const target = (name: string, more: Partial<Target> = {}): Target => ({ target: name, label: label(name), group: label('g'), kind: 'k', identifier: false, collides: false, type: null, ...more })
const targets = [target('customer.phone', { identifier: true }), target('attribute.city', { collides: true, type: 'text' }), target('order.at', { type: 'day' })]
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
  it('knows what can meet an older value, what tells customers apart, and of what type values are', () => {
    expect(['attribute.city', 'custom.tea', 'order.at', 'customer.phone', 'product.price'].map((t) => canCollide(targets, t))).toEqual([true, true, false, false, false])
    expect(['customer.phone', 'order.at', 'custom.tea'].map((t) => isIdentifier(targets, t))).toEqual([true, false, false])
    expect([column(0, 'order.at'), { ...column(1, 'custom.born'), value_type: 'day' }, column(2, 'customer.phone')].map((c) => typeOf(targets, c))).toEqual(['day', 'day', null])
  })
  it('turns a column to another meaning', () => {
    expect(turned({ ...column(0, 'ignore'), identifier: false }, 'customer.phone', 'text')).toMatchObject({ target: 'customer.phone', identifier: true, value_type: null })
    expect(turned(column(0, 'order.at'), 'custom.born', 'day')).toMatchObject({ target: 'custom.born', value_type: 'day', collision: 'overwrite' })
  })
  it('keeps what was edited while the server answered, and takes what follows', () => {
    const sent = { columns: [column(0, 'order.at'), column(1, 'ignore')], date_order: 'ymd' as const, time_zone: 'UTC' }
    const local = { ...sent, columns: [column(0, 'order.at'), column(1, 'order.paid')], time_zone: 'Asia/Tokyo' }
    const server = { ...sent, columns: [{ ...column(0, 'order.at'), scale: 1 }, column(1, 'ignore')], date_order: 'mdy' as const, kinds: ['order'] }
    expect(merged(local, sent, server)).toEqual({ columns: [{ ...column(0, 'order.at'), scale: 1 }, column(1, 'order.paid')], date_order: 'mdy', time_zone: 'Asia/Tokyo', kinds: ['order'] })
    expect(merged(sent, sent, server)).toEqual(server)
    // a file whose columns were found anew has no place for edits of the old ones
    expect(merged(local, sent, { columns: [{ ...column(0, 'ignore'), header: 'x' }] }).columns).toEqual([{ ...column(0, 'ignore'), header: 'x' }])
  })
  it('knows what the rows give', () => {
    expect(gives({ columns: [], kinds: ['order', 'refund'] }, 'line', 'order')).toBe(true)
    expect(gives({ columns: [] }, 'order')).toBe(false)
  })
  it('offers a new attribute for the column and every known target once', () => {
    const groups = targetOptions([target('order.id')], [column(0, 'custom.a')], (l) => l.en, { ignore: 'Skip', custom: 'Custom', other: '-', fresh: (n) => `New: ${n}` }, 'B')
    expect(groups.flatMap((g) => g.options.map((o) => o.value))).toEqual(['ignore', 'custom.b', 'custom.a', 'order.id'])
  })
})
