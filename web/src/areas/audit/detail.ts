/** What an entry says beside who, what and to what, as lines of a name and a text. Names are the server's; values are data. */
export type Line = [name: string, text: string]

export function lines(detail: Record<string, unknown>, path = ''): Line[] {
  const { before, after, ...rest } = detail
  // a change is told with both sides, and only where they differ
  if (isObject(before) && isObject(after)) {
    const changed = Object.keys(after).filter((k) => plain(before[k]) !== plain(after[k]))
    return [...changed.map((k): Line => [k, `${plain(before[k])} → ${plain(after[k])}`]), ...lines(rest, path)]
  }
  return Object.entries(detail).flatMap(([key, value]): Line[] => {
    const name = path ? `${path}.${key}` : key
    if (value === null || value === undefined || value === '') return []
    if (Array.isArray(value)) return value.length ? [[name, value.map(plain).join(', ')]] : []
    return isObject(value) ? lines(value, name) : [[name, plain(value)]]
  })
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const plain = (value: unknown): string => (value === null || value === undefined || value === '' ? '—' : typeof value === 'object' ? JSON.stringify(value) : String(value))
