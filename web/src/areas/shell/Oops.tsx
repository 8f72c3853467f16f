import { Link, useRouter } from '@tanstack/react-router'
import { useT } from '@/i18n'
import { Page } from '@/parts/Page'
import { Empty, useProblemText } from '@/parts/States'

export function NotFound() {
  const { t } = useT()
  return <main><Page title={t('errors.page_title')}><Empty title={t('errors.page_missing')} action={<Link to="/">{t('errors.home')}</Link>} /></Page></main>
}

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
