import { useMutation } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { unsubscribe } from '@/api/dashboards'
import { isProblem } from '@/api/problem'
import { useT } from '@/i18n'
import { LinkButton } from '@/parts/LinkButton'
import { Failed } from '@/parts/States'
import { Door } from './Door'

/** The link at the end of a mail. To open it ends nothing: programs open links, too. */
export function Unsubscribe() {
  const { t } = useT()
  const { token } = useSearch({ from: '/unsubscribe' })
  const end = useMutation({ mutationFn: () => unsubscribe(token ?? '') })
  const gone = !token || (isProblem(end.error) && end.error.status === 404)
  return (
    <Door>
      <div className="door-wait">
        <h1>{t(end.isSuccess ? 'session.unsubscribed' : gone ? 'session.unsubscribe_gone' : 'session.unsubscribe')}</h1>
        <p className="soft">{t(end.isSuccess ? 'session.unsubscribed_text' : gone ? 'session.unsubscribe_gone_text' : 'session.unsubscribe_text')}</p>
        {end.error && !gone && <Failed error={end.error} />}
        <div className="row">
          {!end.isSuccess && !gone && <Button type="primary" loading={end.isPending} onClick={() => end.mutate()}>{t('session.unsubscribe_do')}</Button>}
          <LinkButton to="/">{t('session.to_app')}</LinkButton>
        </div>
      </div>
    </Door>
  )
}
