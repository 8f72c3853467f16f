import { useMutation, useQuery } from '@tanstack/react-query'
import { Modal } from 'antd'
import { useState } from 'react'
import type { EntryKind, KindExample, KindForm, KindReport, Named } from '@/api/types'
import { Users } from '@/parts/definition/UsedBy'
import { useFormat } from '@/parts/format'
import { useDebounced } from '@/parts/hooks'
import { Failed } from '@/parts/States'
import { filled, Options } from './Options'
import { chooses, optionsOf } from './words'
import './field.css'

/** What becomes of the values of a field that is given another kind, before it is: what stays, what is written otherwise, what is lost, and what would not be understood. */
export default function KindChange({ name, from, to, options: first, ask, onDone, onClose }: { name: string; from: EntryKind; to: EntryKind; options: Named[]; ask: (form: KindForm) => Promise<KindReport>; onDone: (options: Named[]) => void; onClose: () => void }) {
  const f = useFormat()
  const { t } = f
  const [edited, setEdited] = useState<Named[] | null>(first.length > 0 ? first : null)
  // which values there are is what there is to choose from, until somebody says otherwise
  const there = useQuery({ queryKey: ['kind', name, from, to, 'there'], queryFn: () => ask({ kind: to, options: [], dry_run: true }), enabled: chooses(to) && edited === null, gcTime: 0 })
  const options = chooses(to) ? edited ?? optionsOf(there.data, to) : []
  const kept = filled(options)
  const now = JSON.stringify(kept)
  const asked = useDebounced(now, 400)
  const ready = !chooses(to) || kept.length > 0
  const look = useQuery({ queryKey: ['kind', name, from, to, asked], queryFn: () => ask({ kind: to, options: JSON.parse(asked) as Named[], dry_run: true }), enabled: ready && asked === now, gcTime: 0, staleTime: 0, retry: false })
  const r = ready && asked === now ? look.data : undefined
  const go = useMutation({ mutationFn: () => ask({ kind: to, options: kept, dry_run: false, seen: r?.seen }), onSuccess: () => onDone(kept), onError: () => void look.refetch() })
  const broken = r ? r.broken.length + r.broken_elsewhere : 0
  const line = (key: 'kept' | 'converted' | 'lost' | 'outside' | 'regained', examples: KindExample[], both: boolean) => r && r[key] > 0 && (
    <li className={key === 'lost' ? 'kind-lost' : undefined}>
      <span>{t(`fields.turn_${key}`, { count: r[key], n: f.integer(r[key]) })}</span>
      {examples.slice(0, 5).map((e, i) => <span className="soft small kind-example" key={i}>{f.value(e.before)}{both && ` → ${f.value(e.after)}`}{e.count > 1 && ` · ${f.integer(e.count)}`}</span>)}
    </li>
  )
  return (
    <Modal
      open title={t('fields.turn_title', { name, from: t(`fields.kind_${from}`), to: t(`fields.kind_${to}`) })} width={520} cancelText={t('common.cancel')} onCancel={onClose}
      okText={t('fields.turn_do', { to: t(`fields.kind_${to}`) })} okButtonProps={{ disabled: !r || broken > 0, danger: !!r && r.lost > 0 }} confirmLoading={go.isPending} onOk={() => go.mutate()}
    >
      <div className="stack" data-testid="kind-change">
        {go.error && <Failed error={go.error} />}
        {chooses(to) && (there.isFetching ? <span className="soft small">{t('fields.set_counting')}</span> : <Options value={options} fixed={0} onChange={setEdited} />)}
        {look.error && ready && asked === now && <Failed error={look.error} />}
        <div className="stack" aria-live="polite">
          {ready && !r && !look.error && <span className="soft small">{t('fields.set_counting')}</span>}
          {r && r.values + r.regained === 0 && <p>{t('fields.turn_empty')}</p>}
          {r && <ul className="kind-counts">{line('kept', [], false)}{line('converted', r.converted_examples, true)}{line('lost', r.lost_examples, false)}{line('outside', r.outside_examples, false)}{line('regained', [], false)}</ul>}
          {r && broken > 0 && <div role="alert"><p className="strong">{t('fields.turn_broken')}</p><Users users={r.broken} others={r.broken_elsewhere} /></div>}
          {r && broken === 0 && r.used_by.length + r.used_elsewhere > 0 && <div><p>{t('fields.turn_used')}</p><Users users={r.used_by} others={r.used_elsewhere} /></div>}
        </div>
        <p className="soft small">{t('fields.turn_note')}</p>
      </div>
    </Modal>
  )
}
