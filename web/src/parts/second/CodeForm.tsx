import { useMutation } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { type FormEvent, type ReactNode, useState } from 'react'
import { giveCode } from '@/api/account'
import { isProblem } from '@/api/problem'
import { signOut } from '@/api/queries'
import type { Session } from '@/api/types'
import { useT } from '@/i18n'
import { Failed } from '@/parts/States'

/** The second step of signing in: a code of the app, or a recovery code. */
export function CodeForm({ children, onDone, onBack }: { children: ReactNode; onDone: (now: Session) => Promise<void>; onBack: () => void }) {
  const { t } = useT()
  const [code, setCode] = useState('')
  const [recovery, setRecovery] = useState(false)
  const enter = useMutation({ mutationFn: () => giveCode(code), onSuccess: onDone, onError: () => setCode('') })
  const leave = useMutation({ mutationFn: () => signOut().catch(() => undefined), onSettled: onBack })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!enter.isPending) enter.mutate()
  }
  const over = isProblem(enter.error) && enter.error.code === 'session.code_over'
  return (
    <form className="form-grid" onSubmit={submit}>
      {children}
      <p className="soft">{t(recovery ? 'second.recovery_ask' : 'second.code_ask')}</p>
      {enter.error && <Failed error={enter.error} />}
      {!over && (
        <div className="field" key={String(recovery)}>
          <label htmlFor="code">{t(recovery ? 'second.recovery_code' : 'second.code')}</label>
          <Input id="code" className="mono" size="large" required autoFocus autoComplete={recovery ? 'off' : 'one-time-code'} inputMode={recovery ? 'text' : 'numeric'} value={code} onChange={(e) => setCode(e.target.value)} />
        </div>
      )}
      {!over && <Button type="primary" htmlType="submit" size="large" loading={enter.isPending} disabled={!code.trim()}>{t('session.sign_in')}</Button>}
      <div className="row">
        {!over && <button type="button" className="linkish" onClick={() => { setRecovery(!recovery); setCode(''); enter.reset() }}>{t(recovery ? 'second.use_app' : 'second.use_recovery')}</button>}
        <button type="button" className="linkish" onClick={() => leave.mutate()}>{t('second.begin_again')}</button>
      </div>
    </form>
  )
}
