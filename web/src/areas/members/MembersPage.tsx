import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { invitations, members } from '@/api/queries'
import { useT } from '@/i18n'
import { Card, Page } from '@/parts/Page'
import { Failed, Loading } from '@/parts/States'
import { Invitations } from './Invitations'
import { Invite } from './Invite'
import './members.css'
import { MembersTable } from './MembersTable'
import { RolesTable } from './RolesTable'

/** Who is in, who is asked in, and what each role may do. */
export function MembersPage() {
  const { t } = useT()
  const people = useQuery(members)
  const asked = useQuery(invitations)
  const [inviting, setInviting] = useState(false)
  return (
    <Page title={t('members.title')} crumb={<Link to="/settings">{t('settings.title')}</Link>} note={people.data && t('members.note', { count: people.data.length })} actions={<Button type="primary" onClick={() => setInviting(true)}>{t('members.invite')}</Button>}>
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
          <Card title={t('members.roles')}><RolesTable /></Card>
        </>
      )}
      <Invite open={inviting} onClose={() => setInviting(false)} />
    </Page>
  )
}
