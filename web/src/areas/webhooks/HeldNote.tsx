import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { confirmOutbound, type Held, webhooks } from '@/api/webhooks'
import { useFormat } from '@/parts/format'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

/** After a restore nothing goes out by itself: what waited may have been sent after the backup was made. */
export function HeldNote({ held }: { held: Held }) {
  const f = useFormat()
  const { t } = f
  const queries = useQueryClient()
  const problem = useProblemText()
  const confirm = useMutation({
    mutationFn: confirmOutbound,
    onSuccess: () => { toast.ok(t('webhooks.held_done')); void queries.invalidateQueries({ queryKey: webhooks.queryKey }) },
    onError: (e) => toast.bad(problem(e)),
  })
  return (
    <div className="failed held" role="status">
      <span>{t('webhooks.held', { at: f.instant(held.restored_at), made: f.instant(held.made_at), count: held.waiting })}</span>
      <span className="row">
        <Button size="small" loading={confirm.isPending} onClick={() => confirm.mutate(false)}>{t('webhooks.held_send')}</Button>
        <Button size="small" loading={confirm.isPending} onClick={() => confirm.mutate(true)}>{t('webhooks.held_drop')}</Button>
      </span>
    </div>
  )
}
