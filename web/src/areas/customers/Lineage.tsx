import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { type Merge, ofCustomer, undoMerge } from '@/api/duplicates'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

/** Who a customer may be one with, and whom they were made of. It has its place from the start, so that nothing below moves when the answer is there. */
export function Lineage({ id }: { id: string }) {
  const f = useFormat()
  const { t } = f
  const { data, isPending } = useQuery(ofCustomer(id))
  if (!data && !isPending) return null
  return (
    <Card title={t('duplicates.lineage')}>
      {!data || (data.candidates.length === 0 && data.merges.length === 0) ? <p className="soft">{data ? t('duplicates.no_lineage') : '…'}</p> : <ul className="stack lineage">
        {data.candidates.map((c) => {
          const them = c.a.id === id ? c.b : c.a
          return <li key={c.id}>{t('duplicates.maybe_of')} <Link to="/duplicates" search={{ id: c.id }}>{them.name ?? them.id}</Link> <span className="soft small">{f.percent(Math.min(c.probability, 0.999), 1)}</span></li>
        })}
        {data.merges.map((m) => <Merged key={m.id} merge={m} />)}
      </ul>}
    </Card>
  )
}

function Merged({ merge: m }: { merge: Merge }) {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const problem = useProblemText()
  const queries = useQueryClient()
  const [busy, setBusy] = useState(false)
  const undo = async () => {
    setBusy(true)
    try {
      const made = await undoMerge(m.id, true)
      const notes = made.merges[0]?.stayed?.notes ?? 0
      toast.ok([t('duplicates.unmerged', { count: 1, n: 1 }), notes > 0 && t('duplicates.notes_stayed', { count: notes, n: notes })].filter(Boolean).join(' '))
    } catch (e) {
      toast.bad(problem(e))
    }
    setBusy(false)
    await Promise.all(['duplicates', 'run', 'work'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
  }
  const who = { name: m.merged.name ?? m.merged.id, into: m.survivor.name ?? m.survivor.id, at: f.instant(m.at), by: m.author_name ?? m.author }
  return <li className="row"><span>{t('duplicates.merged_from', who)}</span>{may('customers:write') && <Button size="small" loading={busy} onClick={() => void undo()}>{t('common.undo')}</Button>}</li>
}
