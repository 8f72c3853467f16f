import { Link } from '@tanstack/react-router'
import type { FormField, RecordItem } from '@/api/types'
import { type Format, useFormat } from '@/parts/format'
import { holds, type Selection } from '@/parts/list/selection'
import { Lock } from '@/parts/Masked'
import { shownIn } from '@/parts/record/value'

interface Props { name: string; items: RecordItem[]; fields: FormField[]; sort?: string; onSort: (sort: string) => void; onOpen: (r: RecordItem) => void; selection?: Selection; onToggle: (id: string, through: boolean) => void; onPage: () => void }

const numeric = (x: FormField) => x.kind === 'number' || x.kind === 'money'

/** Records as a table: a row each, sorted by a click on a heading, selected by the box in front. */
export function RecordsTable({ name, items, fields, sort, onSort, onOpen, selection, onToggle, onPage }: Props) {
  const f = useFormat()
  const { t } = f
  const direction = (key: string) => (sort === key ? ('ascending' as const) : sort === `-${key}` ? ('descending' as const) : undefined)
  const every = !!selection && items.every((r) => holds(selection, r.id))
  const some = !!selection && items.some((r) => holds(selection, r.id))
  return (
    // a scrolling region must be reachable by keyboard
    <div className="scroll" role="group" tabIndex={0} aria-label={name}>
      <table className="data-table records-table">
        <thead>
          <tr>
            <th scope="col"><span className="name-cell">{selection && <input type="checkbox" aria-label={t('work.select_page')} checked={every} ref={(e) => { if (e) e.indeterminate = some && !every }} onChange={onPage} />}#</span></th>
            {fields.map((x) => <th key={x.key} scope="col" aria-sort={direction(x.key)} className={numeric(x) ? 'num' : undefined}><button type="button" className="sort" onClick={() => onSort(direction(x.key) === 'descending' ? x.key : `-${x.key}`)}>{f.label(x.label)}<span aria-hidden="true">{direction(x.key) === 'ascending' ? '↑' : direction(x.key) === 'descending' ? '↓' : ''}</span></button></th>)}
          </tr>
        </thead>
        <tbody>
          {items.map((r) => (
            <tr key={r.id} className={selection && holds(selection, r.id) ? 'picked' : undefined}>
              <th scope="row"><span className="name-cell">{selection && <input type="checkbox" aria-label={t('work.select_one', { name: `#${r.number}` })} checked={holds(selection, r.id)} onClick={(e) => onToggle(r.id, e.shiftKey)} onChange={() => undefined} />}<button type="button" className="linkish" aria-label={t('records.open_n', { n: r.number })} onClick={() => onOpen(r)}>{r.number}</button></span></th>
              {fields.map((x) => <td key={x.key} className={numeric(x) ? 'num' : undefined}><RecordCell record={r} field={x} f={f} /></td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** One value, with the way to the customer it names, and a lock where it is hidden. */
function RecordCell({ record: r, field: x, f }: { record: RecordItem; field: FormField; f: Format }) {
  const value = r.values[x.key]
  if (x.kind === 'customer' && value?.type === 'text') return <Link to="/customers/$id" params={{ id: value.value }}>{shownIn(r, x, f)}</Link>
  return <>{value || !r.masked.includes(x.key) ? shownIn(r, x, f) : ''}{r.masked.includes(x.key) && <> <Lock whole={!value} /></>}</>
}

/** The same on a phone: a card each, that opens or, where somebody picks, is picked. */
export function RecordCards({ items, fields, onOpen, selection, onToggle }: { items: RecordItem[]; fields: FormField[]; onOpen: (r: RecordItem) => void; selection?: Selection; onToggle: (id: string) => void }) {
  const f = useFormat()
  return (
    <div className="stack cards">
      {items.map((r) => {
        const lines = fields.filter((x) => r.values[x.key] || r.masked.includes(x.key)).slice(0, 6).map((x) => <span className="person-line small" key={x.key}><span className="soft">{f.label(x.label)}</span><span>{r.values[x.key] ? shownIn(r, x, f) : <Lock whole />}</span></span>)
        if (!selection) return <button type="button" key={r.id} className="card record-card" onClick={() => onOpen(r)} aria-label={f.t('records.open_n', { n: r.number })}>{lines}</button>
        return (
          <label key={r.id} className="card record-card pickable">
            <input type="checkbox" aria-label={f.t('work.select_one', { name: `#${r.number}` })} checked={holds(selection, r.id)} onChange={() => onToggle(r.id)} />
            {lines}
          </label>
        )
      })}
    </div>
  )
}
