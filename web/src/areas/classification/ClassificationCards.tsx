import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useMemo, useState } from 'react'
import type { ClassificationSummary } from '@/api/types'
import { Bars } from '@/parts/Bars'
import { Fold } from '@/parts/Fold'
import { useFormat } from '@/parts/format'
import { usePhone } from '@/parts/hooks'
import { Card } from '@/parts/Page'
import type { Pick } from './PickPanel'

const order = ['value', 'lifecycle', 'behaviour', 'loyalty', 'satisfaction', 'demographics', 'geography', 'psychographics', 'b2b', 'cold_start', 'custom']

/** All customers are in one class of it, most often for want of what it reads. One's own are shown as they are. */
const tellsNobodyApart = (c: ClassificationSummary) => c.group !== 'custom' && c.classes.filter((x) => x.customers > 0 && x.key !== 'not_profiled').length < 2

/** Every classification as bars, filtered by shelf. Classes of one add up to exactly all customers. */
export function ClassificationCards({ items, onPick }: { items: ClassificationSummary[]; onPick: (p: Pick) => void }) {
  const { t } = useFormat()
  // thirty cards under each other are a long way for a thumb
  const [shelf, setShelf] = useState<string | null>(usePhone() ? 'value' : null)
  const shelves = useMemo(() => [...new Set([...order, ...items.map((c) => c.group)])].filter((key) => items.some((c) => c.group === key)), [items])
  const shown = shelves.filter((key) => shelf === null || key === shelf).flatMap((key) => items.filter((c) => c.group === key))
  const silent = shown.filter(tellsNobodyApart)
  return (
    <section aria-label={t('classification.all')} className="stack">
      <div className="shelf-nav" role="group" aria-label={t('classification.shelf')}>
        <h2>{t('classification.all')} <span className="soft small">{items.length}</span></h2>
        <Button size="small" type={shelf === null ? 'default' : 'text'} aria-pressed={shelf === null} onClick={() => setShelf(null)}>{t('features.all')}</Button>
        {shelves.map((key) => <Button key={key} size="small" type={shelf === key ? 'default' : 'text'} aria-pressed={shelf === key} onClick={() => setShelf(key)}>{t(`classification.group_${key}`)}</Button>)}
      </div>
      {silent.length < shown.length && <div className="groups">{shown.filter((c) => !silent.includes(c)).map((c) => <One key={c.key} item={c} onPick={onPick} />)}</div>}
      {silent.length > 0 && (
        <Fold key={shelf} className="silent" testid="silent-classifications" open={silent.length === shown.length} head={<span className="soft">{t('classification.same', { count: silent.length })}</span>}>
          <div className="stack">
            <p className="soft small">{t('classification.same_note')}</p>
            <div className="groups">{silent.map((c) => <One key={c.key} item={c} onPick={onPick} />)}</div>
          </div>
        </Fold>
      )}
    </section>
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
