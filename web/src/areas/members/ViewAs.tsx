import { useMutation } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { at } from '@/api/base'
import { viewAs } from '@/api/account'
import type { Member } from '@/api/types'
import { useT } from '@/i18n'
import { useAccessWords } from '@/parts/access'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

/** Looks as a member from here on: the whole page is another, so it is loaded anew. */
function useViewAs() {
  const problem = useProblemText()
  return useMutation({ mutationFn: viewAs, onSuccess: () => location.assign(at('/')), onError: (e) => toast.bad(problem(e)) })
}

export function ViewAs({ member: m }: { member: Member }) {
  const { t } = useT()
  const look = useViewAs()
  return <button type="button" className="linkish small" disabled={look.isPending} title={t('members.view_note')} aria-label={t('members.view_of', { name: m.name })} onClick={() => look.mutate(m.id)}>{t('members.view')}</button>
}

/** Beside what each role may do: what that looks like to somebody who has it. */
export function ViewAsOne({ members }: { members: Member[] }) {
  const { t } = useT()
  const words = useAccessWords()
  const look = useViewAs()
  const [one, setOne] = useState<string>()
  const others = members.filter((m) => !m.you)
  if (others.length === 0) return null
  return (
    <div className="stack view-as">
      <div className="row">
        <label htmlFor="view-as">{t('members.view_which')}</label>
        <Select id="view-as" value={one} onChange={(id: string) => setOne(id)} placeholder={t('members.view_pick')} options={others.map((m) => ({ value: m.id, label: t('members.view_option', { name: m.name, role: words.role(m.role) }) }))} />
        <Button disabled={!one} loading={look.isPending} onClick={() => { if (one) look.mutate(one) }}>{t('members.view')}</Button>
      </div>
      <p className="small soft">{t('members.view_note')}</p>
    </div>
  )
}
