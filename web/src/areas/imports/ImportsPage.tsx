import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { imports, overview, upload, uploadEverything } from '@/api/queries'
import type { Import, Job } from '@/api/types'
import { useMay } from '@/parts/access'
import { Drop } from '@/parts/file/Drop'
import { isTable } from '@/parts/file/pasted'
import { SaveTable, type Table } from '@/parts/file/SaveTable'
import { type Format, useFormat } from '@/parts/format'
import { ordered } from '@/parts/jobs/stream'
import { Drawer } from '@/parts/opened'
import { Card, Page } from '@/parts/Page'
import { Begin, SampleNote } from '@/parts/sample/Sample'
import { Empty, Failed, Loading } from '@/parts/States'
import { Arrival } from './Arrival'
import './imports.css'
import { InboxNote } from './InboxNote'
import { fileNames } from './names'

const PasteTable = lazy(() => import('./PasteTable'))
const kinds = '.csv,.tsv,.txt,.xlsx,.xls,.jsonl,.ndjson,.json,.parquet'

export function ImportsPage() {
  const f = useFormat()
  const { t } = f
  const history = useQuery(imports)
  const base = useQuery(overview()).data
  const begin = base?.customers === 0 && history.data?.every((i) => i.status !== 'committed') && <Begin files={false} />
  return (
    <Page title={t('imports.title')} note={t('imports.note')}>
      {base?.sample && <SampleNote />}
      <DropZone />
      <InboxNote />
      <Card title={t('imports.history')} className="flush" extra={!!history.data?.length && <>{begin}<SaveTable name={t('imports.history')} table={tableOf(history.data, f)} /></>}>
        {history.isPending && <div className="page"><Loading /></div>}
        {history.error && <Failed error={history.error} retry={() => void history.refetch()} />}
        {history.data && (history.data.length ? <History items={history.data} /> : <Empty title={t('imports.none')} text={t('imports.none_text')} action={begin} />)}
      </Card>
    </Page>
  )
}

function DropZone() {
  const { t } = useFormat()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [sent, setSent] = useState(0)
  const [arrival, setArrival] = useState<Job>()
  const may = useMay()
  const whole = may('settings:write') && may('personal:read')
  const running = useRef<AbortController | null>(null)
  const send = useMutation({
    mutationFn: (files: File[]): Promise<Import | Job> => {
      setSent(0)
      running.current = new AbortController()
      const [first] = files
      // one archive is everything of another business; the server knows it by its manifest
      if (whole && first && files.length === 1 && /\.zip$/i.test(first.name)) return uploadEverything(first, setSent, running.current.signal)
      return upload(files, setSent, running.current.signal)
    },
    onSuccess: async (made) => {
      if ('kind' in made) {
        ordered(made)
        return setArrival(made)
      }
      queries.setQueryData(['imports', made.id], made)
      void queries.invalidateQueries({ queryKey: ['imports'], exact: true })
      await navigate({ to: '/imports/$id', params: { id: made.id } })
    },
  })
  // leaving the page stops an upload that nobody would see the end of
  useEffect(() => () => running.current?.abort(), [])
  const [pasting, setPasting] = useState<string | null>(null)
  const busy = send.isPending || pasting !== null
  useEffect(() => {
    // ⌘V anywhere on the page: files are sent, a table is shown first
    const paste = (e: ClipboardEvent) => {
      if (busy || (e.target as HTMLElement | null)?.closest('input, textarea, [contenteditable=true], [role=dialog]')) return
      const files = [...(e.clipboardData?.files ?? [])]
      const text = e.clipboardData?.getData('text/plain') ?? ''
      if (isTable(text)) setPasting(text)
      else if (files.length) send.mutate(files)
      else return
      e.preventDefault()
    }
    window.addEventListener('paste', paste)
    return () => window.removeEventListener('paste', paste)
  })
  const stopped = send.error instanceof DOMException
  return (
    <>
      {send.error && !stopped && <Failed error={send.error} />}
      {arrival && <Arrival ordered={arrival} />}
      <Drop multiple title={t('imports.drop')} note={`${t('imports.drop_note')}${whole ? ` ${t('imports.drop_everything')}` : ''}`} accept={whole ? `${kinds},.zip` : kinds} busy={send.isPending} sent={sent} onFiles={send.mutate} onStop={() => running.current?.abort()} also={<Button onClick={() => setPasting('')}>{t('imports.paste')}</Button>} />
      <Drawer open={pasting !== null} onClose={() => setPasting(null)} size={640} title={t('imports.paste')} destroyOnHidden>
        {pasting !== null && <Suspense fallback={<Loading lines={6} />}><PasteTable first={pasting} onFile={(file) => { setPasting(null); send.mutate([file]) }} onCancel={() => setPasting(null)} /></Suspense>}
      </Drawer>
    </>
  )
}

function History({ items }: { items: Import[] }) {
  const f = useFormat()
  const { t } = f
  return (
    // a scrolling region must be reachable by keyboard
    <div className="scroll" role="group" tabIndex={0} aria-label={t('imports.history')}>
      <table className="data-table blocks">
        <thead><tr><th scope="col">{t('imports.files')}</th><th scope="col">{t('imports.status')}</th><th scope="col" className="num">{t('imports.rows_in')}</th><th scope="col" className="num">{t('imports.accepted')}</th><th scope="col" className="num">{t('imports.rejected')}</th><th scope="col" className="num">{t('imports.duplicates')}</th><th scope="col">{t('imports.when')}</th><th scope="col">{t('imports.by')}</th></tr></thead>
        <tbody>
          {items.map((x) => (
            <tr key={x.id}>
              <td className="whole"><Link to="/imports/$id" params={{ id: x.id }} title={x.files.length > 3 ? x.files.map((file) => file.name).join(t('customers.between')) : undefined}>{fileNames(x, t) || x.id}</Link>{x.sample && <> <span className="chip">{t('sample.mark')}</span></>}</td>
              <td><span className={`chip${x.status === 'committed' ? ' on' : ''}`}>{t(`imports.status_${x.status}`)}</span></td>
              <td className="num" data-label={t('imports.rows_in')}>{x.report ? f.integer(x.report.rows_in) : '—'}</td>
              <td className="num" data-label={t('imports.accepted')}>{x.report ? f.integer(x.report.accepted) : '—'}</td>
              <td className="num" data-label={t('imports.rejected')}>{x.report ? f.integer(x.report.quarantined) : '—'}</td>
              <td className="num" data-label={t('imports.duplicates')}>{x.report ? f.integer(x.report.duplicates) : '—'}</td>
              <td className="nowrap">{f.instant(x.created_at)}</td>
              <td>{byWhom(x, f)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const byWhom = (x: Import, { t }: Format) => (x.author === 'cli' ? t('imports.by_cli') : x.author)

const tableOf = (items: Import[], f: Format): Table => ({
  head: ['files', 'status', 'rows_in', 'accepted', 'rejected', 'duplicates', 'when', 'by'].map((key) => f.t(`imports.${key}`)),
  rows: () => items.map((x) => [x.files.map((file) => file.name).join(', ') || x.id, f.t(`imports.status_${x.status}`), x.report?.rows_in, x.report?.accepted, x.report?.quarantined, x.report?.duplicates, f.instant(x.created_at), byWhom(x, f)]),
})
