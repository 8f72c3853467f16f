import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, InputNumber, Popconfirm, Select } from 'antd'
import { useEffect, useMemo, useRef, useState } from 'react'
import { importRecords, recordImports, refusedRows, undoRecordImport } from '@/api/objects'
import type { CustomObject, Job, RecordImportForm, RecordImportReport } from '@/api/types'
import { PlainTable } from '@/parts/ChartCard'
import { Drop, Sending } from '@/parts/file/Drop'
import { type Format, useFormat } from '@/parts/format'
import { Failed, Loading } from '@/parts/States'
import { JobActions, Progress } from '@/parts/jobs/JobLine'
import '@/parts/jobs/jobs.css'
import { leave } from '@/parts/jobs/records'
import { isOpen, useJobs } from '@/parts/jobs/stream'
import { toast } from '@/parts/toast'

/** Refusals that are shown; the file has them all. */
const SHOWN = 20

/** A whole file into an object: its columns beside the form's fields, what would become of its rows, and then so. */
export default function ImportFile({ object: o, onDone }: { object: CustomObject; onDone: () => void }) {
  const f = useFormat()
  const { t } = f
  const queries = useQueryClient()
  const [file, setFile] = useState<File>()
  const [form, setForm] = useState<RecordImportForm>({})
  const [sent, setSent] = useState(0)
  const running = useRef<AbortController | null>(null)
  const at = useRef<{ saving: boolean; gone: boolean; job?: string | null }>({ saving: false, gone: false })
  const begin = () => { setSent(0); running.current?.abort(); running.current = new AbortController(); return running.current.signal }
  const look = useMutation({ mutationFn: ({ file: which, form: how }: { file: File; form: RecordImportForm }) => importRecords(o.id, which, { ...how, dry_run: true }, setSent, begin()) })
  const save = useMutation({
    mutationFn: async (report: RecordImportReport) => {
      at.current.saving = true
      const done = await importRecords(o.id, file as File, { ...form, seen: report.seen }, setSent, begin()).finally(() => { at.current.saving = false })
      at.current.job = done.job ?? null
      if (at.current.gone && done.job) leave(done.job)
      return done
    },
    onSuccess: () => Promise.all([queries.invalidateQueries({ queryKey: ['records'] }), queries.invalidateQueries({ queryKey: ['objects'] })]),
  })
  const rows = useMutation({ mutationFn: () => refusedRows(o.id, file as File, form, f.lang, begin()) })
  const jobs = useJobs()
  // what is not in yet when it is answered, a job brings
  const id = save.data?.job
  const job = id ? jobs.get(id) : undefined
  const over = job && !isOpen(job)
  useEffect(() => { if (over) at.current.job = null }, [over])
  // leaving stops what nobody would see the end of; what is being written is told where they are by then
  useEffect(() => {
    const now = at.current
    now.gone = false
    return () => {
      now.gone = true
      if (now.job) leave(now.job)
      else if (!now.saving) running.current?.abort()
    }
  }, [])
  const ask = (which: File, how: RecordImportForm) => { setFile(which); setForm(how); save.reset(); rows.reset(); look.mutate({ file: which, form: how }) }
  const report = useMemo(() => broughtBy(save.data, job) ?? save.data ?? look.data, [save.data, job, look.data])
  const error = [look.error, save.error, rows.error].find((e) => e && !(e instanceof DOMException))
  const busy = look.isPending || save.isPending
  if (!file || !report) {
    return (
      <div className="stack">
        {error && <Failed error={error} retry={file && (() => ask(file, form))} />}
        <Drop title={t('records.import_drop')} note={t('records.import_drop_note')} accept=".csv,.tsv,.txt,.xlsx,.xls" busy={busy} sent={sent} onFiles={([first]) => { if (first) ask(first, {}) }} onStop={() => running.current?.abort()} />
        <Coming jobs={[...jobs.values()].filter((j) => j.records?.object === o.id && isOpen(j))} />
        <Recent object={o} />
      </div>
    )
  }
  const writes = report.made + report.changed
  const refused = report.refusals.length > 0 && <Refusals report={report} object={o} busy={busy || rows.isPending} onDownload={() => rows.mutate()} />
  if (id && job?.state !== 'done') {
    return (
      <div className="stack">
        <p className="strong">{report.name}</p>
        {!job ? <p role="status" className="soft">{t('records.import_writing')}</p> : isOpen(job) ? <Coming jobs={[job]} /> : <p role="status" className={job.state === 'dead' ? 'worse' : undefined}>{job.state === 'dead' ? t('records.import_failed', { name: report.name, why: f.label(job.problem?.message) }) : t('records.import_stopped')}</p>}
        <div className="row">{job && !isOpen(job) && <Button type="primary" onClick={() => ask(file, form)}>{t('records.import_again')}</Button>}<Button onClick={onDone}>{t('common.close')}</Button></div>
      </div>
    )
  }
  if (save.data) {
    return (
      <div className="stack">
        <p className="strong" role="status">{t('records.import_done')}</p>
        <Counts report={report} f={f} />
        {error && <Failed error={error} />}
        {refused}
        <div className="row"><Button type="primary" onClick={onDone}>{t('records.import_finish')}</Button>{report.id && <Undo id={report.id} onDone={onDone} />}</div>
      </div>
    )
  }
  return (
    <div className="stack">
      <div className="row"><span className="strong">{t('records.import_file', { count: report.rows, name: report.name, n: f.integer(report.rows) })}</span><span className="grow" /><Button size="small" disabled={busy} onClick={() => { setFile(undefined); look.reset(); save.reset() }}>{t('records.import_other')}</Button></div>
      <Columns object={o} report={report} busy={busy} onChange={(more) => ask(file, { ...form, ...more })} />
      {error && <Failed error={error} retry={() => ask(file, form)} />}
      {busy ? (sent < 1 ? <Sending sent={sent} onStop={() => running.current?.abort()} /> : <p role="status" className="soft">{t('records.import_working')}</p>) : <Counts report={report} f={f} />}
      {!busy && refused}
      <div className="row"><Button type="primary" disabled={busy || writes === 0 || !!look.error} loading={save.isPending} onClick={() => save.mutate(report)}>{writes ? t('records.import_go', { count: writes, n: f.integer(writes) }) : t('records.import_nothing')}</Button><Button onClick={onDone}>{t('common.cancel')}</Button></div>
    </div>
  )
}

