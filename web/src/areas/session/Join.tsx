import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { Button, Input } from 'antd'
import { type FormEvent, useState, useSyncExternalStore } from 'react'
import { at } from '@/api/base'
import type { InvitationLook } from '@/api/types'
import { isProblem } from '@/api/problem'
import { acceptInvitation, lookAtInvitation, session } from '@/api/queries'
import { hasChosenLang, setLang, useT } from '@/i18n'
import { useAccessWords } from '@/parts/access'
import { LinkButton } from '@/parts/LinkButton'
import { Failed, Loading } from '@/parts/States'
import { useFieldErrors } from '@/parts/useFieldErrors'
import { Door } from './Door'
import { forgetInvitation, invitation } from './invitation'

/** An invitation by link: who invites whom into what, and the account that takes it. */
export function Join() {
  const token = useSyncExternalStore(invitation.subscribe, invitation.now)
  return <Door>{token === null ? <Ended title="session.invite_absent" text="session.invite_absent_text" /> : <Looked key={token} token={token} />}</Door>
}

function Looked({ token }: { token: string }) {
  const { t } = useT()
  const look = useQuery(lookAtInvitation(token))
  if (look.isPending) return <div className="door-wait"><Loading lines={5} /></div>
  if (look.data) return <Accept token={token} look={look.data} />
  if (isProblem(look.error) && look.error.code === 'invitation.token') return <Ended title="session.invite_ended" text="session.invite_ended_text" />
  return <div className="door-wait"><h1>{t('session.invite')}</h1><Failed error={look.error} retry={() => void look.refetch()} /></div>
}

/** Used, taken back, run out, or never there: the server does not say which to whoever holds the link. */
function Ended({ title, text }: { title: string; text: string }) {
  const { t } = useT()
  return (
    <div className="door-wait">
      <h1>{t(title)}</h1>
      <p className="soft">{t(text)}</p>
      <div className="row"><LinkButton to="/" kind="primary">{t('session.to_sign_in')}</LinkButton></div>
    </div>
  )
}

function Accept({ token, look }: { token: string; look: InvitationLook }) {
  const { t } = useT()
  const words = useAccessWords()
  const queries = useQueryClient()
  const router = useRouter()
  const { data: before } = useQuery(session)
  const [form, setForm] = useState({ name: '', password: '', again: '' })
  const [unequal, setUnequal] = useState(false)
  const accept = useMutation({
    mutationFn: () => acceptInvitation({ token, password: form.password, ...(look.known ? {} : { name: form.name.trim() }) }),
    onSuccess: async (now) => {
      // what somebody else had open in this browser is theirs
      queries.clear()
      queries.setQueryData(session.queryKey, now)
      if (now.workspace && !hasChosenLang()) await setLang(now.workspace.lang)
      router.history.push(at(now.code_required ? '/signin' : '/'))
      forgetInvitation()
    },
  })
  const fieldError = useFieldErrors(accept.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const bad = !look.known && form.password !== form.again
    setUnequal(bad)
    if (!bad && !accept.isPending) accept.mutate()
  }
  return (
    <form className="form-grid" onSubmit={submit}>
      <div>
        <h1>{t('session.invite_into', { workspace: look.workspace })}</h1>
        <p className="soft anywhere">{t('session.invite_who', { inviter: look.inviter, email: look.email, role: words.role(look.role) })}</p>
      </div>
      {before?.user && <p className="sentence anywhere">{t('session.invite_other', { email: before.user.email })}</p>}
      {accept.error && !(isProblem(accept.error) && Object.keys(accept.error.fields).length) && <Failed error={accept.error} />}
      {/* a password manager must know whose it is */}
      <input type="text" name="username" autoComplete="username" value={look.email} readOnly hidden />
      {!look.known && <div className="field"><label htmlFor="join-name">{t('session.name')}</label><Input id="join-name" size="large" autoComplete="name" required maxLength={100} autoFocus value={form.name} onChange={(e) => setForm({ ...form, name: e.target.value })} />{fieldError('name')}</div>}
      <div className="field">
        <label htmlFor="join-password">{t(look.known ? 'session.password' : 'session.password_choose')}</label>
        <Input.Password id="join-password" size="large" autoComplete={look.known ? 'current-password' : 'new-password'} required minLength={look.known ? undefined : 10} value={form.password} onChange={(e) => setForm({ ...form, password: e.target.value })} />
        <span className="small soft">{t(look.known ? 'session.invite_known' : 'session.password_rule')}</span>
        {fieldError('password')}
      </div>
      {!look.known && (
        <div className="field">
          <label htmlFor="join-again">{t('session.password_again')}</label>
          <Input.Password id="join-again" size="large" autoComplete="new-password" required value={form.again} status={unequal ? 'error' : undefined} aria-invalid={unequal || undefined} onChange={(e) => { setForm({ ...form, again: e.target.value }); setUnequal(false) }} />
          {unequal && <span className="field-error" role="alert">{t('session.password_unequal')}</span>}
        </div>
      )}
      <Button type="primary" htmlType="submit" size="large" loading={accept.isPending}>{t('session.invite_accept')}</Button>
    </form>
  )
}
