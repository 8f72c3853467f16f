import { useQuery } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { own } from '@/api/base'
import { facets as facetsQuery } from '@/api/work'
import type { Facet } from '@/api/types'
import { entryOf } from '@/parts/field/words'
import { chosen as choices, none } from '@/parts/filters'
import { useCatalog, useClassifications, useFormat } from '@/parts/format'
import { Failed, Loading } from '@/parts/States'
import { TagChip } from './TagChip'

type Search = Record<string, string | undefined>
interface Props { filters: Search; onChange: (next: Search) => void }

const KEY = own('zhiyin.facets')
const usual = 'tag,owner,class.lifecycle,class.rfm_8,class.by_country,class.by_region'
const chosen = () => (localStorage.getItem(KEY) ?? usual).split(',')
/** Choices of a facet shown before somebody asks for all of them; one or two more are shown at once. */
const few = 8

/** How many of the list there are in each class, with each tag, of each owner, with each option of an own field; a click narrows to them, another lets go. */
export default function Facets({ filters, onChange }: Props) {
  const f = useFormat()
  const { t } = f
  const [by, setBy] = useState(chosen)
  const classifications = useClassifications()
  const { usable } = useCatalog()
  const more = [
    ...classifications.map((c) => ({ value: `class.${c.key}`, label: f.label(c.label) })),
    ...usable.filter((x) => ['choice', 'choices', 'bool'].includes(entryOf(x)?.kind ?? '')).map((x) => ({ value: `f.${x.key}`, label: f.label(x.label) })),
  ]
  const known = by.filter((k) => ['tag', 'owner'].includes(k) || more.some((o) => o.value === k))
  const query = useQuery({ ...facetsQuery(filters, known.join(',')), enabled: classifications.length > 0 && known.length > 0 })
  const choose = (next: string[]) => {
    localStorage.setItem(KEY, next.join(','))
    setBy(next)
  }
  return (
    <div role="group" className={`facets${query.isPlaceholderData ? ' stale' : ''}`} aria-label={t('work.facets')} data-testid="facets">
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Loading lines={10} />}
      {query.data?.items.map((x) => <One key={x.key} facet={x} value={filters[x.key]} quiet={usual.split(',').includes(x.key)} onChange={(v) => onChange({ [x.key]: v })} onDrop={x.key.includes('.') ? () => choose(by.filter((k) => k !== x.key)) : undefined} />)}
      <Select size="small" className="grow" aria-label={t('work.add_facet')} placeholder={`+ ${t('work.add_facet')}`} value={null} showSearch={{ optionFilterProp: 'label' }} options={more.filter((o) => !by.includes(o.value))} onChange={(k: string | null) => { if (k) choose([...by, k]) }} />
    </div>
  )
}

function One({ facet, value, quiet, onChange, onDrop }: { facet: Facet; value?: string; quiet: boolean; onChange: (v: string | undefined) => void; onDrop?: () => void }) {
  const f = useFormat()
  const { t } = f
  const [whole, setWhole] = useState(false)
  const name = f.label(facet.label)
  // of tags they have all that are asked for, so that none stands alone; of the others any
  const asked = choices(value, (key) => facet.items.some((x) => x.key === key))
  const together = facet.key !== 'tag'
  const pick = (key: string) => {
    const next = asked.includes(key) ? asked.filter((k) => k !== key) : key === none && !together ? [none] : [...asked.filter((k) => together || k !== none), key]
    onChange(next.join(',') || undefined)
  }
  const items = facet.items.filter((x) => x.count > 0 || asked.includes(x.key))
  const shown = whole || items.length <= few + 2 ? items : items.filter((x, i) => i < few || x.key === none || asked.includes(x.key))
  // of everybody nothing is known: a column would say so, a filter helps nobody
  if (items.length === 0 || (items.length === 1 && items[0]?.key === 'unknown' && asked.length === 0 && quiet)) return null
  return (
    <section className="facet">
      <h2><span className="grow">{name}</span>{onDrop && <button type="button" className="linkish small" aria-label={t('work.drop_facet', { name })} title={t('work.drop_facet', { name })} onClick={onDrop}>×</button>}</h2>
      {shown.map((x) => (
        <button key={x.key} type="button" className="filter-class" aria-pressed={asked.includes(x.key)} onClick={() => pick(x.key)}>
          <span className="grow clip">{x.colour ? <TagChip tag={{ name: f.label(x.label), colour: x.colour }} /> : f.label(x.label)}</span><span className="soft num">{f.integer(x.count)}</span>
        </button>
      ))}
      {items.length > shown.length && <Button type="text" size="small" onClick={() => setWhole(true)}>{t('work.all_of', { count: items.length })}</Button>}
    </section>
  )
}
