import { useMutation, useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { candidate, decide, ofCustomer } from '@/api/duplicates'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { useHotkeys } from '@/parts/hooks'
import { Card } from '@/parts/Page'
import { Failed, Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { Beside } from './Beside'
import { chosen, type Which } from './choice'
import { chance } from './DuplicatesPage'
import { useFresh, useMerged, usePutAside, useUnmerge } from './useDecision'

/** A pair of the queue and what can be decided of it. */
export function Pair({ id, onDecided }: { id: string; onDecided: () => void }) {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const problem = useProblemText()
  const query = useQuery(candidate(id))
  const d = query.data
  const [survivor, setSurvivor] = useState<Which | undefined>()
  const [picks, setPicks] = useState<Record<string, Which>>({})
  const keep: Which = survivor ?? (d?.suggested === 'b' ? 'b' : 'a')
  const fresh = useFresh()
  const merged = useMerged()
  const unmerge = useUnmerge()
  const aside = usePutAside(id, onDecided)
  const merge = useMutation({
    mutationFn: () => (d ? decide(id, { decision: 'merge', survivor: d[keep].id, fields: chosen(d, keep, picks) }) : Promise.reject(new Error('not there yet'))),
    onSuccess: async (made) => {
      onDecided()
      merged(made.merge?.id, d?.[keep].name ?? d?.[keep].id ?? '')
      await fresh()
    },
    onError: async (e) => { toast.bad(problem(e)); await fresh() },
  })
  const state = d?.pair.state
  const works = may('customers:write') && !!d && d.pair.id === id
  const open = works && (state === 'open' || state === 'later')
  const busy = merge.isPending || aside.isPending
  useHotkeys({ m: [() => merge.mutate(), t('shell.key_merge')], n: [() => aside.mutate('distinct'), t('shell.key_distinct')], l: [() => aside.mutate('later'), t('shell.key_later')] }, open && !busy)
  if (query.isPending) return <Card><Loading lines={10} /></Card>
  if (query.error) return <Failed error={query.error} retry={() => void query.refetch()} />
  if (!d) return null
  return (
    <Card title={t('duplicates.are_one', { chance: chance(d.pair, f) })} extra={
      <div className="row dup-decide">
        {open && <Button type="primary" loading={merge.isPending} disabled={busy} onClick={() => merge.mutate()}>{t('duplicates.merge')} <span className="kbd">M</span></Button>}
        {open && <Button disabled={busy} onClick={() => aside.mutate('distinct')}>{t('duplicates.distinct')} <span className="kbd">N</span></Button>}
        {open && state === 'open' && <Button disabled={busy} onClick={() => aside.mutate('later')}>{t('duplicates.later')} <span className="kbd">L</span></Button>}
        {works && (state === 'distinct' || state === 'later') && <Button disabled={busy} onClick={() => aside.mutate('open')}>{t('duplicates.reopen')}</Button>}
        {works && state === 'merged' && <MergedHere onUndo={(merge) => void unmerge(merge)} customer={d.a.id} />}
      </div>
    }>
      {state !== 'merged' && <Beside detail={d} survivor={keep} onSurvivor={setSurvivor} picks={picks} onPick={(field, which) => setPicks((p) => ({ ...p, [field]: which }))} choosing={open} />}
      {state === 'merged' && <p>{t('duplicates.is_merged')}</p>}
    </Card>
  )
}

/** The merge that made them one, and its way back. */
function MergedHere({ customer, onUndo }: { customer: string; onUndo: (merge: string) => void }) {
  const { t } = useFormat()
  const { data } = useQuery(ofCustomer(customer))
  const last = data?.merges[0]
  return last ? <Button onClick={() => onUndo(last.id)}>{t('duplicates.undo_merge')}</Button> : null
}
