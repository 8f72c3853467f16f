import type { ClassificationSummary, Profile } from '@/api/types'

type Of = Profile['classes'][number]
type Kind = Profile['kind']
type Library = Pick<ClassificationSummary, 'key' | 'group'>[]

/** Classifications people ask for first. */
const first = ['rfm_8', 'lifecycle', 'rfm_11', 'value_potential', 'clv_band', 'standing', 'loyalty', 'purchase_behaviour', 'purchase_frequency', 'purchase_amount']
const nothing = ['unknown', 'no_data']

/** Groups that speak of the other kind: a company has no gender, a person no industry. */
const foreign: Record<Kind, string[]> = { organisation: ['demographics', 'psychographics'], person: ['firmographics', 'b2b'] }

/** Does a group of classifications or features say something about this kind of customer at all? */
export const concerns = (kind: Kind, group: string | undefined) => !foreign[kind].includes(group ?? '')

/**
 * What is known of a customer, and what is not; value and lifecycle first (for a company, what it is), then the order of the library.
 * What cannot be known of this kind of customer is in neither.
 */
export function inOrder(classes: Of[], library: Library = [], kind: Kind = 'person'): { known: Of[]; unknown: Of[] } {
  const groups = new Map(library.map((c) => [c.key, c.group]))
  const places = new Map(library.map((c, i) => [c.key, i]))
  const rank = ({ classification: key }: Of) => {
    const i = first.indexOf(key)
    if (kind === 'organisation' && groups.get(key) === 'b2b') return -100 + (places.get(key) ?? 0) / 1_000
    return i >= 0 ? i : 100 + (places.get(key) ?? 1_000)
  }
  const blank = (c: Of) => nothing.includes(c.class.key)
  const sorted = classes
    .filter((c) => c.class.key !== 'not_organisation' && (!blank(c) || concerns(kind, groups.get(c.classification))))
    .sort((a, b) => rank(a) - rank(b))
  return { known: sorted.filter((c) => !blank(c)), unknown: sorted.filter(blank) }
}
