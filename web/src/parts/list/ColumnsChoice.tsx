import { Button, Checkbox, Input, Popover } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useFormat } from '@/parts/format'
import type { ColumnsProps } from './ColumnsPanel'
import './list.css'

/** Which columns a list shows, and in which order. `first`: those it has by itself. */
export default function ColumnsChoice({ value, onChange, all, name, first, foot }: ColumnsProps) {
  const { t } = useFormat()
  const [text, setText] = useState('')
  const q = text.trim().toLowerCase()
  const found = all.filter((x) => !q || x.search.includes(q))
  const groups = [...new Set(found.map((x) => x.group))]
  const toggle = (key: string) => onChange(value.includes(key) ? value.filter((k) => k !== key) : [...value, key])
  return (
    <Popover
      trigger="click" placement="bottomRight" defaultOpen
      content={
        <div className="columns-panel" role="dialog" aria-label={t('customers.columns')}>
          <Input allowClear size="small" aria-label={t('customers.find_column')} placeholder={t('customers.find_column')} value={text} onChange={(e) => setText(e.target.value)} />
          {/* a scrolling region must be reachable by keyboard */}
          <div className="columns-list" tabIndex={0} role="group" aria-label={t('customers.columns')}>
            {!q && value.length > 1 && <Order value={value} name={name} onChange={onChange} />}
            {groups.map((g) => (
              <div key={g ?? ''}>
                {g && <p className="columns-name">{g}</p>}
                {found.filter((x) => x.group === g).map((x) => <div key={x.key}><Checkbox checked={value.includes(x.key)} onChange={() => toggle(x.key)}>{name(x.key)}</Checkbox></div>)}
              </div>
            ))}
          </div>
          <div className="row"><Button size="small" onClick={() => onChange(first)}>{t('customers.reset_columns')}</Button><span className="grow" />{foot}</div>
        </div>
      }
    >
      <Button autoFocus>{t('customers.columns')} <span className="soft small">{value.length}</span></Button>
    </Popover>
  )
}

/** The columns shown from left to right, each of which can be moved. */
function Order({ value, name, onChange }: { value: string[]; name: (key: string) => string; onChange: (next: string[]) => void }) {
  const { t } = useFormat()
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
      <p className="columns-name">{t('customers.column_order')}</p>
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
