import { useMutation, useQuery } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { type FormEvent, useState } from 'react'
import type { AuditVerdict } from '@/api/types'
import { signedHead, verifyAudit } from '@/api/queries'
import { href } from '@/api/client'
import { type Format, useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Secret } from '@/parts/Secret'
import { Failed } from '@/parts/States'

/** Walks the chain of hashes from the first entry: whole, or broken at which place. */
export function VerifyCard() {
  const f = useFormat()
  const { t } = f
  const [head, setHead] = useState('')
  const [asking, setAsking] = useState(false)
  const verify = useMutation({ mutationFn: () => verifyAudit(head.trim()) })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!verify.isPending) verify.mutate()
  }
  return (
    <Card title={t('audit.chain')} extra={<button type="button" className="linkish small" aria-expanded={asking} onClick={() => setAsking(!asking)}>{t('audit.with_head')}</button>}>
      <form className="form-grid" onSubmit={submit}>
        {asking && <div className="field"><label htmlFor="audit-head">{t('audit.kept_head')}</label><Input id="audit-head" className="mono" allowClear value={head} onChange={(e) => setHead(e.target.value)} placeholder="128:9f2c…" autoComplete="off" /></div>}
        <div className="row"><Button htmlType="submit" loading={verify.isPending}>{t('audit.verify')}</Button><span className="soft small">{t('audit.chain_note')}</span></div>
        <Signed />
        {verify.error && <Failed error={verify.error} />}
        <div role="status" data-testid="verdict">{verify.data && !verify.isPending && <Verdict said={verify.data} f={f} />}</div>
      </form>
    </Card>
  )
}

/** The last signed end of the log, to be kept elsewhere. */
function Signed() {
  const f = useFormat()
  const { t } = f
  const { data } = useQuery(signedHead)
  if (data === undefined) return <p className="small soft">…</p>
  if (data === null) return <p className="small soft">{t('audit.not_signed')}</p>
  return <div className="row small"><span className="soft">{t('audit.signed', { seq: f.integer(data.seq), at: f.instant(data.signed_at), key: data.key.slice(0, 16) })}</span><a href={href('/audit/head')} download={`audit-head-${data.seq}.json`}>{t('audit.signed_download')}</a></div>
}

function Verdict({ said, f }: { said: AuditVerdict; f: Format }) {
  const { t } = f
  if (said.broken)
    return <p className="verdict"><span className="mark no" aria-hidden="true">✗</span><span><b>{t('audit.broken', { seq: said.broken.seq })}</b> {f.label(said.broken.message)} {t('audit.broken_before', { count: said.rows, n: f.integer(said.rows) })}</span></p>
  return (
    <div className="stack">
      <p className="verdict"><span className="mark yes" aria-hidden="true">✓</span><b>{t('audit.whole', { count: said.rows, n: f.integer(said.rows) })}</b></p>
      {said.signatures > 0 && <p className="small soft">{t('audit.signatures', { count: said.signatures })}</p>}
      {said.head && <Secret label={t('audit.head')} value={`${said.head.seq}:${said.head.hash}`} note={t('audit.head_note')} />}
    </div>
  )
}
