/** Goods of an order as the timeline tells them. */
export interface OrderLine { product?: string; brand?: string; category?: string; quantity?: number; paid?: number }

const text = (v: unknown) => (typeof v === 'string' && v !== '' ? v : undefined)
const count = (v: unknown) => (typeof v === 'number' ? v : undefined)

/** The lines of what an event says; what is not of their shape is left out. */
export function linesOf(detail: Record<string, unknown>): OrderLine[] {
  if (!Array.isArray(detail.lines)) return []
  return detail.lines.flatMap((x: unknown) => {
    if (typeof x !== 'object' || x === null) return []
    const line = x as Record<string, unknown>
    return [{ product: text(line.product), brand: text(line.brand), category: text(line.category), quantity: count(line.quantity), paid: count(line.paid) }]
  })
}

/** What a line is called, and what else is known of it; no word twice. */
export function saidOf(line: OrderLine): { name?: string; more: string[] } {
  const [name, ...more] = [...new Set([line.product, line.brand, line.category].filter((x) => x !== undefined))]
  return { name, more }
}
