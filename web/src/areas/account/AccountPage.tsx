import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
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
  if (!data?.user) return null
  return (
    <Page title={t('account.title')} crumb={<Link to="/settings">{t('settings.title')}</Link>} note={data.user.email}>
      <div className="account">
        <Sessions />
        <SecondFactor user={data.user} />
        <Password user={data.user} />
      </div>
    </Page>
  )
}
