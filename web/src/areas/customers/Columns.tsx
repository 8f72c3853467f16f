import { useCallback } from 'react'
import { defaultColumns, handmade } from './asked'
import { AddField } from './FieldEdit'
import { useCatalog, useClassifications, useFormat } from '@/parts/format'
import { ColumnsPanel } from '@/parts/list/ColumnsPanel'

/** What a column is called. */
export function useColumnName() {
  const { t, label } = useFormat()
  const { byKey } = useCatalog()
  const classifications = useClassifications()
  return useCallback((key: string): string => {
    if (handmade.includes(key)) return t(`work.${key}`)
    if (key.startsWith('class.')) return label(classifications.find((c) => c.key === key.slice(6))?.label) || key.slice(6)
    return label(byKey.get(key)?.label) || key
  }, [t, label, byKey, classifications])
}

/** Which columns the list of customers shows, and in which order. */
export function Columns({ value, onChange }: { value: string[]; onChange: (next: string[]) => void }) {
  const { t } = useFormat()
  const { usable: list } = useCatalog()
  const classifications = useClassifications()
  const name = useColumnName()
  const all = [
    ...handmade.map((key) => ({ key, search: `${key} ${t(`work.${key}`)}`.toLowerCase(), group: t('work.by_hand') })),
    ...classifications.map((c) => ({ key: `class.${c.key}`, search: `${c.key} ${c.label.zh} ${c.label.en}`.toLowerCase(), group: t('rule.classes') })),
    ...list.map((x) => ({ key: x.key, search: `${x.key} ${x.label.zh} ${x.label.en}`.toLowerCase(), group: t(`features.group_${x.group}`) })),
  ]
  return <ColumnsPanel value={value} onChange={onChange} all={all} name={name} first={defaultColumns.split(',')} foot={<AddField onMade={(made) => onChange([...value, made.key])} />} />
}
