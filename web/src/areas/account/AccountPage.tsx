import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ownSessions, second } from '@/api/account'
import { session } from '@/api/queries'
import { useT } from '@/i18n'
import { Card, Page } from '@/parts/Page'
import { Loading } from '@/parts/States'
import './account.css'
import { Password } from './Password'
import { SecondFactor } from './SecondFactor'
import { Sessions } from './Sessions'

/** What is one's own: where one is signed in, the second step of it, and the password. */
export function AccountPage() {
  const { t } = useT()
  const { data } = useQuery(session)
  const { isPending, data: step } = useQuery(second)
  const loading = useQuery(ownSessions).isPending || isPending
  if (!data?.user) return null
  return (
    <Page title={t('account.title')} crumb={<Link to="/settings">{t('settings.title')}</Link>} note={data.user.email}>
      {loading ? <Card><Loading lines={8} /></Card> : (
        <div className="account">
          <Sessions />
          <SecondFactor user={data.user} />
          {/* who signs in through a service may have no password */}
          {(step?.password ?? true) && <Password user={data.user} />}
        </div>
      )}
    </Page>
  )
}
