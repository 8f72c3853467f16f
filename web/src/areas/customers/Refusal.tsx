import { Button, Input, Select } from 'antd'
import { useId, useState } from 'react'
import type { ChangeBody, Profile } from '@/api/types'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { Modal } from '@/parts/opened'
import { useChange } from './useChange'

const ways = ['in_person', 'phone', 'letter', 'email', 'web'] as const
type Draft = NonNullable<ChangeBody['refusal']>

/** That somebody does not want to be profiled: since when, how they said so, who noted it; and the way to note it or to take it back. */
export function Refusal({ profile: p }: { profile: Profile }) {
  const f = useFormat()
  const { t } = f
  const works = useMay()('customers:write')
  const [open, setOpen] = useState(false)
  const change = useChange(() => setOpen(false))
  const refuses = !p.refusal
  const act = (refusal: Draft) => change.mutate({ kind: refuses ? 'profiling_refuse' : 'profiling_allow', refusal, customers: [p.id], except: [] } as ChangeBody)
  const r = p.refusal
  if (!r && !works) return null
  return (
    <div className={r ? 'refusal' : 'row'} data-testid="refusal">
      {r && (
        <div>
          <span className="strong">{t('work.refuses')}</span> <span>{t('work.refused_on', { day: r.on, how: f.label(r.how_label) })}{r.by && ` · ${t('work.refusal_noted', { name: r.by_name ?? r.by, at: f.instant(r.noted_at) })}`}</span>
          <p className="small">{t('work.refusal_means')}</p>
        </div>
      )}
      {works && <Button size="small" onClick={() => setOpen(true)}>{t(r ? 'work.refusal_back' : 'work.refuse')}</Button>}
      {open && <RefusalDialog refuses={refuses} busy={change.isPending} onClose={() => setOpen(false)} onSay={act} />}
    </div>
  )
}

/** When and how it was said. */
export function RefusalDialog({ refuses, busy, count, onClose, onSay }: { refuses: boolean; busy: boolean; count?: number; onClose: () => void; onSay: (draft: Draft) => void }) {
  const f = useFormat()
  const { t } = f
  const [how, setHow] = useState<string>('in_person')
  const [on, setOn] = useState('')
  const ids = { how: useId(), on: useId() }
  return (
    <Modal open onCancel={onClose} title={t(refuses ? 'work.refuse_title' : 'work.refusal_back_title')} okText={t(refuses ? 'work.refuse_do' : 'work.refusal_back_do')} cancelText={t('common.cancel')} confirmLoading={busy} onOk={() => onSay({ how, ...(on ? { on } : {}) })}>
      <div className="stack">
        {count !== undefined && <p className="strong">{t('work.selected', { count, n: f.integer(count) })}</p>}
        <p>{t(refuses ? 'work.refuse_text' : 'work.refusal_back_text')}</p>
        <div className="field">
          <label htmlFor={ids.how}>{t('work.said_how')}</label>
          <Select id={ids.how} value={how} onChange={setHow} options={ways.map((w) => ({ value: w, label: t(`work.said_${w}`) }))} />
        </div>
        <div className="field">
          <label htmlFor={ids.on}>{t('work.said_on')}</label>
          <Input id={ids.on} type="date" value={on} onChange={(e) => setOn(e.target.value)} />
        </div>
      </div>
    </Modal>
  )
}
