import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { type FormEvent, useState } from 'react'
import { endSecond, ownSessions, renewCodes, second, type Second } from '@/api/account'
import { isProblem } from '@/api/problem'
import { session } from '@/api/queries'
import type { Session } from '@/api/types'
import { useT } from '@/i18n'
import { instant } from '@/i18n/format'
import { Card } from '@/parts/Page'
import { RecoveryCodes } from '@/parts/second/RecoveryCodes'
import { SetUp } from '@/parts/second/SetUp'
import { SettingFacts } from '@/parts/SettingFacts'
import { Failed, Loading } from '@/parts/States'
import { toast } from '@/parts/toast'
import { useFieldErrors } from '@/parts/useFieldErrors'

type Doing = 'nothing' | 'set up' | 'renew' | 'end'

/** The second step of signing in: off, on, and everything between. */
export function SecondFactor({ user }: { user: NonNullable<Session['user']> }) {
  const { t } = useT()
  const queries = useQueryClient()
  const now = useQuery(second)
  const [doing, setDoing] = useState<Doing>('nothing')
  const done = () => {
    setDoing('nothing')
    void queries.invalidateQueries({ queryKey: second.queryKey })
    void queries.invalidateQueries({ queryKey: ownSessions.queryKey })
  }
  return (
    <Card title={t('second.title')} extra={now.data && <span className={`chip${now.data.on ? ' on' : ''}`}>{t(now.data.on ? 'second.state_on' : 'second.state_off')}</span>}>
      {now.isPending && <Loading lines={2} />}
      {now.error && <Failed error={now.error} retry={() => void now.refetch()} />}
      {now.data && !now.data.on && (doing === 'set up' ? <SetUp onDone={done} onCancel={() => setDoing('nothing')} /> : <Off onBegin={() => setDoing('set up')} />)}
      {now.data?.on && doing === 'set up' && <SetUp onDone={done} />}
      {now.data?.on && doing === 'nothing' && <On now={now.data} onDo={setDoing} />}
      {now.data?.on && doing === 'renew' && <Renew onDone={done} />}
      {now.data?.on && doing === 'end' && <End now={now.data} user={user} onDone={done} />}
      <SettingFacts name="second.title" />
    </Card>
  )
}

function Off({ onBegin }: { onBegin: () => void }) {
  const { t } = useT()
  return (
    <div className="stack">
      <p className="soft">{t('second.why')}</p>
      <div className="row"><Button type="primary" onClick={onBegin}>{t('second.turn_on')}</Button></div>
    </div>
  )
}

function On({ now, onDo }: { now: Second; onDo: (what: Doing) => void }) {
  const { t, lang } = useT()
  return (
    <div className="stack">
      <dl className="facts">
        <div><dt>{t('second.since')}</dt><dd>{now.since ? instant(now.since, lang) : '—'}</dd></div>
        <div><dt>{t('second.codes_left')}</dt><dd>{now.recovery_left}</dd></div>
      </dl>
      {now.recovery_left < 3 && <p className="sentence">{t('second.codes_few')}</p>}
      {now.required && <p className="small soft">{t('second.required_note')}</p>}
      <div className="row"><Button onClick={() => onDo('renew')}>{t('second.renew')}</Button><Button danger onClick={() => onDo('end')}>{t('second.turn_off')}</Button></div>
    </div>
  )
}

function Renew({ onDone }: { onDone: () => void }) {
  const { t } = useT()
  const [code, setCode] = useState('')
  const renew = useMutation({ mutationFn: () => renewCodes(code), onError: () => setCode('') })
  if (renew.data) return <RecoveryCodes codes={renew.data.codes} note={t('second.renewed')} onDone={onDone} />
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!renew.isPending) renew.mutate()
  }
  return (
    <form className="form-grid" onSubmit={submit}>
      <p className="soft">{t('second.renew_note')}</p>
      {renew.error && <Failed error={renew.error} />}
      <Code value={code} onChange={setCode} label={t('second.code')} />
      <div className="row"><Button type="primary" htmlType="submit" loading={renew.isPending} disabled={!code.trim()}>{t('second.renew')}</Button><Button onClick={onDone}>{t('common.cancel')}</Button></div>
    </form>
  )
}

function End({ now, user, onDone }: { now: Second; user: NonNullable<Session['user']>; onDone: () => void }) {
  const { t } = useT()
  const queries = useQueryClient()
  const [form, setForm] = useState({ password: '', code: '' })
  const end = useMutation({
    mutationFn: () => endSecond(form),
    // who must have one is led to set it up anew; nothing else is asked of the server before
    onSuccess: () => { toast.ok(t('second.turned_off')); if (now.required) void queries.invalidateQueries({ queryKey: session.queryKey }); else onDone() },
    onError: () => setForm((f) => ({ ...f, code: '' })),
  })
  const fieldError = useFieldErrors(end.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!end.isPending) end.mutate()
  }
  return (
    <form className="form-grid" onSubmit={submit}>
      <p className="soft">{t(now.required ? 'second.turn_off_required' : 'second.turn_off_note')}</p>
      {end.error && !(isProblem(end.error) && Object.keys(end.error.fields).length) && <Failed error={end.error} />}
      {/* a password manager must know whose it is */}
      <input type="text" name="username" autoComplete="username" value={user.email} readOnly hidden />
      {now.password && <div className="field"><label htmlFor="second-password">{t('settings.password_old')}</label><Input.Password id="second-password" autoComplete="current-password" required autoFocus value={form.password} onChange={(e) => setForm({ ...form, password: e.target.value })} />{fieldError('password')}</div>}
      <Code value={form.code} onChange={(code) => setForm({ ...form, code })} label={t('second.code_or_recovery')} />
      <div className="row"><Button danger htmlType="submit" loading={end.isPending} disabled={!form.code.trim()}>{t('second.turn_off')}</Button><Button onClick={onDone}>{t('common.cancel')}</Button></div>
    </form>
  )
}

const Code = ({ value, onChange, label }: { value: string; onChange: (code: string) => void; label: string }) => (
  <div className="field"><label htmlFor="second-now">{label}</label><Input id="second-now" className="mono" required autoComplete="one-time-code" value={value} onChange={(e) => onChange(e.target.value)} /></div>
)
