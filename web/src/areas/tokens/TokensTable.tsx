import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Popconfirm } from 'antd'
import type { Token } from '@/api/types'
import { deleteToken, session, tokens } from '@/api/queries'
import { useAccessWords } from '@/parts/access'
import type { Table } from '@/parts/file/SaveTable'
import { useFormat } from '@/parts/format'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

/** Every token the server tells of: one's own, or everybody's for whoever looks after members. */
export function TokensTable({ items }: { items: Token[] }) {
  const f = useFormat()
  const { t } = f
  const words = useAccessWords()
  const { data: now } = useQuery(session)
  const others = items.some((x) => x.owner.id !== now?.user?.id)
  return (
    // a scrolling region must be reachable by keyboard
    <div className="scroll" role="group" tabIndex={0} aria-label={t('tokens.title')}>
      <table className="data-table blocks tokens">
        <thead>
          <tr>
            <th scope="col">{t('tokens.name')}</th>{others && <th scope="col">{t('tokens.owner')}</th>}<th scope="col">{t('access.role')}</th><th scope="col">{t('members.personal')}</th>
            <th scope="col">{t('tokens.state')}</th><th scope="col">{t('tokens.last_used')}</th><th scope="col">{t('tokens.expires')}</th><th scope="col"><span className="sr">{t('common.actions')}</span></th>
          </tr>
        </thead>
        <tbody>
          {items.map((x) => (
            <tr key={x.id} className={x.state === 'active' ? undefined : 'over'}>
              <td className="whole"><span className="strong anywhere">{x.name}</span><div className="soft small mono">{x.prefix}…</div></td>
              {others && <td data-label={t('tokens.owner')}>{x.owner.name}</td>}
              <td data-label={t('access.role')}>{words.role(x.role)}</td>
              <td data-label={t('members.personal')}>{t(x.permissions.includes('personal:read') ? 'common.yes' : 'common.no')}</td>
              <td><span className={`chip${x.state === 'active' ? ' on' : ''}`}>{t(`tokens.state_${x.state}`)}</span></td>
              <td className="nowrap" data-label={t('tokens.last_used')}>{x.last_used_at ? f.instant(x.last_used_at) : t('tokens.never')}</td>
              <td className="nowrap" data-label={t('tokens.expires')}>{f.instant(x.expires_at)}</td>
              <td className="whole">{x.state === 'active' && <Revoke token={x} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The same as a file. */
export function useTable() {
  const { t, instant } = useFormat()
  const words = useAccessWords()
  return (items: Token[]): Table => ({
    head: [t('tokens.name'), t('tokens.prefix'), t('tokens.owner'), t('access.role'), t('members.personal'), t('tokens.state'), t('tokens.last_used'), t('tokens.expires')],
    rows: () => items.map((x) => [x.name, x.prefix, x.owner.name, words.role(x.role), t(x.permissions.includes('personal:read') ? 'common.yes' : 'common.no'), t(`tokens.state_${x.state}`), x.last_used_at && instant(x.last_used_at), instant(x.expires_at)]),
  })
}

function Revoke({ token }: { token: Token }) {
  const { t } = useFormat()
  const queries = useQueryClient()
  const problem = useProblemText()
  const refresh = () => queries.invalidateQueries({ queryKey: tokens.queryKey })
  const revoke = useMutation({
    mutationFn: () => deleteToken(token.id),
    onSuccess: () => { toast.ok(t('tokens.revoked', { name: token.name })); void refresh() },
    onError: (e) => { toast.bad(problem(e)); void refresh() },
  })
  return (
    <Popconfirm title={t('tokens.revoke_sure')} onConfirm={() => revoke.mutate()} okText={t('tokens.revoke')} cancelText={t('common.cancel')}>
      <button type="button" className="linkish danger small" aria-label={t('tokens.revoke_of', { name: token.name })}>{t('tokens.revoke')}</button>
    </Popconfirm>
  )
}
