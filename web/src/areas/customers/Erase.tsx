import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button, Input } from 'antd'
import { useId, useState } from 'react'
import { type ErasureLine, erasurePlan, postErasure } from '@/api/erasures'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { Modal } from '@/parts/opened'
import { Failed, Loading, useProblemText } from '@/parts/States'

/** Erase…: what would go, what would stay and why, a reason, and the name typed once more. */
export function Erase({ id, name }: { id: string; name: string | null }) {
  const { t } = useFormat()
  const [open, setOpen] = useState(false)
  if (!useMay()('customers:erase')) return null
  return (
    <>
      <Button danger size="small" onClick={() => setOpen(true)}>{t('erasures.erase')}</Button>
      {open && <Ask id={id} name={name} onClose={() => setOpen(false)} />}
    </>
  )
}

function Ask({ id, name, onClose }: { id: string; name: string | null; onClose: () => void }) {
  const f = useFormat()
  const { t } = f
  const navigate = useNavigate()
  const queries = useQueryClient()
  const problem = useProblemText()
  const plan = useQuery(erasurePlan(id))
  const [reason, setReason] = useState('')
  const [confirm, setConfirm] = useState('')
  const ids = { reason: useId(), confirm: useId() }
  const shown = name ?? id
  const erase = useMutation({
    mutationFn: () => postErasure(id, { reason: reason.trim(), confirm: confirm.trim() }),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ['erasures', 'list'] })
      void navigate({ to: '/erasures/$id', params: { id: made.id } })
    },
  })
  const p = plan.data
  const ready = !!p && reason.trim() !== '' && (confirm.trim() === shown || confirm.trim() === id)
  return (
    <Modal
      open onCancel={onClose} width={640} title={t('erasures.sure', { name: shown })} okText={t('erasures.do_it')} cancelText={t('common.cancel')} okType="default"
      okButtonProps={{ danger: true, disabled: !ready }} confirmLoading={erase.isPending} onOk={() => erase.mutate()}
    >
      <div className="stack">
        <p>{t('erasures.for_good')}</p>
        {plan.isPending && <Loading lines={8} />}
        {plan.error && <Failed error={plan.error} retry={() => void plan.refetch()} />}
        {p && (
          <>
            {p.merged > 0 && <p className="worse">{t('erasures.merged_too', { count: p.merged, n: f.integer(p.merged) })}</p>}
            <Lines title={t('erasures.will_go')} lines={p.removed} />
            <Lines title={t('erasures.will_stay')} lines={p.kept} empty={t('erasures.nothing_stays')} />
            <Lines title={t('erasures.files_go')} lines={p.files} />
            <div className="field">
              <label htmlFor={ids.reason}>{t('erasures.reason')}</label>
              <Input id={ids.reason} value={reason} maxLength={500} placeholder={t('erasures.reason_hint')} onChange={(e) => setReason(e.target.value)} />
            </div>
            <div className="field">
              <label htmlFor={ids.confirm}>{t('erasures.type_name', { name: shown })}</label>
              <Input id={ids.confirm} value={confirm} autoComplete="off" onChange={(e) => setConfirm(e.target.value)} onPressEnter={() => { if (ready) erase.mutate() }} />
            </div>
            {erase.error && <div className="failed" role="alert">{problem(erase.error)}</div>}
          </>
        )}
      </div>
    </Modal>
  )
}

function Lines({ title, lines, empty }: { title: string; lines: ErasureLine[]; empty?: string }) {
  const f = useFormat()
  if (lines.length === 0 && !empty) return null
  return (
    <section>
      <h3 className="profile-sub">{title}</h3>
      {lines.length === 0 ? <p className="soft">{empty}</p> : (
        <ul className="points">{lines.map((l) => <li key={l.key}>{f.label(l.label)} · <strong>{f.integer(l.count)}</strong></li>)}</ul>
      )}
      {lines[0]?.why && <p className="soft small">{f.label(lines[0].why)}</p>}
    </section>
  )
}