/** What was looked at, as its job wrote it. */
function broughtBy(report: RecordImportReport | undefined, job: Job | undefined): RecordImportReport | undefined {
  const r = job?.state === 'done' ? job.records : undefined
  return report && r ? { ...report, id: r.import ?? null, made: r.made, changed: r.changed, same: r.same, refused: r.refused } : undefined
}

/** Files on their way in: how far each is, and a way to stop it. */
function Coming({ jobs }: { jobs: Job[] }) {
  const { t } = useFormat()
  if (jobs.length === 0) return null
  return (
    <div className="field" data-testid="coming-imports">
      <span className="field-name">{t('records.import_coming')}</span>
      {jobs.map((j) => <div key={j.id} className="stack"><div className="row"><span className="grow clip">{j.files.join(t('jobs.comma'))}</span><JobActions job={j} /></div><Progress job={j} /></div>)}
      <span className="soft small">{t('records.import_coming_note')}</span>
    </div>
  )
}

/** What each column fills, and by what a row finds its record. */
function Columns({ object: o, report, busy, onChange }: { object: CustomObject; report: RecordImportReport; busy: boolean; onChange: (more: RecordImportForm) => void }) {
  const f = useFormat()
  const { t } = f
  const fields = useMemo(() => o.sections.flatMap((s) => s.fields), [o])
  const filled = report.columns.flatMap((c) => (c.field ? [c.field] : []))
  const left = report.columns.filter((c) => !c.field).map((c) => c.header)
  const options = [{ value: '', label: t('imports.ignore') }, ...fields.map((x) => ({ value: x.key, label: f.label(x.label) }))]
  const put = (i: number, key: string) => {
    // a field is filled by one column
    const columns = report.columns.map((c, j) => (j === i ? key || null : c.field && c.field !== key ? c.field : null))
    onChange({ columns, match: columns.includes(report.match ?? '') ? report.match : null })
  }
  return (
    <>
      <table className="map">
        <thead><tr><th scope="col">{t('imports.column')}</th><th scope="col">{t('imports.samples')}</th><th scope="col">{t('imports.target')}</th></tr></thead>
        <tbody>
          {report.columns.map((c, i) => {
            const name = c.header || t('imports.column_n', { n: i + 1 })
            return (
              <tr key={i} className={c.field ? undefined : 'ignored'}>
                <td><span className="head-name strong">{name}</span></td>
                <td className="samples"><div className="clip">{c.samples.length ? c.samples.map((s, n) => <span key={n}>{s}</span>) : <span>{t('imports.empty_column')}</span>}</div></td>
                <td className="target"><Select aria-label={t('imports.target_of', { name })} className="full" disabled={busy} value={c.field ?? ''} onChange={(key: string) => put(i, key)} options={options} variant={c.field ? 'outlined' : 'borderless'} /></td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {left.length > 0 && <p className="soft small">{t('records.import_left', { names: left.join(t('customers.between')) })}</p>}
      <div className="two import-options">
        <div className="field">
          <label htmlFor="import-match">{t('records.import_match')}</label>
          <Select id="import-match" disabled={busy} value={report.match ?? ''} onChange={(key: string) => onChange({ match: key || null })} options={[{ value: '', label: t('records.import_match_none') }, ...fields.filter((x) => filled.includes(x.key)).map((x) => ({ value: x.key, label: f.label(x.label) }))]} />
          <span className="soft small">{t('records.import_match_note')}</span>
        </div>
        <div className="two import-options">
          {report.sheets.length > 1 && <div className="field"><label htmlFor="import-sheet">{t('imports.sheet')}</label><Select id="import-sheet" disabled={busy} value={report.sheet ?? ''} onChange={(sheet: string) => onChange({ sheet, header_row: null, columns: null, match: null })} options={report.sheets.map((value) => ({ value, label: value }))} /></div>}
          <div className="field"><label htmlFor="import-head">{t('imports.header_row')}</label><InputNumber key={report.header_row} id="import-head" disabled={busy} min={0} max={100} precision={0} defaultValue={report.header_row} changeOnWheel={false} onBlur={(e) => { const n = Number(e.target.value); if (e.target.value.trim() && Number.isInteger(n) && n >= 0 && n !== report.header_row) onChange({ header_row: n, columns: null, match: null }) }} /></div>
        </div>
      </div>
    </>
  )
}

function Counts({ report, f }: { report: RecordImportReport; f: Format }) {
  return (
    <dl className="facts" data-testid="import-counts">
      {(['made', 'changed', 'same', 'refused'] as const).map((key) => <div key={key}><dt>{f.t(`records.import_${key}`)}</dt><dd className={key === 'refused' && report.refused > 0 ? 'worse' : undefined}>{f.integer(report[key])}</dd></div>)}
    </dl>
  )
}

/** Rows that do not fit, each with what to mend, and the way to take them along. */
function Refusals({ report, object: o, busy, onDownload }: { report: RecordImportReport; object: CustomObject; busy: boolean; onDownload: () => void }) {
  const f = useFormat()
  const { t } = f
  const fields = o.sections.flatMap((s) => s.fields)
  const name = (key: string | null | undefined) => { const x = fields.find((y) => y.key === key); return x ? f.label(x.label) : '—' }
  const more = report.refusals.length - SHOWN
  return (
    <div className="stack">
      <PlainTable fit caption={t('records.import_why')} columns={[{ name: t('records.import_row'), number: true }, { name: t('imports.target') }, { name: t('records.import_reason') }]} rows={report.refusals.slice(0, SHOWN).map((r) => [f.integer(r.row), name(r.field), f.label(r.message)])} />
      {more > 0 && <p className="soft small">{t('records.import_more', { count: more, n: f.integer(more) })}</p>}
      <div className="row"><Button size="small" disabled={busy} onClick={onDownload}>{t('records.import_download')}</Button><span className="soft small">{t('records.import_mend')}</span></div>
    </div>
  )
}

function Undo({ id, onDone }: { id: string; onDone?: () => void }) {
  const f = useFormat()
  const { t } = f
  const queries = useQueryClient()
  const undo = useMutation({
    mutationFn: () => undoRecordImport(id),
    onSuccess: (done) => { toast.ok(t('records.import_undone', { removed: f.integer(done.removed), restored: f.integer(done.restored), kept: f.integer(done.kept) })); onDone?.() },
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: ['records'] }), queries.invalidateQueries({ queryKey: ['objects'] })]),
  })
  return (
    <>
      <Popconfirm title={t('records.import_undo_sure')} description={t('records.import_undo_text')} onConfirm={() => undo.mutate()} okText={t('common.undo')} cancelText={t('common.cancel')}><Button size="small" loading={undo.isPending}>{t('records.import_undo')}</Button></Popconfirm>
      {undo.error && <Failed error={undo.error} />}
    </>
  )
}

/** What was brought lately, as long as it can be taken back. */
function Recent({ object: o }: { object: CustomObject }) {
  const f = useFormat()
  const { t } = f
  const all = useQuery(recordImports(o.id))
  if (all.isPending) return <Loading lines={2} />
  if (all.error) return <Failed error={all.error} retry={() => void all.refetch()} />
  if (all.data.length === 0) return null
  return (
    <div className="field" data-testid="recent-imports">
      <span className="field-name">{t('records.import_recent')}</span>
      <ul className="stack">
        {all.data.map((x) => (
          <li key={x.id} className="row">
            <span className="grow"><span className="strong">{x.name || t('records.by_hand')}</span> <span className="soft small">{f.instant(x.at)} · {x.author_name ?? t('imports.by_cli')} · {x.removed ? t('records.removed_many', { count: x.removed, n: f.integer(x.removed) }) : x.name ? t('records.import_line', { made: f.integer(x.made), changed: f.integer(x.changed) }) : t('records.changed_many', { count: x.changed, n: f.integer(x.changed) })}</span></span>
            {x.undone_at ? <span className="soft small">{t('records.import_is_undone')}</span> : <Undo id={x.id} />}
          </li>
        ))}
      </ul>
    </div>
  )
}
