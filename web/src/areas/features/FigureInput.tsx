import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { InputNumber, Select } from 'antd'
import { objects } from '@/api/objects'
import type { CustomObject, EntryKind, RecordFigure, RecordStat } from '@/api/types'
import { useFormat } from '@/parts/format'
import { Loading } from '@/parts/States'

const stats: RecordStat[] = ['count', 'sum', 'average', 'least', 'greatest', 'first', 'last']

/** May this be reckoned of a field of this kind, or of the records themselves? */
export function fits(stat: RecordStat, of: EntryKind | null): boolean {
  if (stat === 'count') return true
  if (stat === 'sum' || stat === 'average') return of === 'number' || of === 'money'
  if (stat === 'least' || stat === 'greatest') return of === 'number' || of === 'money' || of === 'day'
  return of !== 'long_text' && of !== 'customer'
}

export const fieldsOf = (o: CustomObject | undefined) => (o?.sections ?? []).flatMap((s) => s.fields)
const aboutCustomers = (o: CustomObject) => fieldsOf(o).some((x) => x.kind === 'customer')

/** What the records of a customer come to: of which kind of record, what, of which field, looking back how far. */
export function FigureInput({ value, fixed, onChange }: { value: RecordFigure; fixed: boolean; onChange: (next: RecordFigure) => void }) {
  const f = useFormat()
  const { t } = f
  const { data, isPending } = useQuery(objects)
  if (isPending) return <Loading lines={3} />
  const all = (data ?? []).filter(aboutCustomers)
  const object = all.find((o) => o.id === value.object)
  const kindOf = (key: string | null | undefined) => fieldsOf(object).find((x) => x.key === key)?.kind ?? null
  const fields = fieldsOf(object).filter((x) => fits(value.stat, x.kind) && x.kind !== 'customer')
  const ofRecords = fits(value.stat, null)
  if (all.length === 0) return <p className="soft">{t('features.records_none')} <Link to="/objects">{t('shell.objects')}</Link></p>
  return (
    <div className="form-grid">
      <div className="two">
        <div className="field"><label htmlFor="figure-object">{t('features.records_of')}</label><Select id="figure-object" disabled={fixed} value={value.object || undefined} onChange={(id: string) => onChange({ object: id, stat: value.stat, days: value.days })} options={all.map((o) => ({ value: o.id, label: f.label(o.label) }))} /></div>
        <div className="field"><label htmlFor="figure-stat">{t('features.records_stat')}</label><Select id="figure-stat" value={value.stat} onChange={(stat: RecordStat) => onChange({ ...value, stat, field: value.field && fits(stat, kindOf(value.field)) ? value.field : undefined })} options={stats.map((s) => ({ value: s, label: t(`features.stat_${s}`) }))} /></div>
      </div>
      <div className="two">
        <div className="field"><label htmlFor="figure-field">{t('features.records_field')}</label><Select id="figure-field" disabled={!object} value={value.field ?? (ofRecords ? '' : undefined)} onChange={(field: string) => onChange({ ...value, field: field || undefined })} options={[...(ofRecords ? [{ value: '', label: t(value.stat === 'count' ? 'features.records_all' : 'features.records_day') }] : []), ...fields.map((x) => ({ value: x.key, label: f.label(x.label) }))]} /></div>
        <div className="field"><label htmlFor="figure-days">{t('features.records_days')}</label><InputNumber<number> id="figure-days" className="full" min={1} max={3660} precision={0} changeOnWheel={false} placeholder={t('features.records_ever')} value={value.days ?? null} onChange={(days) => onChange({ ...value, days: days ?? undefined })} /></div>
      </div>
      <p className="soft small">{t('features.records_note')}</p>
    </div>
  )
}
