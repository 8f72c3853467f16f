import { useMutation } from '@tanstack/react-query'
import { useQuery } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { session } from '@/api/queries'
import { deleteNote, postNote, putNote, restoreNote } from '@/api/work'
import type { TimelineItem } from '@/api/types'
import { useMay } from '@/parts/access'
import { type Format, useFormat } from '@/parts/format'
import { withKey } from '@/parts/hooks'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { useUnsaved } from '@/parts/useUnsaved'
import { useFresh } from './useChange'

/** The box for it, where the key goes. */
export const NEW_NOTE = 'new-note'

/** Something to write down about a customer. */
export function NewNote({ id }: { id: string }) {
  const { t } = useFormat()
  const may = useMay()('customers:write')
  const problem = useProblemText()
  const refresh = useFresh()
  const [text, setText] = useState('')
  useUnsaved(() => text.trim() !== '')
  const save = useMutation({
    mutationFn: () => postNote(id, text),
    onSuccess: async () => { setText(''); toast.ok(t('work.noted')); await refresh() },
    onError: (e) => toast.bad(problem(e)),
  })
  if (!may) return null
  return (
    <div className="note-new">
      <Input.TextArea id={NEW_NOTE} title={withKey(t('shell.key_note'), 'N')} aria-label={t('work.new_note')} placeholder={t('work.new_note')} rows={1} className="grows" maxLength={10_000} value={text} onChange={(e) => setText(e.target.value)} onKeyDown={(e) => { if ((e.metaKey || e.ctrlKey) && e.key === 'Enter' && text.trim() && !save.isPending) save.mutate() }} />
      {text.trim() !== '' && <div className="row"><Button size="small" type="primary" loading={save.isPending} onClick={() => save.mutate()}>{t('work.save_note')}</Button><span className="soft small">⌘/Ctrl + Enter</span></div>}
    </div>
  )
}

/** A note where it stands in the timeline: its author changes it, its author and managers take it away. */
export function NoteLine({ item, f }: { item: TimelineItem; f: Format }) {
  const { t } = f
  const may = useMay()
  const problem = useProblemText()
  const refresh = useFresh()
  const { data: now } = useQuery(session)
  const text = (k: string) => (typeof item.detail[k] === 'string' ? (item.detail[k] as string) : '')
  const [id, body] = [text('id'), text('body')]
  const [draft, setDraft] = useState<string | null>(null)
  useUnsaved(() => draft !== null && draft !== body)
  const mine = text('author') === now?.user?.id && may('customers:write')
  const save = useMutation({
    mutationFn: () => putNote(id, draft ?? ''),
    onSuccess: async () => { setDraft(null); toast.ok(t('work.note_saved')); await refresh() },
    onError: (e) => toast.bad(problem(e)),
  })
  const back = async () => {
    try {
      await restoreNote(id)
      toast.ok(t('work.note_back'))
    } catch (e) {
      toast.bad(problem(e))
    }
    await refresh()
  }
  const remove = useMutation({
    mutationFn: () => deleteNote(id),
    onSuccess: async () => { toast.undo(t('work.note_removed'), () => void back()); await refresh() },
    onError: (e) => toast.bad(problem(e)),
  })
  return (
    <div className="stack tight" data-testid="note">
      {draft === null
        ? <p className="note-text">{body}</p>
        : <><Input.TextArea autoFocus aria-label={t('work.edit_note')} rows={2} className="grows" maxLength={10_000} value={draft} onChange={(e) => setDraft(e.target.value)} />
          <div className="row"><Button size="small" type="primary" disabled={!draft.trim()} loading={save.isPending} onClick={() => save.mutate()}>{t('common.save')}</Button><Button size="small" onClick={() => setDraft(null)}>{t('common.cancel')}</Button></div></>}
      <div className="row soft small">
        <span>{text('author_name') || '—'}</span>
        {text('edited_at') && <span title={f.instant(text('edited_at'))}>{t('work.edited')}</span>}
        {mine && draft === null && <button type="button" className="linkish small" onClick={() => setDraft(body)}>{t('work.edit_note')}</button>}
        {(mine || may('members:manage')) && draft === null && <button type="button" className="linkish small" disabled={remove.isPending} onClick={() => remove.mutate()}>{t('common.delete')}</button>}
      </div>
    </div>
  )
}
