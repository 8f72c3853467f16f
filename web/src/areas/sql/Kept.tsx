import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Segmented } from 'antd'
import { useState } from 'react'
import { deleteQuestion, postQuestion, putQuestion, restoreQuestion, sqlQuestions } from '@/api/sql'
import type { Asked, Question } from '@/api/types'
import { useFormat } from '@/parts/format'
import { Modal } from '@/parts/opened'
import { Pop } from '@/parts/Pop'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

interface Props { text: string; open: Question | null; items: Question[]; history: Asked[]; onLook: (text: string, question: Question | null) => void; onOpen: (question: Question | null) => void }

/** Questions that are kept, and those asked lately. */
export function Kept({ text, open, items, history, onLook, onOpen }: Props) {
  const f = useFormat()
  const { t } = f
  const queries = useQueryClient()
  const problem = useProblemText()
  const [asking, setAsking] = useState(false)
  const [name, setName] = useState('')
  const [audience, setAudience] = useState<'private' | 'everyone'>('private')
  const again = () => void queries.invalidateQueries({ queryKey: sqlQuestions.queryKey })
  const failed = (e: unknown) => toast.bad(problem(e))
  const save = useMutation({
    mutationFn: (over: Question | null) => (over ? putQuestion(over.id, { name: over.name, text, audience: over.audience }) : postQuestion({ name, text, audience })),
    onSuccess: (made) => { again(); onOpen(made); setAsking(false); toast.ok(t('sql.saved', { name: made.name })) },
    onError: failed,
  })
  const back = useMutation({ mutationFn: restoreQuestion, onSuccess: (q) => { again(); toast.ok(t('sql.back', { name: q.name })) }, onError: failed })
  const remove = useMutation({ mutationFn: (q: Question) => deleteQuestion(q.id), onSuccess: (_, q) => { again(); if (open?.id === q.id) onOpen(null); toast.undo(t('sql.deleted'), () => back.mutate(q.id)) }, onError: failed })
  const line = (sql: string) => sql.replace(/\s+/g, ' ').slice(0, 80)
  return (
    <>
      {open?.mine && open.text !== text && <Button loading={save.isPending} onClick={() => save.mutate(open)}>{t('sql.save', { name: open.name })}</Button>}
      <Button disabled={!text.trim()} onClick={() => { setName(''); setAsking(true) }}>{t('sql.save_as')}</Button>
      <Pop className="pop-button" label={t('sql.kept')} button={t('sql.kept')} testid="sql-kept">
        {(close) => (
          <div className="sql-list">
            {!items.length && <p className="small soft">{t('sql.none_kept')}</p>}
            {items.map((q) => (
              <div key={q.id} className="sql-kept">
                <button type="button" className="plain grow" onClick={() => { close(); onLook(q.text, q) }}><span className="strong">{q.name}</span> <span className="small soft">{t(q.audience === 'everyone' ? 'dashboards.everyone' : 'dashboards.private')}{q.owner_name ? ` · ${q.owner_name}` : ''}</span></button>
                {q.mine && <button type="button" className="linkish danger small" aria-label={t('sql.delete_of', { name: q.name })} onClick={() => remove.mutate(q)}>{t('common.delete')}</button>}
              </div>
            ))}
          </div>
        )}
      </Pop>
      <Pop className="pop-button" label={t('sql.history')} button={t('sql.history')} testid="sql-history">
        {(close) => (
          <div className="sql-list">
            {!history.length && <p className="small soft">{t('sql.none_asked')}</p>}
            {history.map((a) => <button key={a.id} type="button" className="plain sql-kept" onClick={() => { close(); onLook(a.text, null) }}><code className="clip">{line(a.text)}</code><span className="small soft nowrap">{f.instant(a.at)} · {a.code ? t('sql.failed') : t('sql.rows', { count: a.rows, n: f.integer(a.rows) })} · {t('sql.took', { ms: f.integer(a.milliseconds) })}</span></button>)}
          </div>
        )}
      </Pop>
      <Modal open={asking} onCancel={() => setAsking(false)} onOk={() => save.mutate(null)} okButtonProps={{ disabled: !name.trim(), loading: save.isPending }} okText={t('common.save')} cancelText={t('common.cancel')} title={t('sql.save_as')} destroyOnHidden>
        <div className="form-grid">
          <div className="field"><label htmlFor="sql-name">{t('dashboards.name')}</label><Input id="sql-name" maxLength={60} value={name} onChange={(e) => setName(e.target.value)} onPressEnter={() => { if (name.trim()) save.mutate(null) }} /></div>
          <div className="field"><span className="field-name">{t('dashboards.audience')}</span><Segmented aria-label={t('dashboards.audience')} value={audience} onChange={(v) => setAudience(v as typeof audience)} options={[{ value: 'private', label: t('dashboards.private') }, { value: 'everyone', label: t('dashboards.everyone') }]} /></div>
        </div>
      </Modal>
    </>
  )
}
