import { describe, expect, it } from 'vitest'
import type { Tile } from '@/api/types'
import { linked } from './links'
import { begin, blank, change, copyOf, crossed, dirty, filterOf, freeId, fresh, kinds, move, place, put, redo, resize, undo, without } from './model'

const tile = (id: string, width = 1): Tile => ({ id, width, who: {}, show: blank('number') })
const ids = (tiles: Tile[]) => tiles.map((t) => t.id).join('')
const three = [tile('a'), tile('b'), tile('c')]

describe('words on a dashboard', () => {
  it('has links, and nothing else but text', () => {
    expect(linked('看 https://a.example/x?y=1。再看 [手册](https://b.example/d)!')).toEqual(['看 ', { text: 'https://a.example/x?y=1', href: 'https://a.example/x?y=1' }, '。再看 ', { text: '手册', href: 'https://b.example/d' }, '!'])
    expect(linked('(see http://a.example/.)')).toEqual(['(see ', { text: 'http://a.example/', href: 'http://a.example/' }, '.)'])
    expect(linked('<b>[x](javascript:alert(1)) //a.example')).toEqual(['<b>[x](javascript:alert(1)) //a.example'])
    expect(linked('')).toEqual([])
  })
})

describe('a dashboard while it is edited', () => {
  it('moves tiles one by one, or before another', () => {
    expect(ids(move(three, 'a', 1))).toBe('bac')
    expect(ids(move(three, 'a', -1))).toBe('abc')
    expect(ids(move(three, 'c', 1))).toBe('abc')
    expect(ids(place(three, 'c', 'a'))).toBe('cab')
    expect(ids(place(three, 'a', 'c'))).toBe('bca')
    expect(ids(place(three, 'a', 'x'))).toBe('abc')
  })
  it('resizes within the grid', () => {
    expect(resize([tile('a', 4)], 'a', 1)[0]?.width).toBe(4)
    expect(resize([tile('a', 1)], 'a', -1)[0]?.width).toBe(1)
    expect(resize([tile('a', 2)], 'a', 1)[0]?.width).toBe(3)
  })
  it('copies beside the original, under a name of its own', () => {
    const copied = copyOf([tile('t1'), tile('t3')], 't1')
    expect(copied.map((t) => t.id)).toEqual(['t1', 't4', 't3'])
    expect(freeId([tile('t2')])).toBe('t3')
    expect(ids(put(three, tile('d')))).toBe('abcd')
    expect(put(three, tile('b', 3))[1]?.width).toBe(3)
    expect(ids(without(three, 'b'))).toBe('ac')
  })
  it('takes every step back, and forward again', () => {
    const start = begin({ name: { zh: 'x', en: 'x' }, tiles: three, audience: 'private' })
    const one = change(start, { ...start.now, tiles: move(three, 'a', 1) })
    const two = change(one, { ...one.now, tiles: without(one.now.tiles, 'c') })
    expect(ids(undo(two).now.tiles)).toBe('bac')
    expect(ids(undo(undo(two)).now.tiles)).toBe('abc')
    expect(ids(redo(undo(two)).now.tiles)).toBe('ba')
    expect(undo(start)).toBe(start)
    expect(change(two, { ...two.now })).toBe(two)
    expect(dirty(two, start.now)).toBe(true)
    expect(dirty(undo(undo(two)), start.now)).toBe(false)
  })
  it('has something to show for every kind', () => {
    for (const kind of kinds) expect(fresh([], kind)).toMatchObject({ id: 't1', show: { kind } })
  })
  it('crosses a filter by a click and takes it back by the next', () => {
    expect(crossed({}, { 'class.lifecycle': 'new' })).toEqual({ 'class.lifecycle': 'new' })
    expect(crossed({ 'class.lifecycle': 'new' }, { 'class.lifecycle': 'new' })).toEqual({ 'class.lifecycle': undefined })
    expect(filterOf({ segment: 's', compare: '2026-01-01', 'class.x': 'y', tag: '', edit: 'on' })).toEqual({ segment: 's', 'class.x': 'y' })
  })
})
