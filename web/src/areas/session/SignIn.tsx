import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { Button, Input } from 'antd'
import { type FormEvent, useState } from 'react'
import { session, signIn } from '@/api/queries'
import { hasChosenLang, setLang, useT } from '@/i18n'
import { Failed } from '@/parts/States'
import { Door } from './Door'

export function SignIn() {
  const { t } = useT()
  const { next } = useSearch({ from: '/signin' })
  const queries = useQueryClient()
  const router = useRouter()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const enter = useMutation({
    mutationFn: () => signIn({ email, password }),
    onSuccess: async (now) => {
      queries.setQueryData(session.queryKey, now)
      if (now.workspace && !hasChosenLang()) await setLang(now.workspace.lang)
      // only a path of ours, never another site
      const target = next && /^\/(?!\/)/.test(next) ? next : '/'
      router.history.push(target)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    enter.mutate()
  }
  return (
    <Door>
      <form onSubmit={submit}>
        <h1>{t('session.sign_in')}</h1>
        {enter.error && <Failed error={enter.error} />}
        <div className="field"><label htmlFor="email">{t('session.email')}</label><Input id="email" type="email" autoComplete="username" required size="large" value={email} onChange={(e) => setEmail(e.target.value)} /></div>
        <div className="field"><label htmlFor="password">{t('session.password')}</label><Input.Password id="password" autoComplete="current-password" required size="large" value={password} onChange={(e) => setPassword(e.target.value)} /></div>
        <Button type="primary" htmlType="submit" size="large" loading={enter.isPending}>{t('session.sign_in')}</Button>
        <p className="small soft">{t('session.forgot')}</p>
      </form>
    </Door>
  )
}
