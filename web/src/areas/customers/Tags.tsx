import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Input } from 'antd'
import { type KeyboardEvent, useState } from 'react'
import type { Tag, TagRef } from '@/api/types'
import { postTag, tags as tagsQuery } from '@/api/work'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { TagChip } from './TagChip'
import { useChange } from './useChange'

/** Colours a new tag takes in turn. */
export const colours = ['blue', 'green', 'amber', 'red', 'purple', 'teal', 'pink', 'grey']

/** Finds a tag by typing; one that is not there is made. */
export function TagPicker({ without = [], onPick, onlyThese, autoFocus }: { without?: string[]; onPick: (tag: Tag) => void; onlyThese?: boolean; autoFocus?: boolean }) {
  const { t } = useFormat()
  const may = useMay()
  const queries = useQueryClient()
  const problem = useProblemText()
  const { data: all = [] } = useQuery(tagsQuery)
  const [text, setText] = useState('')
  const plain = (s: string) => s.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase()
  const wanted = plain(text)
  const found = all.filter((x) => !without.includes(x.id) && plain(x.name).includes(wanted))
  const isNew = !onlyThese && wanted !== '' && may('customers:write') && !all.some((x) => plain(x.name) === wanted)
  const make = useMutation({
    mutationFn: () => postTag({ name: text, colour: colours[all.length % colours.length] }),
    onSuccess: async (made) => { setText(''); onPick(made); await queries.invalidateQueries({ queryKey: tagsQuery.queryKey }) },
    onError: (e) => toast.bad(problem(e)),
  })
  const enter = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return
    const first = found.find((x) => plain(x.name) === wanted) ?? (isNew ? undefined : found[0])
    if (first) onPick(first)
    else if (isNew && !make.isPending) make.mutate()
  }
  return (
    <div className="picker">
      <Input size="small" autoFocus={autoFocus} maxLength={40} allowClear aria-label={t('work.find_tag')} placeholder={t(onlyThese ? 'work.find_tag' : 'work.find_or_make_tag')} value={text} onChange={(e) => setText(e.target.value)} onPressEnter={enter} />
      {/* a scrolling region must be reachable by keyboard */}
      <div className="picker-list" role="group" tabIndex={0} aria-label={t('work.tags')}>
        {found.map((x) => <button key={x.id} type="button" className="filter-class" onClick={() => onPick(x)}><TagChip tag={x} /></button>)}
        {isNew && <button type="button" className="filter-class" disabled={make.isPending} onClick={() => make.mutate()}>{t('work.make_tag', { name: text.trim() })}</button>}
        {found.length === 0 && !isNew && <p className="soft small">{t('work.no_tags')}</p>}
      </div>
    </div>
  )
}

/** The tags of one customer, put on and taken off where they stand. `begun`: with the choice of more. */
export function CustomerTags({ id, tags, begun = false }: { id: string; tags: TagRef[]; begun?: boolean }) {
  const { t } = useFormat()
  const may = useMay()('customers:write')
  const change = useChange()
  const [open, setOpen] = useState(begun)
  return (
    <div className="stack tight">
      <div className="row" data-testid="tags">
        {tags.map((x) => <TagChip key={x.id} tag={x} label={t('work.take_tag', { name: x.name })} onRemove={may ? () => change.mutate({ kind: 'tag_remove', subject: x.id, customers: [id], except: [] }) : undefined} />)}
        {tags.length === 0 && !may && <span className="soft">—</span>}
        {may && !begun && <button type="button" className="linkish small" aria-expanded={open} onClick={() => setOpen(!open)}>{t('work.add_tag')}</button>}
      </div>
      {open && <TagPicker autoFocus without={tags.map((x) => x.id)} onPick={(x) => { setOpen(begun); change.mutate({ kind: 'tag_add', subject: x.id, customers: [id], except: [] }) }} />}
    </div>
  )
}
