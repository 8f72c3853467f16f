import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { second } from '@/api/account'
import { session } from '@/api/queries'
import { useT } from '@/i18n'
import { Page } from '@/parts/Page'
import './account.css'
import { Password } from './Password'
import { SecondFactor } from './SecondFactor'
import { Sessions } from './Sessions'

/** What is one's own: where one is signed in, the second step of it, and the password. */
export function AccountPage() {
  const { t } = useT()
  const { data } = useQuery(session)
  // who signs in through a service may have no password
  const password = useQuery(second).data?.password ?? true
  if (!data?.user) return null
  return (
    <Page title={t('account.title')} crumb={<Link to="/settings">{t('settings.title')}</Link>} note={data.user.email}>
      <div className="account">
        <Sessions />
        <SecondFactor user={data.user} />
        {password && <Password user={data.user} />}
      </div>
    </Page>
  )
}
