import { useMutation, useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { mergeAll, sure } from '@/api/duplicates'
import { useFormat } from '@/parts/format'
import { Modal } from '@/parts/opened'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { useFresh, useUnmerge } from './useDecision'

/** From here on pairs may be merged unseen. */
const SURE = 0.99
/** In one step. */
const MOST = 2000

/** Everything that is beyond doubt, in one step with one way back. */
export function MergeAll() {
  const f = useFormat()
  const { t } = f
  const problem = useProblemText()
  const { data } = useQuery(sure(SURE))
  const [asking, setAsking] = useState(false)
  const fresh = useFresh()
  const unmerge = useUnmerge()
  const n = Math.min(data?.total ?? 0, MOST)
  const merge = useMutation({
    mutationFn: () => mergeAll(SURE, n),
    onSuccess: async (made) => {
      setAsking(false)
      toast.undo(t('duplicates.merged_all', { count: made.merged, n: f.integer(made.merged) }), () => void unmerge(made.batch))
      await fresh()
    },
    onError: async (e) => { setAsking(false); toast.bad(problem(e)); await fresh() },
  })
  if (!n) return null
  return (
    <>
      <Button onClick={() => setAsking(true)}>{t('duplicates.merge_all', { count: n, n: f.integer(n) })}</Button>
      <Modal open={asking} onCancel={() => setAsking(false)} onOk={() => merge.mutate()} confirmLoading={merge.isPending} width={480} title={t('duplicates.merge_all_sure', { count: n, n: f.integer(n) })} okText={t('duplicates.merge')} cancelText={t('common.cancel')}>
        <p>{t('duplicates.merge_all_text')}</p>
      </Modal>
    </>
  )
}
