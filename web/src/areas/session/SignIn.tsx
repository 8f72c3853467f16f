import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { at } from '@/api/base'
import { goToService } from '@/api/account'
import { session } from '@/api/queries'
import type { Session } from '@/api/types'
import { hasChosenLang, setLang, useT } from '@/i18n'
import { SignInForm } from '@/parts/SignInForm'
import { Failed } from '@/parts/States'
import { Door } from './Door'

export function SignIn() {
  const { t } = useT()
  const { next } = useSearch({ from: '/signin' })
  const queries = useQueryClient()
  const router = useRouter()
  const { data: before } = useQuery(session)
  const service = useMutation({ mutationFn: () => goToService(next) })
  const enter = async (now: Session) => {
    queries.setQueryData(session.queryKey, now)
    if (now.workspace && !hasChosenLang()) await setLang(now.workspace.lang)
    // only a path of ours, never another site
    const target = next && /^\/(?!\/)/.test(next) ? next : '/'
    router.history.push(at(target))
  }
  return (
    <Door>
      <SignInForm waiting={before?.code_required} onDone={enter}><div><h1>{t('session.sign_in')}</h1>{next && <p className="soft">{t('session.next_note')}</p>}</div></SignInForm>
      {before?.oidc && !before.code_required && (
        <div className="door-other">
          <p className="soft small">{t('session.or')}</p>
          {service.error && <Failed error={service.error} />}
          <Button size="large" block loading={service.isPending} onClick={() => service.mutate()}>{before.oidc}</Button>
        </div>
      )}
    </Door>
  )
}
