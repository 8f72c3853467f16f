import { Link } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import type { ClassificationSummary } from '@/api/types'
import { Bars } from '@/parts/Bars'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import type { Pick } from './PickPanel'

const order = ['value', 'lifecycle', 'behaviour', 'loyalty', 'satisfaction', 'demographics', 'geography', 'psychographics', 'b2b', 'cold_start', 'custom']

/** Every classification as bars, by shelf. Classes of one add up to exactly all customers. */
export function ClassificationCards({ items, onPick }: { items: ClassificationSummary[]; onPick: (p: Pick) => void }) {
  const { t } = useFormat()
  const shelves = useMemo(() => {
    const keys = [...new Set([...order, ...items.map((c) => c.group)])]
    return keys.map((key) => [key, items.filter((c) => c.group === key)] as const).filter(([, list]) => list.length)
  }, [items])
  return (
    <>
      {shelves.map(([key, list]) => (
        <section key={key} aria-label={t(`classification.group_${key}`)}>
          <div className="shelf-title"><h2>{t(`classification.group_${key}`)}</h2><span className="soft small">{t('classification.n_classifications', { count: list.length })}</span></div>
          <div className="groups">{list.map((c) => <One key={c.key} item={c} onPick={onPick} />)}</div>
        </section>
      ))}
    </>
  )
}

const few = 7
function One({ item, onPick }: { item: ClassificationSummary; onPick: (p: Pick) => void }) {
  const f = useFormat()
  const [all, setAll] = useState(false)
  const hidden = item.classes.length - few
  return (
    <Card title={<h3>{f.label(item.label)}</h3>} extra={<Link className="small" to="/classifications/$key" params={{ key: item.key }} aria-label={f.t('classification.rules_of', { name: f.label(item.label) })}>{f.t('classification.rules')}</Link>}>
      <p className="class-desc">{f.label(item.description)}</p>
      <Bars items={item.classes} limit={all ? undefined : few} onPick={(k) => onPick({ classification: item, item: k })} />
      {hidden > 0 && <button type="button" className="linkish small" onClick={() => setAll(!all)}>{all ? f.t('common.less') : f.t('classification.more_classes', { count: hidden })}</button>}
    </Card>
  )
}
