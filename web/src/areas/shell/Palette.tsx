import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Modal } from 'antd'
import { useMemo, useRef, useState } from 'react'
import { BASE } from '@/api/base'
import { ownBusinesses } from '@/api/businesses'
import { findCustomers, segments } from '@/api/queries'
import { useMay } from '@/parts/access'
import { useCatalog, useClassifications, useFormat } from '@/parts/format'
import { useDebounced } from '@/parts/hooks'
import { useProblemText } from '@/parts/States'
import { useAt } from '@/parts/useAt'
import { letterOf, useNew, usePlaces } from './places'

interface Item { id: string; group: string; text: string; note?: string; search: string; go: () => void }

/** One box over pages, classifications, classes, segments, features and customers. */
export default function Palette({ typed, onClose, onOther }: { typed: { current: string }; onClose: () => void; onOther: () => void }) {
  const f = useFormat()
  const { t, label } = f
  const navigate = useNavigate()
  const may = useMay()
  const problem = useProblemText()
  const places = usePlaces()
  const makes = useNew()
  const [text, setText] = useState(() => typed.current)
  const [at, setAt] = useState(0)
  const q = useDebounced(text.trim(), 120)
  const found = useQuery(findCustomers(q))
  const { data: allSegments } = useQuery(segments(useAt()))
  const { list: features } = useCatalog()
  const classifications = useClassifications()
  const { data: mine } = useQuery(ownBusinesses)
  const list = useRef<HTMLDivElement>(null)

  const fixed = useMemo((): Item[] => {
    const item = (group: string, id: string, name: string, note: string, go: () => void, more = ''): Item => ({ id: `${group}-${id}`, group, text: name, note, search: `${name} ${note} ${id} ${more}`.toLowerCase(), go })
    return [
      ...places.map((p) => item('pages', p.key, t(`shell.${p.key}`), letterOf(p) ? `G ${letterOf(p)}` : '', () => void navigate({ to: p.to }), p.to)),
      item('pages', 'settings', t('settings.title'), '', () => void navigate({ to: '/settings' }), '/settings'),
      ...(may('settings:write') && !BASE ? [item('pages', 'businesses', t('businesses.title'), '', () => void navigate({ to: '/settings/businesses' }), '/settings/businesses')] : []),
      ...(may('definitions:write') ? [
        item('pages', 'new-classification', t('classification.new'), '', () => void navigate({ to: '/classification/new' })),
      ] : []),
      ...makes.map((n) => item('pages', n.key, t(n.key), n.key === 'shell.new_segment' ? 'C' : '', n.go)),
      ...(mine ?? []).filter((b) => !b.here).map((b) => item('businesses', b.path, b.name, b.path || '/', () => window.location.assign(`${b.path}/`))),
      item('businesses', 'other', t('shell.other_business'), '', onOther),
      ...(allSegments ?? []).map((s) => item('segments', s.key, label(s.label), f.integer(s.size), () => void navigate({ to: '/segments/$key', params: { key: s.key } }), `${s.label.zh} ${s.label.en}`)),
      ...classifications.map((c) => item('classifications', c.key, label(c.label), c.key, () => void navigate({ to: '/classifications/$key', params: { key: c.key } }), `${c.label.zh} ${c.label.en}`)),
      ...classifications.flatMap((c) => c.classes.map((k) => item('classes', `${c.key}.${k.key}`, label(k.label), `${label(c.label)} · ${f.integer(k.customers)}`, () => void navigate({ to: '/customers', search: { [`class.${c.key}`]: k.key } as never }), `${k.label.zh} ${k.label.en}`))),
      ...features.map((x) => item('features', x.key, label(x.label), x.key, () => void navigate({ to: '/features', search: { open: x.key, q: undefined } }), `${x.label.zh} ${x.label.en}`)),
    ]
  }, [t, label, f, navigate, may, places, makes, mine, onOther, allSegments, classifications, features])

  const shown = useMemo((): Item[] => {
    const words = text.toLowerCase().trim().split(/\s+/).filter(Boolean)
    if (!words.length) return fixed.filter((i) => i.group === 'pages' || (i.group === 'businesses' && i.id !== 'businesses-other'))
    const hit = fixed.filter((i) => words.every((w) => i.search.includes(w)))
    const few = (...groups: string[]) => groups.flatMap((g) => hit.filter((i) => i.group === g).slice(0, 6))
    // only people who answer to what is typed now, below the pages: nothing jumps under the hand that presses Enter
    const people = (found.isPlaceholderData || q !== text.trim() ? [] : (found.data?.items ?? [])).map((c): Item => ({
      id: c.id, group: 'customers', text: c.name ?? c.external_id ?? c.id, note: [c.phone && f.phone(c.phone), c.external_id].filter(Boolean).join(' · '), search: '',
      go: () => void navigate({ to: '/customers/$id', params: { id: c.id } }),
    }))
    return [...few('pages', 'businesses', 'segments'), ...people, ...few('classifications', 'classes', 'features')]
  }, [text, q, fixed, found.data, found.isPlaceholderData, navigate, f])

  const index = Math.min(at, Math.max(0, shown.length - 1))
  const choose = (item: Item | undefined) => {
    if (!item) return
    onClose()
    item.go()
  }
  const move = (by: number) => {
    const next = (index + by + shown.length) % Math.max(1, shown.length)
    setAt(next)
    list.current?.querySelectorAll('[role=option]')[next]?.scrollIntoView({ block: 'nearest' })
  }
  return (
    <Modal open onCancel={onClose} footer={null} closable={false} width={620} styles={{ container: { padding: 0, overflow: 'hidden' }, body: { padding: 0 } }} style={{ top: 80 }} transitionName="" maskTransitionName="" title={<span className="sr">{t('shell.search')}</span>}>
      <input
        className="palette-input" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant={shown[index] ? `p-${shown[index].id}` : undefined}
        // a palette is opened to type into it
        autoFocus placeholder={t(may('personal:read') ? 'shell.palette_hint' : 'shell.palette_hint_masked')} aria-label={t('shell.search')} value={text}
        onChange={(e) => { setText(e.target.value); setAt(0) }}
        onKeyDown={(e) => {
          if (e.nativeEvent.isComposing) return
          if (e.key === 'ArrowDown') { e.preventDefault(); move(1) }
          if (e.key === 'ArrowUp') { e.preventDefault(); move(-1) }
          if (e.key === 'Enter') { e.preventDefault(); choose(shown[index]) }
        }}
      />
      <div className="palette-list" id="palette-list" role="listbox" aria-label={t('shell.results')} ref={list}>
        {shown.length === 0 && q === text.trim() && !found.isFetching && <p className="palette-group">{found.error ? problem(found.error) : t('shell.nothing_found')}</p>}
        {shown.map((item, i) => (
          <div key={item.id} role="presentation">
            {shown[i - 1]?.group !== item.group && <div className="palette-group" role="presentation">{t(`shell.palette_${item.group}`)}</div>}
            <div id={`p-${item.id}`} role="option" tabIndex={-1} aria-selected={i === index} className="palette-item" onMouseMove={() => setAt(i)} onClick={() => choose(item)} onKeyDown={() => {}}>
              <span className="clip grow">{item.text}</span>{item.note && <span className="soft nowrap">{item.note}</span>}
            </div>
          </div>
        ))}
      </div>
      <div className="palette-foot"><span><span className="kbd">↑↓</span> {t('shell.choose')}</span><span><span className="kbd">Enter</span> {t('shell.open')}</span><span><span className="kbd">Esc</span> {t('common.close')}</span></div>
    </Modal>
  )
}
