import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { dataQuality } from '@/api/quality'
import { segments as segmentsQuery } from '@/api/queries'
import { owners as ownersQuery, tags as tagsQuery } from '@/api/work'
import { useCatalog, useClassifications, useFormat } from '@/parts/format'
import { chosen as choices, none } from '@/parts/filters'
import { Drawer } from '@/parts/opened'
import { Loading } from '@/parts/States'
import { useAt } from '@/parts/useAt'

const FilterPanel = lazy(() => import('./FilterPanel'))

type Search = Record<string, string | undefined>
export interface Narrowing { search: Search; onChange: (next: Search) => void }

/** Narrow the list by class, by segment, or by any rule. */
export function Filters({ search, onChange }: Narrowing) {
  const { t } = useFormat()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button data-testid="filters" onClick={() => setOpen(true)}>+ {t('customers.filter')}</Button>
      <Drawer open={open} onClose={() => setOpen(false)} size={600} title={t('customers.filter')} destroyOnHidden>
        <Suspense fallback={<Loading lines={8} />}><FilterPanel search={search} onChange={onChange} onDone={() => setOpen(false)} /></Suspense>
      </Drawer>
    </>
  )
}

/** What narrows the list now, each with its own way out. */
export function ActiveFilters({ search, onChange }: Narrowing) {
  const f = useFormat()
  const { t } = f
  const classifications = useClassifications()
  const { byKey } = useCatalog()
  const { data: segments = [] } = useQuery({ ...segmentsQuery(useAt()), enabled: !!(search.segment ?? search.entered ?? search.left) })
  const { data: tags = [] } = useQuery({ ...tagsQuery, enabled: !!search.tag })
  const { data: owners = [] } = useQuery({ ...ownersQuery, enabled: !!search.owner })
  const { data: { findings = [] } = {} } = useQuery({ ...dataQuality, enabled: !!search.finding })
  // names that are on their way
  const unnamed = (key: string) => (classifications.length ? key : '…')
  const tagName = (id: string): string => (id.startsWith('-') ? t('work.without', { name: tagName(id.slice(1)) }) : id === 'none' ? t('work.no_tags') : (tags.find((x) => x.id === id)?.name ?? id))
  const chips: [string, string][] = Object.entries(search).flatMap(([k, v]): [string, string][] => {
    if (!v) return []
    if (k.startsWith('class.')) {
      const c = classifications.find((x) => x.key === k.slice(6))
      const names = choices(v, (key) => !!c?.classes.some((x) => x.key === key)).map((key) => f.label(c?.classes.find((x) => x.key === key)?.label) || unnamed(key))
      return [[k, `${f.label(c?.label) || unnamed(k)}: ${names.join(t('customers.either'))}`]]
    }
    if (k.startsWith('f.')) {
      const field = byKey.get(k.slice(2))
      const options = field?.value === 'bool' ? [{ key: 'true', name: t('common.yes') }, { key: 'false', name: t('common.no') }] : (field?.entry?.options ?? []).map((o) => ({ key: o.key, name: f.label(o.label) }))
      const names = choices(v, (key) => options.some((o) => o.key === key)).map((key) => options.find((o) => o.key === key)?.name ?? (key === none ? t('customers.not_filled') : key))
      return [[k, `${f.label(field?.label) || unnamed(k.slice(2))}: ${names.join(t('customers.either'))}`]]
    }
    if (k.startsWith('was.')) {
      const c = classifications.find((x) => x.key === k.slice(4))
      const [class_, day] = v.split('@')
      return [[k, t('customers.was', { classification: f.label(c?.label) || unnamed(k.slice(4)), class: class_ === 'not.yet' ? t('customers.not_yet') : f.label(c?.classes.find((x) => x.key === class_)?.label) || unnamed(class_ ?? ''), day })]]
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
