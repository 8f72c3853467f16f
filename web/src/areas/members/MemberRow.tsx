import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Select, Switch } from 'antd'
import { useState } from 'react'
import type { Member, Role, Standing } from '@/api/types'
import { members, putMember, session } from '@/api/queries'
import { useAccessWords } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { HistoryLink } from '@/parts/HistoryLink'
import { permissionsOf, personalIn, personalOf, roles, within } from '@/parts/roles'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { RemoveMember } from './RemoveMember'
import { ResetSecond } from './ResetSecond'
import { RoleChange } from './RoleChange'
import { ViewAs } from './ViewAs'

/** One member: what they are, and what the reader may change about it. `last`: the only owner. */
export function MemberRow({ member: m, last, seen }: { member: Member; last: boolean; seen: boolean }) {
  const f = useFormat()
  const { t } = f
  const words = useAccessWords()
  const problem = useProblemText()
  const queries = useQueryClient()
  const { data: now } = useQuery(session)
  const mine = now?.user?.permissions ?? []
  const [asked, setAsked] = useState<Role | null>(null)
  const save = useMutation({
    mutationFn: (next: Standing) => putMember(m.id, next),
    onSuccess: async (made) => {
      toast.ok(t('members.changed', { name: made.name }))
      setAsked(null)
      // who took something from themselves may not see this page any more
      if (m.you) await queries.invalidateQueries({ queryKey: session.queryKey })
      await queries.invalidateQueries({ queryKey: members.queryKey })
    },
    onError: (e) => { setAsked(null); toast.bad(problem(e)) },
  })
  const mayTouch = within(m.permissions, mine)
  const sees = m.permissions.includes('personal:read')
  const choices = roles.filter((role) => role === m.role || within(permissionsOf({ role, personal: personalIn(role, m.personal) }), mine))
  return (
    <tr>
      <td className="whole"><span className="strong">{m.name}</span>{m.you && <span className="chip">{t('members.you')}</span>}{m.second_factor && <span className="chip">{t('second.title')}</span>}<div className="soft small anywhere">{m.email}</div></td>
      <td data-label={t('access.role')}>
        {mayTouch && !last
          ? <Select className="role" aria-label={t('members.role_of', { name: m.name })} value={m.role} loading={save.isPending} onChange={(role: Role) => { if (role !== m.role) setAsked(role) }} options={choices.map((role) => ({ value: role, label: words.role(role) }))} />
          : words.role(m.role)}
      </td>
      <td data-label={t('members.personal')}>
        <span className="row nowrap">
          {/* an owner always sees it; who takes it from themselves cannot give it back: nobody gives what they do not have */}
          {mayTouch && !m.you && m.role !== 'owner' && mine.includes('personal:read')
            ? <Switch aria-label={t('members.personal_of', { name: m.name })} checked={sees} loading={save.isPending} onChange={(on) => save.mutate({ role: m.role, personal: personalOf(m.role, on) })} />
            : t(sees ? 'common.yes' : 'common.no')}
          {m.personal !== 'by_role' && <span className="soft small">{t('members.not_by_role')}</span>}
        </span>
      </td>
      {seen && <td className="nowrap" data-label={t('members.last_seen')}>{m.last_seen_at ? f.instant(m.last_seen_at) : '—'}</td>}
      <td className="nowrap" data-label={t('members.since')}>{f.instant(m.created_at)}</td>
      <td className="whole"><HistoryLink about={m.id} /> {!m.you && mine.includes('settings:write') && <ViewAs member={m} />} {m.second_factor && mayTouch && !m.you && mine.includes('settings:write') && <ResetSecond member={m} />}{last ? <span className="soft small">{t('members.last_owner')}</span> : mayTouch && !m.you && <RemoveMember member={m} />}</td>
      {asked && <RoleChange member={m} role={asked} busy={save.isPending} onConfirm={() => save.mutate({ role: asked, personal: personalIn(asked, m.personal) })} onCancel={() => setAsked(null)} />}
    </tr>
  )
}
