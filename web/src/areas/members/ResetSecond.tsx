import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Popconfirm } from 'antd'
import { resetSecond } from '@/api/account'
import { members } from '@/api/queries'
import type { Member } from '@/api/types'
import { useT } from '@/i18n'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

/** Takes a member's second step of signing in away, for who lost the phone and the recovery codes. */
export function ResetSecond({ member: m }: { member: Member }) {
  const { t } = useT()
  const queries = useQueryClient()
  const problem = useProblemText()
  const reset = useMutation({
    mutationFn: () => resetSecond(m.id),
    onSuccess: async () => { toast.ok(t('members.second_reset_done', { name: m.name })); await queries.invalidateQueries({ queryKey: members.queryKey }) },
    onError: (e) => toast.bad(problem(e)),
  })
  return (
    <Popconfirm title={t('members.second_reset_sure', { name: m.name })} description={t('members.second_reset_text')} okText={t('members.second_reset')} cancelText={t('common.cancel')} onConfirm={() => reset.mutate()}>
      <button type="button" className="linkish small" disabled={reset.isPending} aria-label={t('members.second_reset_of', { name: m.name })}>{t('members.second_reset')}</button>
    </Popconfirm>
  )
}
