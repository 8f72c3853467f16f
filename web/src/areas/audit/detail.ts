/** What an entry says beside who, what and to what, as lines. Names are the server's; values are data. */

export type Raw = string | number | boolean
/** `was` stands where a change is told with both sides. */
export interface Line { path: string[]; was?: Raw[]; now: Raw[] }

export function lines({ before, after, ...rest }: Record<string, unknown>): Line[] {
  const told = flat(rest).filter(([, now]) => now.length).map(([path, now]): Line => ({ path, now }))
  if (!isObject(before) || !isObject(after)) return told
  // only where the two sides differ
  const sides = (tree: object) => new Map(flat(tree).map(([path, raws]) => [path.join('.'), raws]))
  const [old, next] = [sides(before), sides(after)]
  const changed = [...new Set([...next.keys(), ...old.keys()])].map((key): Line => ({ path: key.split('.'), was: old.get(key) ?? [], now: next.get(key) ?? [] }))
  return [...changed.filter((x) => String(x.was) !== String(x.now)), ...told]
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)
const raws = (value: unknown): Raw[] => (value === null || value === undefined || value === '' ? [] : Array.isArray(value) ? value.flatMap(raws) : typeof value === 'object' ? [JSON.stringify(value)] : [value as Raw])
const flat = (tree: object, at: string[] = []): [string[], Raw[]][] => Object.entries(tree).flatMap(([key, value]): [string[], Raw[]][] => (isObject(value) ? flat(value, [...at, key]) : [[[...at, key], raws(value)]]))
