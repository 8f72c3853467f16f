import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Button, Popconfirm } from 'antd'
import { useEffect, useState } from 'react'
import { Problem } from '@/api/problem'
import { checkImport, commitImport, discardImport, importOne, stopImport, undoImport } from '@/api/queries'
import type { Import } from '@/api/types'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { useOpened } from '@/parts/recent'
import { Failed, Loading } from '@/parts/States'
import { toast } from '@/parts/toast'
import { CheckReport } from './CheckReport'
import { FileMapping } from './FileMapping'
import './imports.css'
import { duplicateTargets } from './mapping'
import { fileNames, tableName } from './names'
import { Result } from './Result'
import { useMappings } from './useMappings'

const stepOf = (x: Import, editing: boolean): number => (editing || x.status === 'mapping' ? 1 : x.status === 'checking' || x.status === 'checked' || (x.status === 'failed' && !x.report) ? 2 : 3)

export function ImportPage() {
  const { id } = useParams({ from: '/app/imports/$id' })
  const { t } = useFormat()
  const query = useQuery(importOne(id))
  const [editing, setEditing] = useState(false)
  const title = (query.data && fileNames(query.data, t)) || t('imports.one')
  useOpened('imports', query.data?.id, { zh: title, en: title })
  return (
    <Page title={title} crumb={<Link to="/imports">{t('imports.title')}</Link>} actions={query.data && <Steps at={stepOf(query.data, editing)} />}>
      {query.isPending && <Card><Loading lines={8} /></Card>}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.data && <Stage data={query.data} editing={editing} setEditing={setEditing} />}
    </Page>
  )
}

function Steps({ at }: { at: number }) {
  const { t } = useFormat()
  return (
    <ol className="steps">
      {['file', 'map', 'check', 'result'].map((s, i) => (
        <li key={s} className={i === at ? 'now' : i < at ? 'done' : undefined} aria-current={i === at ? 'step' : undefined}><i>{i < at ? '✓' : i + 1}</i>{t(`imports.step_${s}`)}</li>
      ))}
    </ol>
  )
}

function Stage({ data, editing, setEditing }: { data: Import; editing: boolean; setEditing: (on: boolean) => void }) {
  const { t } = useFormat()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const keep = (next: Import) => queries.setQueryData(['imports', data.id], next)
  const refresh = () => {
    void queries.invalidateQueries({ queryKey: ['imports'], exact: true })
    void queries.invalidateQueries({ queryKey: ['run'] })
    void queries.invalidateQueries({ queryKey: ['features'] })
  }
  const commit = useMutation({ mutationFn: () => commitImport(data.id), onSuccess: keep })
  const undo = useMutation({
    mutationFn: () => undoImport(data.id),
    onSuccess: (next) => { keep(next); toast.ok(t('imports.undone')) },
  })
  const stop = useMutation({ mutationFn: () => stopImport(data.id), onSuccess: keep })
  const discard = useMutation({
    mutationFn: () => discardImport(data.id),
    onSuccess: async () => { refresh(); await navigate({ to: '/imports' }) },
  })
  // whatever the status became, counts elsewhere are old now
  useEffect(refresh, [data.status])

  if (editing || data.status === 'mapping') return <MappingStage data={data} onDone={(next) => { keep(next); setEditing(false) }} onDiscard={() => discard.mutate()} />
  switch (data.status) {
    case 'checking': return <Working data={data} title={t('imports.checking')} note={t('imports.checking_note')} onStop={() => stop.mutate()} />
    case 'committing': return <Working data={data} title={t('imports.committing')} note={t('imports.committing_note')} />
    case 'checked':
      return (
        <>
          {commit.error && <Failed error={commit.error} />}
          {data.report && <CheckReport data={data} report={data.report} dry />}
          <div className="sticky-bar">
            <span className="grow soft">{t(data.report?.accepted ? 'imports.undo_promise' : 'imports.nothing_new')}</span>
            <Popconfirm title={t('imports.discard_sure')} onConfirm={() => discard.mutate()} okText={t('imports.discard')} cancelText={t('common.cancel')}><Button type="text">{t('imports.discard')}</Button></Popconfirm>
            <Button onClick={() => setEditing(true)}>{t('imports.back_to_map')}</Button>
            <Button type="primary" loading={commit.isPending} disabled={!data.report?.accepted} onClick={() => commit.mutate()}>{t('imports.import_rows', { count: data.report?.accepted ?? 0 })}</Button>
          </div>
        </>
      )
    default:
      return <>{undo.error && <Failed error={undo.error} />}<Result data={data} undoing={undo.isPending} onUndo={() => undo.mutate()} onEdit={() => setEditing(true)} /></>
  }
}

function Working({ data, title, note, onStop }: { data: Import; title: string; note: string; onStop?: () => void }) {
  const f = useFormat()
  const p = data.progress
  const share = p && p.total > 0 ? Math.min(1, p.done / p.total) : 0
  return (
    <Card title={title} extra={onStop && <Button size="small" onClick={onStop}>{f.t('imports.stop')}</Button>}>
      <div className="stack" role="status">
        <div className="progress"><i style={{ width: `${share * 100}%` }} /></div>
        <p className="soft">{p && p.total > 0 ? `${p.unit === 'bytes' ? f.bytes(p.done) : f.integer(p.done)} / ${p.unit === 'bytes' ? f.bytes(p.total) : f.integer(p.total)}${p.unit === 'rows' ? ` ${f.t('imports.unit_rows')}` : ''}` : ''} {note}</p>
      </div>
    </Card>
  )
}

function MappingStage({ data, onDone, onDiscard }: { data: Import; onDone: (next: Import) => void; onDiscard: () => void }) {
  const { t } = useFormat()
  const { maps, change, flush, forget, busy, error } = useMappings(data)
  const check = useMutation({ mutationFn: async () => { await flush(); return checkImport(data.id) }, onSuccess: onDone })
  const mapped = maps.reduce((n, m) => n + m.columns.filter((c) => c.target !== 'ignore').length, 0)
  const total = maps.reduce((n, m) => n + m.columns.length, 0)
  const twice = maps.flatMap(duplicateTargets)
  const failed = error ?? check.error ?? (data.status === 'failed' ? Problem.of(data.error, data.error?.status ?? 0) : null)
  return (
    <>
      {failed && <Failed error={failed} />}
      {data.files.map((file, i) => {
        const mapping = maps[i]
        return mapping && <FileMapping key={`${file.name}-${i}`} file={file} name={tableName(file, data.files)} others={data.files.length > 1} whole={data.files.filter((x) => x.name === file.name).length >= file.sheets.length} mapping={mapping} busy={busy} onChange={(part, layout) => change(i, part, layout)} />
      })}
      <div className="sticky-bar">
        <span className="grow">{t('imports.matched', { mapped, total })} {twice.length > 0 && <span className="worse">{t('imports.twice')}</span>}</span>
        <Popconfirm title={t('imports.discard_sure')} onConfirm={() => { forget(); onDiscard() }} okText={t('imports.discard')} cancelText={t('common.cancel')}><Button type="text">{t('imports.discard')}</Button></Popconfirm>
        <Button type="primary" loading={check.isPending} onClick={() => check.mutate()}>{t('imports.check')}</Button>
      </div>
    </>
  )
}
