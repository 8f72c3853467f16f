import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { customers, segments as segmentsQuery } from '@/api/queries'
import { chosen as choices } from '@/parts/filters'
import { useClassifications, useFormat } from '@/parts/format'
import { useDebounced } from '@/parts/hooks'
import { RuleEditor } from '@/parts/rule/RuleEditor'
import { useRule } from '@/parts/rule/useRule'
import { useAt } from '@/parts/useAt'
import type { Narrowing } from './Filters'

/** By class, by segment, by any rule: what narrows the list, with the editor of rules. */
export default function FilterPanel({ search, onChange, onDone }: Narrowing & { onDone: () => void }) {
  const f = useFormat()
  const { t } = f
  const classifications = useClassifications()
  const { data: segments = [] } = useQuery(segmentsQuery(useAt()))
  const chosen = Object.keys(search).find((k) => k.startsWith('class.') && search[k])?.slice(6)
  const [key, setKey] = useState(chosen ?? 'lifecycle')
  const classes = classifications.find((c) => c.key === key)?.classes ?? []
  const asked = choices(search[`class.${key}`], (k) => classes.some((c) => c.key === k))
  const rule = useRule(search.rule ?? '')
  // whoever the list shows once this is applied
  const { columns: _columns, sort: _sort, view: _view, density: _density, display: _display, facets: _facets, ...filters } = search
  const settled = useDebounced(rule.text.trim(), 200)
  const found = useInfiniteQuery({ ...customers({ ...filters, rule: settled || undefined, columns: 'net' }, 1), enabled: !rule.error && rule.settled, retry: false })
  const ready = found.data && !found.isPlaceholderData && settled === rule.text.trim() && !rule.error
  const total = found.data?.pages[0]?.total ?? 0
  return (
    <div className="filter-panel">
      <div className="field">
        <label htmlFor="filter-classification">{t('customers.by_class')}</label>
        <Select id="filter-classification" value={key} onChange={setKey} options={classifications.map((c) => ({ value: c.key, label: f.label(c.label) }))} showSearch={{ optionFilterProp: 'label' }} />
        {/* a scrolling region must be reachable by keyboard */}
        <div className="filter-classes" role="group" tabIndex={0} aria-label={t('customers.by_class')}>
          {classes.map((c) => (
            <button key={c.key} type="button" className="filter-class" aria-pressed={asked.includes(c.key)} onClick={() => onChange({ [`class.${key}`]: (asked.includes(c.key) ? asked.filter((k) => k !== c.key) : [...asked, c.key]).join(',') || undefined })}>
              <span className="grow">{f.label(c.label)}</span><span className="soft num">{f.integer(c.customers)}</span>
            </button>
          ))}
        </div>
      </div>
      <div className="field">
        <label htmlFor="filter-segment">{t('customers.by_segment')}</label>
        <Select id="filter-segment" allowClear value={search.segment} placeholder={t('rule.choose_segment')} onChange={(segment?: string) => onChange({ segment })} options={segments.map((s) => ({ value: s.key, label: `${f.label(s.label)} (${f.integer(s.size)})` }))} showSearch={{ optionFilterProp: 'label' }} />
      </div>
      <div className="field">
        <span className="field-name">{t('customers.by_rule')}</span>
        <RuleEditor state={rule} id="filter-rule" />
        <div className="row"><Button type="primary" size="small" disabled={!!rule.error || !rule.settled} onClick={() => { onChange({ rule: rule.text.trim() || undefined }); onDone() }}>{ready ? t('customers.apply_count', { count: total, n: f.integer(total) }) : t('common.apply')}</Button></div>
      </div>
    </div>
  )
}
