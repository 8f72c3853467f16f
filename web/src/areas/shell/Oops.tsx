import { useRouter } from '@tanstack/react-router'
import { useT } from '@/i18n'
import { LinkButton } from '@/parts/LinkButton'
import { Card, Page } from '@/parts/Page'
import { Empty, useProblemText } from '@/parts/States'

/** An address of the app that leads nowhere; the menu stays. */
export function Nowhere() {
  const { t } = useT()
  return <Page title={t('errors.page_title')}><Card><Empty title={t('errors.page_missing')} action={<LinkButton to="/" kind="primary">{t('errors.home')}</LinkButton>} /></Card></Page>
}

export const NotFound = () => <main><Nowhere /></main>

export function Oops({ error }: { error: unknown }) {
  const { t } = useT()
  const text = useProblemText()
  const router = useRouter()
  return (
    <main>
      <Page title={t('errors.page_title')}>
        <Empty title={text(error)} action={<button type="button" className="linkish" onClick={() => void router.invalidate()}>{t('common.retry')}</button>} />
      </Page>
    </main>
  )
}
