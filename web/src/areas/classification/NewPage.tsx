import { Link, useNavigate } from '@tanstack/react-router'
import { useT } from '@/i18n'
import { Page } from '@/parts/Page'
import DefinitionEditor from './DefinitionEditor'
import './classification.css'

/** A classification of one's own: classes by rules, or one class per value of a text feature. */
export function NewPage() {
  const { t } = useT()
  const navigate = useNavigate()
  return (
    <Page title={t('classification.new')} crumb={<Link to="/classification">{t('classification.title')}</Link>} note={t('classification.new_note')}>
      <DefinitionEditor onDone={(made) => void (made ? navigate({ to: '/classifications/$key', params: { key: made.key } }) : navigate({ to: '/classification' }))} />
    </Page>
  )
}
