import { useQuery } from '@tanstack/react-query'
import type { Permission } from '@/api/types'
import { session } from '@/api/queries'
import { useT } from '@/i18n'
import { useAccessWords } from '@/parts/access'
import { LinkButton } from '@/parts/LinkButton'
import { Card, Page } from '@/parts/Page'
import { Empty } from '@/parts/States'

/** A direct link to what one may not: said plainly, with whom to ask. The page behind it is not even begun. */
export function Denied({ needs }: { needs: Permission }) {
  const { t } = useT()
  const { data } = useQuery(session)
  const words = useAccessWords()
  const owners = data?.owners ?? []
  return (
    <Page title={t('access.denied')}>
      <Card>
        <Empty
          title={t('access.may_not', { what: words.may(needs) })} text={owners.length ? t('access.ask_names', { names: words.names(owners) }) : t('access.ask_owner')}
          action={<LinkButton to="/" kind="primary">{t('errors.home')}</LinkButton>}
        />
      </Card>
    </Page>
  )
}
