import { useQuery } from '@tanstack/react-query'
import { Button, DatePicker, Select } from 'antd'
import dayjs from 'dayjs'
import { segments as segmentsQuery } from '@/api/queries'
import { owners as ownersQuery, tags as tagsQuery } from '@/api/work'
import { useClassifications, useFormat } from '@/parts/format'
import { toast } from '@/parts/toast'
import { useAt } from '@/parts/useAt'
import { filterOf } from './model'

type Search = Record<string, string | undefined>
interface Props { search: Search; asOf?: string; onChange: (next: Search) => void; onFull?: () => void }

/** What narrows the whole dashboard, all of it in the address. */
export function FilterBar({ search, asOf, onChange, onFull }: Props) {
  const f = useFormat()
  const { t } = f
  const classifications = useClassifications()
  const { data: segments = [] } = useQuery(segmentsQuery(useAt()))
  const { data: owners = [] } = useQuery(ownersQuery)
  const { data: tags = [] } = useQuery(tagsQuery)
  const chosen = filterOf(search)
  const classes = Object.entries(chosen).filter(([k]) => k.startsWith('class.')).map(([k, v]) => `${k}=${v}`)
  const options = classifications.map((c) => ({ label: f.label(c.label), title: f.label(c.label), options: c.classes.map((k) => ({ value: `class.${c.key}=${k.key}`, label: f.label(k.label) })) }))
  const setClasses = (next: string[]) => {
    const gone = Object.fromEntries(Object.keys(chosen).filter((k) => k.startsWith('class.')).map((k) => [k, undefined]))
    // of one classification the class chosen last counts
    onChange({ ...gone, ...Object.fromEntries(next.map((x) => { const at = x.indexOf('='); return [x.slice(0, at), x.slice(at + 1)] })) })
  }
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(location.href)
      toast.ok(t('common.copied'))
    } catch {
      toast.bad(t('work.not_copied'))
    }
  }
  return (
    <div className="dash-filters" role="group" aria-label={t('dashboards.filters')}>
      <Select size="small" className="dash-select" allowClear aria-label={t('dashboards.segment')} placeholder={t('dashboards.segment')} value={search.segment} onChange={(segment?: string) => onChange({ segment })} options={segments.map((s) => ({ value: s.key, label: f.label(s.label) }))} popupMatchSelectWidth={false} showSearch={{ optionFilterProp: 'label' }} />
      <Select size="small" className="dash-select" mode="multiple" maxTagCount="responsive" aria-label={t('dashboards.class')} placeholder={t('dashboards.class')} value={classes} onChange={setClasses} options={options} popupMatchSelectWidth={false} showSearch={{ optionFilterProp: 'label' }} />
      <Select size="small" className="dash-select" allowClear aria-label={t('dashboards.owner')} placeholder={t('dashboards.owner')} value={search.owner} onChange={(owner?: string) => onChange({ owner })} options={[...owners.map((o) => ({ value: o.id, label: o.name })), { value: 'none', label: t('dashboards.no_owner') }]} popupMatchSelectWidth={false} />
      <Select size="small" className="dash-select" allowClear aria-label={t('dashboards.tag')} placeholder={t('dashboards.tag')} value={search.tag} onChange={(tag?: string) => onChange({ tag })} options={tags.map((x) => ({ value: x.id, label: x.name }))} popupMatchSelectWidth={false} showSearch={{ optionFilterProp: 'label' }} />
      <DatePicker size="small" aria-label={t('dashboards.compare')} placeholder={t('dashboards.compare')} value={search.compare ? dayjs(search.compare) : null} maxDate={asOf ? dayjs(asOf).subtract(1, 'day') : dayjs()} onChange={(d) => onChange({ compare: d?.format('YYYY-MM-DD') })} />
      {search.rule && <span className="dash-chip"><code className="clip">{search.rule}</code><button type="button" className="linkish" aria-label={t('dashboards.drop_rule')} onClick={() => onChange({ rule: undefined })}>✕</button></span>}
      {(Object.keys(chosen).length > 0 || search.compare) && <button type="button" className="linkish small" onClick={() => onChange({ ...Object.fromEntries(Object.keys(chosen).map((k) => [k, undefined])), compare: undefined })}>{t('dashboards.clear')}</button>}
      <span className="grow" />
      <Button size="small" onClick={() => void copy()}>{t('dashboards.copy_link')}</Button>
      {onFull && <Button size="small" onClick={onFull}>{t('dashboards.full')}</Button>}
    </div>
  )
}
