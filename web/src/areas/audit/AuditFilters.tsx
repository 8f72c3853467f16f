import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { DatePicker, Input, Select } from 'antd'
import dayjs from 'dayjs'
import { members } from '@/api/queries'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import type { AuditSearch } from '@/router'
import { actions } from './actions'
import { actionText } from './words'

/** By whom, what, to what, from when to when: all of it in the address. */
export function AuditFilters({ search, onChange }: { search: AuditSearch; onChange: (next: AuditSearch) => void }) {
  const { t } = useFormat()
  const may = useMay()
  const { data: people = [] } = useQuery({ ...members, enabled: may('members:manage') })
  const who = [...people.map((m) => ({ value: m.id, label: m.name })), ...['cli', 'server'].map((id) => ({ value: id, label: t(`audit.actor_${id}`) }))]
  // somebody who was taken out, from a link or a click in the log
  if (search.actor && !who.some((x) => x.value === search.actor)) who.push({ value: search.actor, label: search.actor })
  const about = (text: string) => { if ((text.trim() || undefined) !== search.about) onChange({ about: text.trim() || undefined }) }
  const what = actions.map((a) => ({ value: a, label: actionText(a, t) }))
  const when = (at: 'from' | 'to') => (
    <div className="field"><label htmlFor={`audit-${at}`}>{t(`audit.${at}`)}</label><DatePicker id={`audit-${at}`} value={search[at] ? dayjs(search[at]) : null} onChange={(d) => onChange({ [at]: d ? d.format('YYYY-MM-DD') : undefined })} format="YYYY-MM-DD" minDate={at === 'to' && search.from ? dayjs(search.from) : undefined} maxDate={at === 'from' && search.to ? dayjs(search.to) : dayjs()} placeholder={t('audit.any_day')} /></div>
  )
  return (
    <div className="audit-filters">
      <div className="field"><label htmlFor="audit-actor">{t('audit.who')}</label><Select id="audit-actor" allowClear value={search.actor} placeholder={t('audit.anybody')} onChange={(actor?: string) => onChange({ actor })} options={who} showSearch={{ optionFilterProp: 'label' }} /></div>
      <div className="field"><label htmlFor="audit-action">{t('audit.what')}</label><Select id="audit-action" allowClear value={search.action} placeholder={t('audit.anything')} onChange={(action?: string) => onChange({ action })} options={what} showSearch={{ optionFilterProp: 'label' }} /></div>
      <div className="field"><label htmlFor="audit-about">{t('audit.about')}</label><Input key={search.about ?? ''} id="audit-about" allowClear defaultValue={search.about} placeholder={t('audit.about_hint')} onBlur={(e) => about(e.target.value)} onPressEnter={(e) => about(e.currentTarget.value)} onClear={() => about('')} />{search.about?.startsWith('cus_') && <Link to="/customers/$id" params={{ id: search.about }} className="small">{t('audit.to_customer')}</Link>}</div>
      {when('from')}
      {when('to')}
    </div>
  )
}
