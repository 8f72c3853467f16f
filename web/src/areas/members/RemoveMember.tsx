import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Member } from '@/api/types'
import { deleteMember, invitations, members, tokens } from '@/api/queries'
import { useT } from '@/i18n'
import { Modal } from '@/parts/opened'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

/** Asks before somebody is removed, and says what happens. */
export function RemoveMember({ member: m }: { member: Member }) {
  const { t } = useT()
  const queries = useQueryClient()
  const problem = useProblemText()
  const [open, setOpen] = useState(false)
  const remove = useMutation({
    mutationFn: () => deleteMember(m.id),
    onSuccess: async () => {
      setOpen(false)
      toast.ok(t('members.removed', { name: m.name }))
      await Promise.all([members, invitations, tokens].map(({ queryKey }) => queries.invalidateQueries({ queryKey })))
    },
    onError: (e) => { setOpen(false); toast.bad(problem(e)) },
  })
  return (
    <>
      <button type="button" className="linkish danger small" aria-label={t('members.remove_of', { name: m.name })} onClick={() => setOpen(true)}>{t('common.remove')}</button>
      <Modal open={open} onCancel={() => setOpen(false)} onOk={() => remove.mutate()} confirmLoading={remove.isPending} okType="default" okButtonProps={{ danger: true }} width={480} title={t('members.remove_sure', { name: m.name })} okText={t('common.remove')} cancelText={t('common.cancel')}>
        <ul className="points">{['sessions', 'tokens', 'invitations', 'work'].map((what) => <li key={what}>{t(`members.remove_${what}`)}</li>)}</ul>
      </Modal>
    </>
  )
}
