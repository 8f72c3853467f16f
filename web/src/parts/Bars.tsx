import type { ReactNode } from 'react'
import type { ClassSize } from '@/api/types'
import { type Format, useFormat } from './format'
import { Roving } from './Roving'

interface Props { items: ClassSize[]; total?: number; by?: 'customers' | 'net' | 'contribution'; onPick?: (item: ClassSize) => void; limit?: number }

/** Classes as bars: name, bar, count, share. The bar is as long as the share of the largest. */
export function Bars({ items, by = 'customers', onPick, limit }: Props) {
  const f = useFormat()
  const shown = limit ? items.slice(0, limit) : items
  const amount = (c: ClassSize) => (by === 'net' ? c.net : (c.contribution ?? 0))
  const share = (c: ClassSize) => (by === 'customers' ? c.share : ((by === 'net' ? c.net_share : c.contribution_share) ?? 0))
  const size = (c: ClassSize) => (by === 'customers' ? c.customers : Math.max(0, amount(c)))
  const largest = Math.max(1, ...items.map(size))
  return (
    <Roving className="bars">
      {shown.map((c) => (
        <Bar key={c.key} className={`bar${c.customers ? '' : ' none'}`} onPick={onPick && (() => onPick(c))} title={title(c, f)}>
          <span className="clip">{f.label(c.label)}</span>
          <span className="bar-track" aria-hidden="true"><span className="bar-fill" style={size(c) > 0 ? { width: `${(size(c) / largest) * 100}%` } : { display: 'none' }} /></span>
          <span className="bar-count">{by === 'customers' ? f.integer(c.customers) : f.compactMoney(amount(c))}</span>
          <span className="bar-share">{f.percent(share(c))}</span>
        </Bar>
      ))}
    </Roving>
  )
}

/** A button if it leads anywhere. */
function Bar({ onPick, children, ...props }: { className: string; title: string; onPick?: () => void; children: ReactNode }) {
  return onPick ? <button type="button" onClick={onPick} {...props}>{children}</button> : <div {...props}>{children}</div>
}

const title = (c: ClassSize, f: Format) => `${f.label(c.label)} · ${f.integer(c.customers)} · ${f.money(c.net)}`
