import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { href } from '@/api/client'
import { type Erasure, type ErasureLine, erasure as erasureQuery, liftErasure } from '@/api/erasures'
import { useFormat } from '@/parts/format'
import { Modal } from '@/parts/opened'
import { Card, Page } from '@/parts/Page'
import { Failed, Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import './erasures.css'

/** The receipt of an erasure: printable, and as JSON. */
export function ErasurePage() {
  const { id } = useParams({ from: '/app/erasures/$id' })
  const f = useFormat()
  const { t } = f
  const queries = useQueryClient()
  const query = useQuery(erasureQuery(id))
  const e = query.data
  const state = e?.state
  // whoever was on the screen a moment ago is gone
  useEffect(() => {
    if (state && state !== 'asked') void queries.invalidateQueries({ predicate: (q) => q.queryKey[0] !== 'erasures' && q.queryKey[0] !== 'session' })
  }, [state, queries])
  const crumb = <Link to="/erasures">{t('erasures.title')}</Link>
  if (query.isPending) return <Page title={t('erasures.receipt')} crumb={crumb}><Card><Loading lines={10} /></Card></Page>
  if (query.error) return <Page title={t('erasures.receipt')} crumb={crumb}><Failed error={query.error} retry={() => void query.refetch()} /></Page>
  if (!e) return null
  return (
    <Page
      title={t('erasures.receipt')} crumb={crumb} note={<span className="mono">{e.id}</span>}
      actions={e.state === 'done' && <div className="row no-print"><Button onClick={() => window.print()}>{t('erasures.print')}</Button><Button href={href(`/erasures/${e.id}`)} download={`${e.id}.json`}>JSON</Button><Lift erasure={e} /></div>}
    >
      <Card>
        <p className={`receipt-state ${e.state}`} role="status">{t(`erasures.now_${e.state}`)}</p>
        <dl className="receipt-facts">
          <Fact name={t('erasures.customer')} value={<span className="mono">{e.customer || '—'}</span>} />
          <Fact name={t('erasures.reason')} value={e.reason} />
          <Fact name={t('erasures.who')} value={e.author_name ?? t(`erasures.by_${e.author === 'cli' ? 'cli' : 'server'}`)} />
          <Fact name={t('erasures.asked_at')} value={f.instant(e.asked_at)} />
          {e.erased_at && <Fact name={t('erasures.erased_at')} value={f.instant(e.erased_at)} />}
          {e.computed_at && <Fact name={t('erasures.computed_at')} value={f.instant(e.computed_at)} />}
          {e.finished_at && <Fact name={t('erasures.finished_at')} value={f.instant(e.finished_at)} />}
          {e.lifted_at && <Fact name={t('erasures.lifted_at')} value={f.instant(e.lifted_at)} />}
        </dl>
      </Card>
      {e.state !== 'asked' && (
        <>
          <Lines title={t('erasures.removed')} lines={e.removed} />
          <Lines title={t('erasures.kept')} lines={e.kept} none={t('erasures.nothing_stays')} />
          <Lines title={t('erasures.files')} lines={e.files} />
          <Card title={t('erasures.limits')}><ul className="points stack tight">{e.notes.map((n) => <li key={n.en}>{f.label(n)}</li>)}</ul></Card>
        </>
      )}
    </Page>
  )
}

const Fact = ({ name, value }: { name: string; value: React.ReactNode }) => <div><dt>{name}</dt><dd>{value}</dd></div>

function Lines({ title, lines, none }: { title: string; lines: ErasureLine[]; none?: string }) {
  const f = useFormat()
  if (lines.length === 0 && !none) return null
  return (
    <Card title={title}>
      {lines.length === 0 ? <p className="soft">{none}</p> : (
        <table className="data-table">
          <thead className="sr"><tr><th>{f.t('erasures.place')}</th><th>{f.t('erasures.count')}</th></tr></thead>
          <tbody>{lines.map((l) => <tr key={l.key}><td>{f.label(l.label)}</td><td className="num">{f.integer(l.count)}</td></tr>)}</tbody>
        </table>
      )}
      {lines[0]?.why && <p className="soft small">{f.label(lines[0].why)}</p>}
    </Card>
  )
}

/** They are a customer again: their identifiers may come in, as somebody new's. */
function Lift({ erasure: e }: { erasure: Erasure }) {
  const { t } = useFormat()
  const queries = useQueryClient()
  const problem = useProblemText()
  const [open, setOpen] = useState(false)
  const lift = useMutation({
    mutationFn: () => liftErasure(e.id),
    onSuccess: (now) => { queries.setQueryData(erasureQuery(e.id).queryKey, now); setOpen(false); toast.ok(t('erasures.lifted')) },
    onError: (error) => { setOpen(false); toast.bad(problem(error)) },
    onSettled: () => queries.invalidateQueries({ queryKey: ['erasures', 'list'] }),
  })
  if (e.lifted_at) return null
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('erasures.lift')}</Button>
      <Modal open={open} onCancel={() => setOpen(false)} onOk={() => lift.mutate()} confirmLoading={lift.isPending} width={480} title={t('erasures.lift_sure')} okText={t('erasures.lift')} cancelText={t('common.cancel')}>
        <p>{t('erasures.lift_note')}</p>
      </Modal>
    </>
  )
}
