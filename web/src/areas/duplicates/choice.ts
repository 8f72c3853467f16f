import type { CandidateDetail, Field } from '@/api/duplicates'

export type Which = 'a' | 'b'
export const other = (w: Which): Which => (w === 'a' ? 'b' : 'a')

/** Whose value counts where nobody chose: of the name the survivor's, where they have one; else what the server says wins. */
export function standing(field: Field, survivor: Which): Which | undefined {
  if (!field.choose) return undefined
  if (field.field === 'name') return field[survivor].length ? survivor : other(survivor)
  return field.wins === 'a' || field.wins === 'b' ? field.wins : undefined
}

/** What is sent: only what somebody chose otherwise than it would be anyway. */
export function chosen(detail: CandidateDetail, survivor: Which, picks: Record<string, Which>): Record<string, string> {
  const out: Record<string, string> = {}
  for (const field of detail.fields) {
    const pick = picks[field.field]
    if (pick && pick !== standing(field, survivor)) out[field.field] = detail[pick].id
  }
  return out
}
