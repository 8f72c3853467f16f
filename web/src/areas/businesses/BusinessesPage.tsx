import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { BASE } from '@/api/base'
import { businesses, type BusinessMade } from '@/api/businesses'
import { useT } from '@/i18n'
import { Card, Page } from '@/parts/Page'
import { SettingFacts } from '@/parts/SettingFacts'
import { Empty, Failed, Loading } from '@/parts/States'
import { Add } from './Add'
import './businesses.css'
import { BusinessesTable } from './BusinessesTable'

/** The businesses of this server besides the first, whose owners look after the list. */
export function BusinessesPage() {
  const { t } = useT()
  const query = useQuery({ ...businesses, enabled: BASE === '' })
  const [adding, setAdding] = useState<'form' | BusinessMade | null>(null)
  const title = t('businesses.title')
  const crumb = <Link to="/settings">{t('settings.title')}</Link>
  if (BASE) return <Page title={title} crumb={crumb}><Card><Empty title={t('businesses.elsewhere')} text={t('businesses.elsewhere_text')} /></Card></Page>
  const add = <Button type="primary" onClick={() => setAdding('form')}>{t('businesses.add')}</Button>
  return (
    <Page title={title} crumb={crumb} note={t('businesses.note')} actions={add}>
      <Card className="flush" label={title}>
        {query.isPending && <div className="page"><Loading lines={3} /></div>}
        {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
        {query.data && (query.data.length ? <BusinessesTable items={query.data} onLink={setAdding} /> : <Empty title={t('businesses.none')} text={t('businesses.none_text')} />)}
      </Card>
      <Add shown={adding} onMade={setAdding} onClose={() => setAdding(null)} />
      {query.data && <SettingFacts name="businesses.title" />}
    </Page>
  )
}
