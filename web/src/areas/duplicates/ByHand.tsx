import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { compare, postMerge } from '@/api/duplicates'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { Failed, Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { Beside } from './Beside'
import { chosen, other, type Which } from './choice'
import { useFresh, useMerged } from './useDecision'

/** Any two customers somebody picked, to be made one. */
export function ByHand({ a, b }: { a: string; b: string }) {
  const { t } = useFormat()
  const may = useMay()
  const problem = useProblemText()
  const navigate = useNavigate()
  const query = useQuery(compare(a, b))
  const d = query.data
  const [survivor, setSurvivor] = useState<Which | undefined>()
  const [picks, setPicks] = useState<Record<string, Which>>({})
  const keep: Which = survivor ?? (d?.suggested === 'b' ? 'b' : 'a')
  const fresh = useFresh()
  const merged = useMerged()
  const merge = useMutation({
    mutationFn: () => (d ? postMerge({ survivor: d[keep].id, merged: [d[other(keep)].id], fields: chosen(d, keep, picks) }) : Promise.reject(new Error('not there yet'))),
    onSuccess: async (made) => {
      if (d) merged(made.merges[0]?.id, d[keep].name ?? d[keep].id)
      await navigate({ to: '/customers/$id', params: { id: d?.[keep].id ?? a } })
      await fresh()
    },
    onError: (e) => toast.bad(problem(e)),
  })
  const works = may('customers:write')
  return (
    <Page title={t('duplicates.by_hand')} crumb={<Link to="/duplicates">{t('duplicates.title')}</Link>}>
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Card><Loading lines={10} /></Card>}
      {d && (
        <Card title={t('duplicates.side_by_side')} extra={works && <Button type="primary" loading={merge.isPending} onClick={() => merge.mutate()}>{t('duplicates.merge')}</Button>}>
          <Beside detail={d} survivor={keep} onSurvivor={setSurvivor} picks={picks} onPick={(field, which) => setPicks((p) => ({ ...p, [field]: which }))} choosing={works} />
        </Card>
      )}
    </Page>
  )
}
