/** Facts entered by hand: one at a time, by the door programs post at. */

import { call } from './client'
import { inbox, moveInbox } from './queries'
import type { CustomerForm, CustomerPage, InteractionForm, Label, OrderForm, Profile, Received, Whom } from './types'
import { isProblem } from './problem'
import type { QueryClient } from '@tanstack/react-query'

export interface Entries { customer: CustomerForm; order: OrderForm; interaction: InteractionForm }
export type Entered = keyof Entries

/** `key`: one for each entry, so that sending it twice enters it once. A value that cannot be read is refused, not left out. */
export const postEntry = <K extends Entered>(kind: K, key: string, body: Entries[K]) => call<Received>('POST', `/${kind}s`, { query: { strict: 'true' }, body, headers: { 'Idempotency-Key': key } })

/** What the server has against an entry, by the names its fields have; under `''` what concerns no single field. */
export function faultsOf(error: unknown): Record<string, Label> {
  const rejected = isProblem(error) && error.code === 'rows.refused' ? (error.params.rejected as { field: string | null; message: Label }[] | undefined) : undefined
  return Object.fromEntries((rejected ?? []).map((r) => [r.field ?? '', r.message]))
}

const fields = { external: 'id', member: 'member', unionid: 'unionid', phone: 'phone', email: 'email' } as const

/** Whose a fact is: the strongest identifier decides, which is the first. Nothing for somebody without any. */
export function whom(identifiers: Profile['identifiers']): Whom | null {
  const first = identifiers.find((i): i is typeof i & { kind: keyof typeof fields } => i.kind in fields)
  // digits are kept with their country, and read as such only behind a plus sign
  return first ? { [fields[first.kind]]: first.kind === 'phone' && /^\d+$/.test(first.value) ? `+${first.value}` : first.value } : null
}

const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Has what was entered moved into lists and figures, and waits for it; `false` when that takes longer than anybody wants to watch. */
export async function counted(queries: QueryClient): Promise<boolean> {
  let now = await moveInbox()
  // by the server's clock: what is asked for now came before
  const asked = now.oldest_at ? Date.parse(now.oldest_at) + (now.lag_seconds + 1) * 1000 : 0
  for (let i = 0; now.waiting > 0 && Date.parse(now.complete_until) <= asked; i++) {
    if (i > 60 || now.failing) return false
    await rest(300)
    now = await queries.fetchQuery({ ...inbox, staleTime: 0 })
  }
  await Promise.all([['run'], ['imports'], ['work'], ['inbox']].map((queryKey) => queries.invalidateQueries({ queryKey })))
  return true
}

/** The page of somebody who was just entered, once lists know them. */
export async function findEntered(form: CustomerForm): Promise<string | null> {
  const q = String(form.id ?? form.member ?? form.unionid ?? form.phone ?? form.email ?? '')
  for (let i = 0; q && i < 40; i++) {
    const found = (await call<CustomerPage>('GET', '/customers', { query: { q, limit: 2 } })).items
    if (found[0]) return found.length === 1 ? found[0].id : null
    await rest(500)
  }
  return null
}
