/** What an entry says beside who, what and to what, as lines of a name and a text. Names are the server's; values are data. */
export function lines(detail: Record<string, unknown>, path = ''): [string, string][] {
  return Object.entries(detail).flatMap(([key, value]): [string, string][] => {
    const name = path ? `${path}.${key}` : key
    if (value === null || value === '') return []
    if (Array.isArray(value)) return value.length ? [[name, value.map(plain).join(', ')]] : []
    if (typeof value === 'object') {
      const { from, to, ...rest } = value as Record<string, unknown>
      // a change: what it was and what it is
      return from !== undefined && to !== undefined && !Object.keys(rest).length ? [[name, `${plain(from)} → ${plain(to)}`]] : lines(value as Record<string, unknown>, name)
    }
    return [[name, plain(value)]]
  })
}

const plain = (value: unknown): string => (value === null || value === '' ? '—' : typeof value === 'object' ? JSON.stringify(value) : String(value))
