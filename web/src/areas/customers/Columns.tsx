import { Button, Checkbox, Input, Popover } from 'antd'
import { useCallback, useEffect, useRef, useState } from 'react'
import { defaultColumns, handmade } from './asked'
import { AddField } from './FieldEdit'
import { useCatalog, useClassifications, useFormat } from '@/parts/format'

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

/** Which columns the list shows, and in which order. */
export function Columns({ value, onChange }: { value: string[]; onChange: (next: string[]) => void }) {
  const f = useFormat()
  const { t } = f
  const { usable: list } = useCatalog()
  const classifications = useClassifications()
  const name = useColumnName()
  const [text, setText] = useState('')
  const q = text.trim().toLowerCase()
  const all = [
    ...handmade.map((key) => ({ key, search: `${key} ${t(`work.${key}`)}`.toLowerCase(), group: t('work.by_hand') })),
    ...classifications.map((c) => ({ key: `class.${c.key}`, search: `${c.key} ${c.label.zh} ${c.label.en}`.toLowerCase(), group: t('rule.classes') })),
    ...list.map((x) => ({ key: x.key, search: `${x.key} ${x.label.zh} ${x.label.en}`.toLowerCase(), group: t(`features.group_${x.group}`) })),
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
            {!q && value.length > 1 && <Order value={value} onChange={onChange} />}
            {groups.map((g) => (
              <div key={g}>
                <h3>{g}</h3>
                {all.filter((x) => x.group === g).map((x) => <div key={x.key}><Checkbox checked={value.includes(x.key)} onChange={() => toggle(x.key)}>{name(x.key)}</Checkbox></div>)}
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

/** The columns shown from left to right, each of which can be moved. */
function Order({ value, onChange }: { value: string[]; onChange: (next: string[]) => void }) {
  const { t } = useFormat()
  const name = useColumnName()
  const box = useRef<HTMLOListElement>(null)
  const moved = useRef<{ key: string; by: number } | null>(null)
  useEffect(() => {
    // a row that moves takes the focus along, so that the same key moves it on; at the end the way back has it
    const now = moved.current
    moved.current = null
    if (!now) return
    const buttons = [...(box.current?.querySelectorAll<HTMLButtonElement>(`[data-column="${CSS.escape(now.key)}"] button`) ?? [])]
    const same = buttons[now.by < 0 ? 0 : 1]
    ;(same?.disabled ? buttons.find((b) => !b.disabled) : same)?.focus()
  }, [value])
  const move = (key: string, by: number) => {
    const at = value.indexOf(key)
    const next = [...value]
    next.splice(at + by, 0, ...next.splice(at, 1))
    moved.current = { key, by }
    onChange(next)
  }
  return (
    <>
      <h3>{t('customers.column_order')}</h3>
      <ol className="columns-order" ref={box} data-testid="column-order">
        {value.map((key, i) => (
          <li key={key} data-column={key}>
            <span className="grow clip">{name(key)}</span>
            <button type="button" className="linkish" disabled={i === 0} aria-label={t('customers.column_earlier', { name: name(key) })} title={t('customers.column_earlier', { name: name(key) })} onClick={() => move(key, -1)}>↑</button>
            <button type="button" className="linkish" disabled={i === value.length - 1} aria-label={t('customers.column_later', { name: name(key) })} title={t('customers.column_later', { name: name(key) })} onClick={() => move(key, 1)}>↓</button>
          </li>
        ))}
      </ol>
    </>
  )
}
