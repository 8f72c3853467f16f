import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import { at } from '@/api/base'
import { comeBack, takeNext } from '@/api/account'
import { session } from '@/api/queries'
import { hasChosenLang, setLang, useT } from '@/i18n'
import { LinkButton } from '@/parts/LinkButton'
import { Failed, Loading } from '@/parts/States'
import { Door } from './Door'

/** Back from the sign-in service: what it sent along is handed on, once. */
export function SignInBack() {
  const { t } = useT()
  const { code, state, iss, error } = useSearch({ from: '/signin/oidc' })
  const queries = useQueryClient()
  const router = useRouter()
  const whole = !!code && !!state && !error
  const back = useQuery({ queryKey: ['come back', state], queryFn: () => comeBack({ code: code ?? '', state: state ?? '', iss }), enabled: whole, retry: false, staleTime: Infinity, gcTime: 0 })
  const now = back.data
  useEffect(() => {
    if (!now) return
    queries.setQueryData(session.queryKey, now)
    const enter = async () => {
      if (now.workspace && !hasChosenLang()) await setLang(now.workspace.lang)
      router.history.replace(at(now.code_required ? '/signin' : takeNext()))
    }
    void enter()
  }, [now, queries, router])
  const failed = !whole || back.error
  return (
    <Door>
      <div className="door-wait">
        <h1>{t(failed ? 'session.back_failed' : 'session.back')}</h1>
        {!failed && <Loading lines={3} />}
        {!whole && <p className="soft">{t(error === 'access_denied' ? 'session.back_denied' : 'session.back_refused')}</p>}
        {back.error && <Failed error={back.error} />}
        {failed && <div className="row"><LinkButton to="/signin" kind="primary">{t('session.to_sign_in')}</LinkButton></div>}
      </div>
    </Door>
  )
}
