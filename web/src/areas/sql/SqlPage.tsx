import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useCallback, useEffect, useRef, useState } from 'react'
import { own } from '@/api/base'
import { isProblem } from '@/api/problem'
import { ask, askFile, sqlHistory, sqlQuestions, sqlTables } from '@/api/sql'
import type { Question, SqlAnswer } from '@/api/types'
import { useFormat } from '@/parts/format'
import { Page } from '@/parts/Page'
import { Empty, Failed, Loading, useProblemText } from '@/parts/States'
import { useAt } from '@/parts/useAt'
import { Answer } from './Answer'
import { Kept } from './Kept'
import { offsetOf, put, wordAt } from './place'
import './sql.css'
import { Tables } from './Tables'

const DRAFT = own('zhiyin.sql')
const first = 'SELECT c.lifecycle, count(*) AS customers, sum(f.net) AS net\nFROM classes c JOIN features f ON f.customer = c.customer\nGROUP BY c.lifecycle\nORDER BY net DESC'
interface Fault { message: string; line: number | null; column: number | null }

/** Questions in SQL: what can be named, the question, and its answer. */
export function SqlPage() {
  const f = useFormat()
  const { t } = f
  const { as_of } = useAt()
  const wanted = useSearch({ from: '/app/sql' }).question
  const navigate = useNavigate({ from: '/sql' })
  const queries = useQueryClient()
  const problem = useProblemText()
  const tables = useQuery(sqlTables)
  const kept = useQuery(sqlQuestions)
  const history = useQuery(sqlHistory)
  const [text, setText] = useState(() => sessionStorage.getItem(DRAFT) ?? first)
  const [open, setOpen] = useState<Question | null>(null)
  const [answer, setAnswer] = useState<SqlAnswer | null>(null)
  const [fault, setFault] = useState<Fault | null>(null)
  const [stopped, setStopped] = useState(false)
  const [running, setRunning] = useState<AbortController | null>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => { sessionStorage.setItem(DRAFT, text) }, [text])
  useEffect(() => () => running?.abort(), [running])

  /** Does something that can be stopped, and shows what stands in its way where it stands. */
  const work = useCallback(async (what: (signal: AbortSignal) => Promise<void>) => {
    const controller = new AbortController()
    setRunning(controller)
    setFault(null)
    setStopped(false)
    try {
      await what(controller.signal)
    } catch (error) {
      if (controller.signal.aborted) { setStopped(true); return }
      const at = isProblem(error) ? (error.params as { line?: number | null; column?: number | null }) : {}
      setFault({ message: problem(error), line: at.line ?? null, column: at.column ?? null })
      const box = field.current
      if (box && at.line && at.column) {
        const [from, to] = wordAt(box.value, offsetOf(box.value, at.line, at.column))
        box.focus()
        box.setSelectionRange(from, to)
      }
    } finally {
      setRunning(null)
      void queries.invalidateQueries({ queryKey: sqlHistory.queryKey })
    }
  }, [problem, queries, t])
  const run = () => { if (!running && text.trim()) void work(async (signal) => setAnswer(await ask(text, as_of, signal))) }
  const take = (format: 'csv' | 'xlsx') => void work((signal) => askFile(text, as_of, format, signal))
  const insert = (what: string) => {
    const box = field.current
    const [next, caret] = put(text, box?.selectionStart ?? text.length, box?.selectionEnd ?? text.length, what)
    setText(next)
    requestAnimationFrame(() => { box?.focus(); box?.setSelectionRange(caret, caret) })
  }
  const look = (sql: string, question: Question | null) => { setText(sql); setOpen(question); setFault(null); field.current?.focus() }
  // a link to a kept question shows it, once
  const found = wanted ? kept.data?.find((x) => x.id === wanted) : undefined
  useEffect(() => {
    if (!found) return
    look(found.text, found)
    void navigate({ search: (old) => ({ ...old, question: undefined }), replace: true })
  }, [found, navigate])
  const n = tables.data
  return (
    <Page title={t('sql.title')} note={t('sql.note')}>
      <div className="sql">
        <div className="sql-main">
          <section className="card" aria-label={t('sql.question')}>
            <label className="sr" htmlFor="sql-text">{t('sql.question')}</label>
            <textarea
              id="sql-text" ref={field} className="sql-text mono" spellCheck={false} autoCapitalize="off" autoComplete="off" maxLength={10_000} rows={Math.min(24, Math.max(8, text.split('\n').length + 1))} value={text} aria-describedby="sql-fault" aria-invalid={!!fault}
              onChange={(e) => setText(e.target.value)}
              onKeyDown={(e) => { if ((e.metaKey || e.ctrlKey) && e.key === 'Enter' && !e.nativeEvent.isComposing) { e.preventDefault(); run() } }}
            />
            <div className="row sql-actions">
              {running ? <Button danger onClick={() => running.abort()}>{t('sql.stop')}</Button> : <Button type="primary" onClick={run} disabled={!text.trim()} title="⌘Enter / Ctrl+Enter">{t('sql.run')}</Button>}
              <Button disabled={!!running || !text.trim()} onClick={() => take('csv')}>CSV</Button>
              <Button disabled={!!running || !text.trim()} onClick={() => take('xlsx')}>XLSX</Button>
              <Kept text={text} open={open} items={kept.data ?? []} history={history.data ?? []} onLook={look} onOpen={setOpen} />
            </div>
            <div id="sql-fault" role="alert">{fault && <p className="sql-fault">{fault.line ? t('sql.at', { line: fault.line, column: fault.column ?? 1 }) : ''}{fault.message}</p>}</div>
          </section>
          {running && <Loading lines={4} />}
          <p role="status" className="soft">{stopped && t('sql.stopped')}</p>
          {!running && answer && <Answer answer={answer} most={n?.rows ?? 10_000} fileMost={n?.file_rows ?? 100_000} />}
          {!running && !answer && !fault && !stopped && <Empty title={t('sql.nothing')} text={t('sql.nothing_text')} />}
        </div>
        <aside className="card sql-side" aria-label={t('sql.tables')}>
          {tables.isPending && <Loading lines={8} />}
          {tables.error && <Failed error={tables.error} retry={() => void tables.refetch()} />}
          {n && <Tables tables={n} onInsert={insert} />}
        </aside>
      </div>
    </Page>
  )
}
