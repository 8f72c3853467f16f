import { Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { CustomerItem, Feature, Value } from '@/api/types'
import { type Format, useCatalog, useTextLabel } from '@/parts/format'
import { withKey } from '@/parts/hooks'
import { Contact } from '@/parts/Masked'
import { PenIcon } from '@/parts/icons'
import { toast } from '@/parts/toast'
import { handmade } from './asked'
import { useColumnName } from './Columns'
import { FieldValue, useFieldLock } from './FieldEdit'
import { useNameLock } from './NamePen'
import { holds, type Selection } from '@/parts/list/selection'
import { TagChip } from './TagChip'

const NameEdit = lazy(() => import('./NameEdit'))

export const nameOf = (c: { id: string; name?: string | null; external_id?: string | null }) => c.name ?? c.external_id ?? c.id

/** How to reach somebody. A company is reached through its contacts; who they are stands on its page. */
function contactOf(c: CustomerItem, f: Format) {
  if (c.phone || c.email) return <Contact phone={c.phone} email={c.phone ? null : c.email} />
  const n = c.values.contacts
  return n?.type === 'int' && n.value > 0 ? f.t('customers.contacts_n', { count: n.value }) : '—'
}

/** Everything but tags, of which a customer may have several. */
export const sortable = (key: string) => key !== 'tags'

interface Props { items: CustomerItem[]; columns: string[]; sort: string; at: number; stale: boolean; onSort: (sort: string | undefined) => void; onAt: (index: number) => void; f: Format; dense?: boolean; selection?: Selection; onToggle?: (id: string, through: boolean) => void; onPage?: () => void; editing?: string | null; onEdit?: (id: string | null) => void; onTags?: (c: CustomerItem) => void; onOwner?: (c: CustomerItem) => void }

/** A plain table: first column and header stay in sight, columns sort by a click on their name. */
export function CustomersTable({ items, columns, sort, at, stale, onSort, onAt, f, dense, selection, onToggle, onPage, editing, onEdit, onTags, onOwner }: Props) {
  const nameLock = useNameLock()
  const every = !!selection && items.every((c) => holds(selection, c.id))
  const some = !!selection && items.some((c) => holds(selection, c.id))
  const { byKey, byHand } = useCatalog()
  const title = useColumnName()
  const heads = columns.map((key) => {
    // names begin at the beginning, figures with the largest
    if (handmade.includes(key) || key.startsWith('class.')) return { key, title: title(key), number: false, sorts: sortable(key), first: '' }
    const feature = byKey.get(key)
    return { key, title: title(key), number: feature ? !['text', 'bool', 'day'].includes(feature.value) : true, sorts: true, first: '-' }
  })
  const named = useTextLabel()
  const lock = useFieldLock()
  const own = (key: string): Feature | undefined => { return onEdit && byHand[key] ? byKey.get(key) : undefined }
  const shown = (key: string, value: Value | undefined) => (value && named(key, value)) ?? f.value(value, byKey.get(key)?.unit)
  // a value that cannot be edited says why, at a glance and when somebody tries
  const locked = (key: string) => {
    const why = onEdit && !handmade.includes(key) ? (key === 'contact' ? f.t('fields.locked_contact') : lock(key)) : null
    return why ? { title: why, onDoubleClick: () => toast.bad(why) } : {}
  }
  const pen = (c: CustomerItem, field: string, go?: (c: CustomerItem) => void) => go && <button type="button" className="cell-pen" aria-label={f.t('fields.edit_of', { field, name: nameOf(c) })} title={f.t('fields.edit')} onClick={(e) => { e.stopPropagation(); go(c) }}><PenIcon /></button>
  const direction = (key: string) => (sort === key ? ('ascending' as const) : sort === `-${key}` ? ('descending' as const) : undefined)
  return (
    // a scrolling region must be reachable by keyboard
    <div className={`list-box${stale ? ' stale' : ''}${dense ? ' dense' : ''}`} role="group" tabIndex={0} aria-label={f.t('customers.title')}>
      <table className="list">
        <thead>
          <tr>
            <th scope="col"><span className="name-cell">{selection && <input type="checkbox" aria-label={f.t('work.select_page')} checked={every} ref={(e) => { if (e) e.indeterminate = some && !every }} onChange={onPage} />}{f.t('customers.customer')}</span></th>
            <th scope="col">{f.t('customers.phone')}</th>
            {heads.map((h) => (
              <th key={h.key} scope="col" className={h.number ? 'num' : undefined} aria-sort={direction(h.key)}>
                {h.sorts ? (
                  <button type="button" className="sort" onClick={() => onSort(sort === h.first + h.key ? (h.first ? h.key : `-${h.key}`) : h.first + h.key)}>
                    {h.title}<span aria-hidden="true">{direction(h.key) === 'ascending' ? '↑' : direction(h.key) === 'descending' ? '↓' : ''}</span>
                  </button>
                ) : h.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((c, i) => (
            // the name in the first cell is the keyboard's way in; a click anywhere is a shortcut for the mouse
            <tr key={c.id} data-row-key={c.id} className={`${i === at ? 'at' : ''}${selection && holds(selection, c.id) ? ' picked' : ''}`} onClick={() => onAt(i)} onKeyDown={undefined}>
              <th scope="row" title={onEdit && nameLock ? nameLock : undefined}>
                <span className="name-cell">
                  {selection && <input type="checkbox" aria-label={f.t('work.select_one', { name: nameOf(c) })} checked={holds(selection, c.id)} onClick={(e) => { e.stopPropagation(); onToggle?.(c.id, e.shiftKey) }} onChange={() => undefined} />}
                  {editing === c.id && onEdit
                    ? <Suspense fallback={nameOf(c)}><NameEdit id={c.id} name={c.name ?? ''} onClose={() => onEdit(null)} /></Suspense>
                    : <Link to="/customers/$id" params={{ id: c.id }} onClick={(e) => e.stopPropagation()}>{nameOf(c)}</Link>}
                  {c.name && c.external_id && <span className="soft small">{c.external_id}</span>}
                  {onEdit && !nameLock && editing !== c.id && <button type="button" className="cell-pen" aria-label={f.t('work.edit_name_of', { name: nameOf(c) })} title={withKey(f.t('work.edit_name'), 'E')} onClick={(e) => { e.stopPropagation(); onEdit(c.id) }}><PenIcon /></button>}
                </span>
              </th>
              <td {...locked('contact')}>{contactOf(c, f)}</td>
              {heads.map((h) => (
                <td key={h.key} className={h.number ? 'num' : undefined} {...locked(h.key)}>
                  {h.key === 'tags' ? <span className="tags-cell">{c.tags.slice(0, 3).map((x) => <TagChip key={x.id} tag={x} />)}{c.tags.length > 3 && <span className="soft small" title={c.tags.slice(3).map((x) => x.name).join(f.t('customers.between'))}>+{c.tags.length - 3}</span>}{pen(c, h.title, onTags)}</span>
                    : h.key === 'owner' ? <span className="field-cell"><span>{c.owner?.name ?? '—'}</span>{pen(c, h.title, onOwner)}</span>
                    : h.key.startsWith('class.') ? (c.classes[h.key.slice(6)] ? <span className="chip">{f.label(c.classes[h.key.slice(6)]?.label)}</span> : '—') : own(h.key) ? <FieldValue id={c.id} name={nameOf(c)} feature={own(h.key) as Feature} value={c.values[h.key]} shown={shown(h.key, c.values[h.key])} /> : shown(h.key, c.values[h.key])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
