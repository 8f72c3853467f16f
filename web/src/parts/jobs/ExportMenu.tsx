import { Button } from 'antd'
import type { AsOf } from '@/api/queries'
import type { ExportForm } from '@/api/types'
import { useMay } from '../access'
import { useFormat } from '../format'
import { usePhone } from '../hooks'
import { Pop } from '../Pop'
import { orderOf, type Picked, useExport } from './exports'

const formats = ['xlsx', 'csv', 'parquet'] as const
type Query = Record<string, string | undefined>

/** The list, or those picked of it, as it is shown or with everything there is, in any format. `object`: the records it lists, if it is no list of customers; `none`: nobody is on it. */
export function ExportMenu({ shown, everything, picked, object, none }: { shown: Query; everything: Query; picked?: Picked; object?: string; none?: boolean }) {
  const { t, lang } = useFormat()
  const may = useMay()
  const phone = usePhone()
  const { start, busy } = useExport()
  if (!may('export:take')) return null
  const name = picked ? 'work.export' : 'customers.export'
  if (none) return <Nothing name={t(name)} />
  const go = (close: () => void, query: Query, format: ExportForm['format']) => {
    close()
    void start({ ...orderOf(query, format, lang, picked), object })
  }
  return (
    <Pop className="pop-button" label={t(name)} button={t(name)} align={phone ? 'left' : 'right'} testid={picked ? 'export-picked' : 'export'}>
      {(close) => (
        <div className="menu">
          {formats.map((format) => <button key={format} type="button" disabled={busy} onClick={() => go(close, shown, format)}>{t('customers.export_shown', { format: nameOf(format) })}</button>)}
          {formats.map((format) => <button key={`all-${format}`} type="button" disabled={busy} onClick={() => go(close, everything, format)}>{t('customers.export_all', { format: nameOf(format) })}</button>)}
        </div>
      )}
    </Pop>
  )
}

const nameOf = (format: (typeof formats)[number]) => (format === 'parquet' ? 'Parquet' : format.toUpperCase())

/** Where there is nobody to export: a button that says so. */
function Nothing({ name }: { name: string }) {
  const { t } = useFormat()
  return <Button disabled title={t('customers.export_none')} aria-description={t('customers.export_none')}>{name}</Button>
}

/** Everything about one segment's members as a workbook. */
export function ExportSegment({ segment, at, link, none }: { segment: string; at: AsOf; link?: boolean; none?: boolean }) {
  const { t, lang } = useFormat()
  const may = useMay()
  const { start, busy } = useExport()
  if (!may('export:take')) return null
  const go = () => void start(orderOf({ ...at, segment }, 'xlsx', lang))
  if (link) return <button type="button" className="linkish" disabled={busy || none} title={none ? t('customers.export_none') : undefined} onClick={go}>{t('segments.export')}</button>
  if (none) return <Nothing name={t('segments.export')} />
  return <Button loading={busy} onClick={go}>{t('segments.export')}</Button>
}
