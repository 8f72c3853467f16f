import { useState } from 'react'
import type { Format } from '@/parts/format'
import { type OrderLine, saidOf } from './lines'

/** Lines shown before somebody asks for all; one more is shown at once. */
const few = 3

/** What was bought: product, brand, how many of it, and what was paid for it. */
export function OrderLines({ lines, f }: { lines: OrderLine[]; f: Format }) {
  const { t } = f
  const [whole, setWhole] = useState(false)
  const folds = lines.length > few + 1
  const shown = whole || !folds ? lines : lines.slice(0, few)
  return (
    <div className="small tl-lines" data-testid="order-lines">
      <ul aria-label={t('customers.bought')}>
        {shown.map((line, i) => {
          const { name, more } = saidOf(line)
          return (
            <li key={i}>
              <span className="anywhere">{name ?? <span className="soft">{t('customers.unnamed_goods')}</span>}{more.length > 0 && <span className="soft"> · {more.join(' · ')}</span>}</span>
              <span className="soft nowrap">{line.quantity === undefined ? '' : `× ${f.decimal(line.quantity, 2)}`}</span>
              <span className="num nowrap">{line.paid === undefined ? '' : f.money(line.paid)}</span>
            </li>
          )
        })}
      </ul>
      {folds && <button type="button" className="linkish small" aria-expanded={whole} onClick={() => setWhole(!whole)}>{whole ? t('common.less') : t('customers.more_lines', { count: lines.length - few })}</button>}
    </div>
  )
}
