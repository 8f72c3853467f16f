import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { API } from '@/api/client'
import { docs, tokens } from '@/api/queries'
import { useT } from '@/i18n'
import { SaveTable } from '@/parts/file/SaveTable'
import { Card, Page } from '@/parts/Page'
import { SettingFacts } from '@/parts/SettingFacts'
import { Empty, Failed, Loading } from '@/parts/States'
import { NewToken } from './NewToken'
import './tokens.css'
import { TokensTable, useTable } from './TokensTable'

/** Keys for programs that ask the API. */
export function TokensPage() {
  const { t, lang } = useT()
  const query = useQuery(tokens)
  const table = useTable()
  const [making, setMaking] = useState(false)
  const make = <Button type="primary" onClick={() => setMaking(true)}>{t('tokens.new')}</Button>
  return (
    <Page title={t('tokens.title')} crumb={<Link to="/settings">{t('settings.title')}</Link>} note={t('tokens.note')} actions={<>{!!query.data?.length && <SaveTable name={t('tokens.title')} table={table(query.data)} />}{make}</>}>
      <Card className="flush" label={t('tokens.title')}>
        {query.isPending && <div className="page"><Loading lines={3} /></div>}
        {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
        {query.data && (query.data.length ? <TokensTable items={query.data} /> : <Empty title={t('tokens.none')} text={t('tokens.none_text')} action={make} />)}
      </Card>
      <Card title={t('tokens.use')}>
        <p className="soft">{t('tokens.use_note')}</p>
        <code className="command">curl -H &quot;Authorization: Bearer zhi_…&quot; {window.location.origin}{API}/customers?limit=1</code>
        <p><a href={docs(lang)}>{t('tokens.reference')}</a></p>
      </Card>
      <NewToken open={making} onClose={() => setMaking(false)} />
      {query.data && <SettingFacts name="tokens.title" />}
    </Page>
  )
}
