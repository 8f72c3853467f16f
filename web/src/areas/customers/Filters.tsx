import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Button, Drawer, Select } from 'antd'
import { useState } from 'react'
import { dataQuality } from '@/api/quality'
import { customers, segments as segmentsQuery } from '@/api/queries'
import { owners as ownersQuery, tags as tagsQuery } from '@/api/work'
import { useCatalog, useClassifications, useFormat } from '@/parts/format'
import { useDebounced } from '@/parts/hooks'
import { chosen as choices, none } from '@/parts/filters'
import { RuleEditor } from '@/parts/rule/RuleEditor'
import { useRule } from '@/parts/rule/useRule'
import { useAt } from '@/parts/useAt'

type Search = Record<string, string | undefined>
interface Props { search: Search; onChange: (next: Search) => void }

/** Narrow the list by class, by segment, or by any rule. */
export function Filters({ search, onChange }: Props) {
  const { t } = useFormat()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button data-testid="filters" onClick={() => setOpen(true)}>+ {t('customers.filter')}</Button>
      <Drawer open={open} onClose={() => setOpen(false)} size={600} title={t('customers.filter')} destroyOnHidden>
        <Panel search={search} onChange={onChange} onDone={() => setOpen(false)} />
      </Drawer>
    </>
  )
}

function Panel({ search, onChange, onDone }: Props & { onDone: () => void }) {
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
  const { columns: _columns, sort: _sort, view: _view, density: _density, facets: _facets, ...filters } = search
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

/** What narrows the list now, each with its own way out. */
export function ActiveFilters({ search, onChange }: Props) {
  const f = useFormat()
  const { t } = f
  const classifications = useClassifications()
  const { byKey } = useCatalog()
  const { data: segments = [] } = useQuery({ ...segmentsQuery(useAt()), enabled: !!(search.segment ?? search.entered ?? search.left) })
  const { data: tags = [] } = useQuery({ ...tagsQuery, enabled: !!search.tag })
  const { data: owners = [] } = useQuery({ ...ownersQuery, enabled: !!search.owner })
  const { data: { findings = [] } = {} } = useQuery({ ...dataQuality, enabled: !!search.finding })
  const tagName = (id: string): string => (id.startsWith('-') ? t('work.without', { name: tagName(id.slice(1)) }) : id === 'none' ? t('work.no_tags') : (tags.find((x) => x.id === id)?.name ?? id))
  const chips: [string, string][] = Object.entries(search).flatMap(([k, v]): [string, string][] => {
    if (!v) return []
    if (k.startsWith('class.')) {
      const c = classifications.find((x) => x.key === k.slice(6))
      const names = choices(v, (key) => !!c?.classes.some((x) => x.key === key)).map((key) => f.label(c?.classes.find((x) => x.key === key)?.label) || key)
      return [[k, `${f.label(c?.label) || k}: ${names.join(t('customers.either'))}`]]
    }
    if (k.startsWith('f.')) {
      const field = byKey.get(k.slice(2))
      const options = field?.value === 'bool' ? [{ key: 'true', name: t('common.yes') }, { key: 'false', name: t('common.no') }] : (field?.entry?.options ?? []).map((o) => ({ key: o.key, name: f.label(o.label) }))
      const names = choices(v, (key) => options.some((o) => o.key === key)).map((key) => options.find((o) => o.key === key)?.name ?? (key === none ? t('customers.not_filled') : key))
      return [[k, `${f.label(field?.label) || k.slice(2)}: ${names.join(t('customers.either'))}`]]
    }
    if (k.startsWith('was.')) {
      const c = classifications.find((x) => x.key === k.slice(4))
      const [class_, day] = v.split('@')
      return [[k, t('customers.was', { classification: f.label(c?.label) || k.slice(4), class: class_ === 'not.yet' ? t('customers.not_yet') : f.label(c?.classes.find((x) => x.key === class_)?.label) || class_, day })]]
    }
    if (k === 'segment') return [[k, `${t('rule.segment')}: ${f.label(segments.find((s) => s.key === v)?.label) || v}`]]
    if (k === 'entered' || k === 'left') {
      const [key_, day] = v.split('@')
      return [[k, t(`customers.${k}`, { segment: f.label(segments.find((s) => s.key === key_)?.label) || key_, day })]]
    }
    if (k === 'tag') return [[k, `${t('work.tags')}: ${v.split(',').map(tagName).join(t('customers.between'))}`]]
    if (k === 'owner') return [[k, `${t('work.owner')}: ${v.split(',').map((id) => (id === none ? t('work.nobody') : (owners.find((o) => o.id === id)?.name ?? id))).join(t('customers.either'))}`]]
    if (k === 'finding') return [[k, `${t('shell.quality')}: ${f.label(findings.find((x) => x.code === v)?.text) || v}`]]
    if (k === 'rule') return [[k, v]]
    return []
  })
  if (!chips.length) return null
  return (
    <div className="row">
      {chips.map(([k, text]) => <span className="chip on" key={k}><span className={`clip${k === 'rule' ? ' mono' : ''}`}>{text}</span><button type="button" aria-label={t('customers.remove_filter', { filter: text })} onClick={() => onChange({ [k]: undefined })}>×</button></span>)}
      {chips.length > 1 && <button type="button" className="linkish small" onClick={() => onChange(Object.fromEntries(chips.map(([k]) => [k, undefined])))}>{t('customers.clear')}</button>}
    </div>
  )
}
