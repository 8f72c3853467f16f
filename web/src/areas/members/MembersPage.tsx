import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { invitations, members } from '@/api/queries'
import type { Member } from '@/api/types'
import { useAccessWords, useMay } from '@/parts/access'
import { SaveTable } from '@/parts/file/SaveTable'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { SettingFacts } from '@/parts/SettingFacts'
import { Failed, Loading } from '@/parts/States'
import { Invitations } from './Invitations'
import { Invite } from './Invite'
import './members.css'
import { MembersTable } from './MembersTable'
import { RolesTable } from './RolesTable'
import { ViewAsOne } from './ViewAs'

/** Who is in, who is asked in, and what each role may do. */
export function MembersPage() {
  const { t, instant } = useFormat()
  const words = useAccessWords()
  const may = useMay()
  const people = useQuery(members)
  const asked = useQuery(invitations)
  const inviting = useSearch({ from: '/app/settings/users' }).open === 'invite'
  const navigate = useNavigate({ from: '/settings/users' })
  const setInviting = (on: boolean) => void navigate({ search: (old) => ({ ...old, open: on ? 'invite' : undefined }), replace: true })
  const table = (items: Member[]) => ({
    head: [t('members.name'), t('session.email'), t('access.role'), t('members.personal'), t('members.last_seen'), t('members.since')],
    rows: () => items.map((m) => [m.name, m.email, words.role(m.role), t(m.permissions.includes('personal:read') ? 'common.yes' : 'common.no'), m.last_seen_at && instant(m.last_seen_at), instant(m.created_at)]),
  })
  return (
    <Page title={t('members.title')} crumb={<Link to="/settings">{t('settings.title')}</Link>} note={people.data && t('members.note', { count: people.data.length })} actions={<><SaveTable name={t('members.title')} table={table(people.data ?? [])} /><Button type="primary" onClick={() => setInviting(true)}>{t('members.invite')}</Button></>}>
      {people.isPending || asked.isPending ? <Card><Loading lines={10} /></Card> : (
        <>
          <Card className="flush" label={t('members.title')}>
            {people.error && <Failed error={people.error} retry={() => void people.refetch()} />}
            {people.data && <MembersTable items={people.data} />}
          </Card>
          <Card className="flush" title={t('members.invitations')}>
            {asked.error && <Failed error={asked.error} retry={() => void asked.refetch()} />}
            {asked.data && <Invitations items={asked.data} />}
          </Card>
          <Card title={t('members.roles')}><div className="stack"><RolesTable />{people.data && may('settings:write') && <ViewAsOne members={people.data} />}</div></Card>
          <SettingFacts name="members.title" />
        </>
      )}
      <Invite open={inviting} onClose={() => setInviting(false)} />
    </Page>
  )
}
