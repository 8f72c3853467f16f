import { Button, Checkbox, Input, Popover } from 'antd'
import { useState } from 'react'
import { defaultColumns, handmade } from './asked'
import { AddField } from './FieldEdit'
import { useCatalog, useClassifications, useFormat } from '@/parts/format'

/** Which columns the list shows, in the order they were ticked. */
export function Columns({ value, onChange }: { value: string[]; onChange: (next: string[]) => void }) {
  const f = useFormat()
  const { t } = f
  const { usable: list } = useCatalog()
  const classifications = useClassifications()
  const [text, setText] = useState('')
  const q = text.trim().toLowerCase()
  const all = [
    ...handmade.map((key) => ({ key, name: t(`work.${key}`), search: `${key} ${t(`work.${key}`)}`.toLowerCase(), group: t('work.by_hand') })),
    ...classifications.map((c) => ({ key: `class.${c.key}`, name: f.label(c.label), search: `${c.key} ${c.label.zh} ${c.label.en}`.toLowerCase(), group: t('rule.classes') })),
    ...list.map((x) => ({ key: x.key, name: f.label(x.label), search: `${x.key} ${x.label.zh} ${x.label.en}`.toLowerCase(), group: t(`features.group_${x.group}`) })),
  ].filter((x) => !q || x.search.includes(q))
  const groups = [...new Set(all.map((x) => x.group))]
  const toggle = (key: string) => onChange(value.includes(key) ? value.filter((k) => k !== key) : [...value, key])
  return (
    <Popover
      trigger="click" placement="bottomRight"
      content={
        <div className="columns-panel">
          <Input allowClear size="small" aria-label={t('customers.find_column')} placeholder={t('customers.find_column')} value={text} onChange={(e) => setText(e.target.value)} />
          {/* a scrolling region must be reachable by keyboard */}
          <div className="columns-list" tabIndex={0} role="group" aria-label={t('customers.columns')}>
            {groups.map((g) => (
              <div key={g}>
                <h3>{g}</h3>
                {all.filter((x) => x.group === g).map((x) => <div key={x.key}><Checkbox checked={value.includes(x.key)} onChange={() => toggle(x.key)}>{x.name}</Checkbox></div>)}
              </div>
            ))}
          </div>
          <div className="row"><Button size="small" onClick={() => onChange(defaultColumns.split(','))}>{t('customers.reset_columns')}</Button><span className="grow" /><AddField onMade={(made) => onChange([...value, made.key])} /></div>
        </div>
      }
    >
      <Button>{t('customers.columns')} <span className="soft small">{value.length}</span></Button>
    </Popover>
  )
}
