import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Modal } from 'antd'
import { useMemo, useRef, useState } from 'react'
import { findCustomers } from '@/api/queries'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { useDebounced } from '@/parts/hooks'
import { useProblemText } from '@/parts/States'
import { type Item, useDoable, useRecent, useRecords, useThings } from './things'

/** What is shown of what was typed, group by group: pages and people first, what is found least often last. */
const before = ['pages', 'settings', 'actions', 'businesses', 'segments']
const after = ['dashboards', 'views', 'classifications', 'classes', 'features', 'records', 'objects', 'questions', 'imports', 'members', 'tags', 'jobs', 'webhooks', 'tokens', 'merges', 'erasures']
const most = 6

/** One box over everything: pages, actions, what has a name, records and customers; with nothing typed, what was opened last. */
export default function Palette({ typed, onClose, onOther }: { typed: { current: string }; onClose: () => void; onOther: () => void }) {
  const f = useFormat()
  const { t } = f
  const navigate = useNavigate()
  const may = useMay()
  const problem = useProblemText()
  const [text, setText] = useState(() => typed.current)
  // how much of what was typed beside the box is in it
  const taken = useRef(text.length)
  const [at, setAt] = useState('')
  const wanted = text.trim()
  const q = useDebounced(wanted, 120)
  const found = useQuery(findCustomers(q))
  const doable = useDoable(onOther)
  const things = useThings(wanted !== '')
  const records = useRecords(wanted)
  const opened = useRecent(wanted === '')
  const list = useRef<HTMLDivElement>(null)

  const shown = useMemo((): Item[] => {
    const words = wanted.toLowerCase().split(/\s+/).filter(Boolean)
    if (!words.length) return [...opened, ...doable.filter((i) => i.group === 'pages' || (i.group === 'businesses' && i.id !== 'businesses-other'))]
    const hit = [...doable, ...things].filter((i) => words.every((w) => i.search.includes(w)))
    const few = (groups: string[]) => groups.flatMap((g) => (g === 'records' ? records : hit.filter((i) => i.group === g)).slice(0, most))
    // only people who answer to what is typed now, below the pages: nothing jumps under the hand that presses Enter
    const people = (found.isPlaceholderData || q !== wanted ? [] : (found.data?.items ?? [])).map((c): Item => ({
      id: c.id, group: 'customers', text: c.name ?? c.external_id ?? c.id, note: [c.phone && f.phone(c.phone), c.external_id].filter(Boolean).join(' · '), search: '',
      go: () => void navigate({ to: '/customers/$id', params: { id: c.id } }),
    }))
    return [...few(before), ...people, ...few(after)]
  }, [wanted, q, doable, things, records, opened, found.data, found.isPlaceholderData, navigate, f])

  // whoever moved to a line stays on it, also when others come in above
  const index = Math.max(0, shown.findIndex((i) => i.id === at))
  const choose = (item: Item | undefined) => {
    if (!item) return
    onClose()
    item.go()
  }
  const move = (by: number) => {
    const next = (index + by + shown.length) % Math.max(1, shown.length)
    setAt(shown[next]?.id ?? '')
    list.current?.querySelectorAll('[role=option]')[next]?.scrollIntoView({ block: 'nearest' })
  }
  return (
    <Modal open onCancel={onClose} footer={null} closable={false} width={620} styles={{ container: { padding: 0, overflow: 'hidden' }, body: { padding: 0 } }} style={{ top: 80 }} transitionName="" maskTransitionName="" title={<span className="sr">{t('shell.search')}</span>}>
      <input
        className="palette-input" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant={shown[index] ? `p-${shown[index].id}` : undefined}
        // a palette is opened to type into it
        autoFocus placeholder={t(may('personal:read') ? 'shell.palette_hint' : 'shell.palette_hint_masked')} aria-label={t('shell.search')} value={text}
        // what was typed while the focus was on its way, or went away and came back
        onFocus={() => {
          const early = typed.current.slice(taken.current)
          taken.current = typed.current.length
          if (early) setText((now) => now + early)
        }}
        onChange={(e) => { setText(e.target.value); setAt('') }}
        onKeyDown={(e) => {
          if (e.nativeEvent.isComposing) return
          if (e.key === 'ArrowDown') { e.preventDefault(); move(1) }
          if (e.key === 'ArrowUp') { e.preventDefault(); move(-1) }
          if (e.key === 'Enter') { e.preventDefault(); choose(shown[index]) }
        }}
      />
      <div className="palette-list" id="palette-list" role="listbox" aria-label={t('shell.results')} ref={list}>
        {shown.length === 0 && q === wanted && !found.isFetching && <p className="palette-group">{found.error ? problem(found.error) : t('shell.nothing_found')}</p>}
        {shown.map((item, i) => (
          <div key={item.id} role="presentation">
            {shown[i - 1]?.group !== item.group && <div className="palette-group" role="presentation">{t(`shell.palette_${item.group}`)}</div>}
            <div id={`p-${item.id}`} role="option" tabIndex={-1} aria-selected={i === index} className="palette-item" onMouseMove={() => setAt(item.id)} onClick={() => choose(item)} onKeyDown={() => {}}>
              <span className="clip grow">{item.text}</span>{item.note && <span className="soft nowrap">{item.note}</span>}
            </div>
          </div>
        ))}
      </div>
      <div className="palette-foot"><span><span className="kbd">↑↓</span> {t('shell.choose')}</span><span><span className="kbd">Enter</span> {t('shell.open')}</span><span><span className="kbd">Esc</span> {t('common.close')}</span></div>
    </Modal>
  )
}
