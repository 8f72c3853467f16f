import { useMutation } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { type FormEvent, type ReactNode, useState } from 'react'
import { signIn } from '@/api/queries'
import type { Session } from '@/api/types'
import { useT } from '@/i18n'
import { CodeForm } from './second/CodeForm'
import { Failed } from './States'

/** E-mail and password, with whatever stands above them; then, for who has one, the second step. `waiting`: it is asked for already. */
export function SignInForm({ known = '', waiting = false, onDone, children }: { known?: string; waiting?: boolean; onDone: (now: Session) => Promise<void>; children: ReactNode }) {
  const { t } = useT()
  const [email, setEmail] = useState(known)
  const [password, setPassword] = useState('')
  const [code, setCode] = useState(waiting)
  const enter = useMutation({ mutationFn: () => signIn({ email, password }), onSuccess: async (now) => { if (now.code_required) setCode(true); else await onDone(now) } })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!enter.isPending) enter.mutate()
  }
  if (code) return <CodeForm onDone={onDone} onBack={() => { setCode(false); setPassword('') }}>{children}</CodeForm>
  return (
    <form className="form-grid" onSubmit={submit}>
      {children}
      {enter.error && <Failed error={enter.error} />}
      <div className="field"><label htmlFor="email">{t('session.email')}</label><Input id="email" type="email" autoComplete="username" required size="large" autoFocus={!known} value={email} onChange={(e) => setEmail(e.target.value)} /></div>
      <div className="field"><label htmlFor="password">{t('session.password')}</label><Input.Password id="password" autoComplete="current-password" required size="large" autoFocus={!!known} value={password} onChange={(e) => setPassword(e.target.value)} /></div>
      <Button type="primary" htmlType="submit" size="large" loading={enter.isPending}>{t('session.sign_in')}</Button>
      <p className="small soft">{t('session.forgot')} <code className="command">{t('session.forgot_command')}</code></p>
    </form>
  )
}
