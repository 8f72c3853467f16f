/** What somebody opened last, kept in this browser. Of customers only the id stays: a browser is no place for people's names. */

import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { own } from '@/api/base'
import { session } from '@/api/queries'
import type { Label } from '@/api/types'

const kinds = ['customers', 'segments', 'classifications', 'dashboards', 'objects', 'imports'] as const
export type RecentKind = (typeof kinds)[number]
export interface Recent { kind: RecentKind; id: string; name?: Label }
const most = 12

const isRecent = (x: unknown): x is Recent => typeof x === 'object' && x !== null && kinds.includes((x as Recent).kind) && typeof (x as Recent).id === 'string'

/** What a stored text holds; anything else is nothing. */
export function parse(text: string | null): Recent[] {
  try {
    const found: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(found) ? found.filter(isRecent).slice(0, most) : []
  } catch {
    return []
  }
}

const same = (a: Recent, b: Recent) => a.kind === b.kind && a.id === b.id
/** With one more in front, each once. */
export const withOne = (all: Recent[], one: Recent): Recent[] => [one, ...all.filter((x) => !same(x, one))].slice(0, most)
export const without = (all: Recent[], one: Recent): Recent[] => all.filter((x) => !same(x, one))

const keyOf = (user: string) => own(`zhiyin.recent.${user}`)
export const recent = (user: string): Recent[] => parse(localStorage.getItem(keyOf(user)))
/** It is not there any more. */
export const forgetRecent = (user: string, one: Recent) => localStorage.setItem(keyOf(user), JSON.stringify(without(recent(user), one)))

/** Notes that this was opened, once it is there. */
export function useOpened(kind: RecentKind, id: string | undefined, name?: Label) {
  const { data } = useQuery(session)
  const user = data?.user?.id
  const [zh, en] = [name?.zh, name?.en]
  useEffect(() => {
    if (!user || !id) return
    localStorage.setItem(keyOf(user), JSON.stringify(withOne(recent(user), { kind, id, ...(zh !== undefined && en !== undefined ? { name: { zh, en } } : {}) })))
  }, [user, kind, id, zh, en])
}
