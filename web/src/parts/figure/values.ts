import type { Figure, FigureCell, FigureColumn, Value } from '@/api/types'
import type { Format } from '../format'

type Kind = FigureColumn['kind']

/** A value as its column reads it; `short` where room is scarce. */
export function said(f: Format, value: Value | null | undefined, kind: Kind, short = false): string {
  if (!value || value.type === 'null') return '—'
  if (value.type === 'money') return short ? f.compactMoney(value.value) : f.money(value.value)
  if (value.type === 'int') return short ? f.count(value.value) : f.integer(value.value)
  if (value.type === 'number') return kind === 'share' ? f.percent(value.value) : kind === 'money' ? (short ? f.compactMoney(value.value) : f.money(Math.round(value.value))) : f.decimal(value.value)
  return f.value(value)
}

/** What a cell says. */
export const cellText = (f: Format, cell: FigureCell | undefined, kind: Kind, short = false) => (cell ? (cell.label ? f.label(cell.label) : said(f, cell.value, kind, short)) : '')

/** A number for drawing. */
export const number = (value: Value | null | undefined): number | null => (value && (value.type === 'int' || value.type === 'money' || value.type === 'number') ? value.value : null)

/** Shades by square root, so that one crowded cell does not wash out the rest. */
export const shade = (value: number | null, largest: number) => (!value || value <= 0 || largest <= 0 ? 0 : Math.min(5, Math.max(1, Math.ceil(Math.sqrt(value / largest) * 5))))
/** Five equal steps. */
export const linear = (value: number | null, largest: number) => (!value || value <= 0 || largest <= 0 ? 0 : Math.min(5, Math.max(1, Math.ceil((value / largest) * 5))))

/** Columns that hold what is crossed: neither names nor sums nor a goal. */
export const plotted = (figure: Figure) => figure.columns.map((column, i) => ({ column, i })).filter(({ column, i }) => i > 0 && !column.total && !column.goal)
