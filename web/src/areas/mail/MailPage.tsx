import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Input, InputNumber, Popconfirm, Select } from 'antd'
import { type FormEvent, useState } from 'react'
import { isProblem } from '@/api/problem'
import { deleteMail, mail, type MailSecurity, type MailState, putMail, type Relay, type SentMail, testMail } from '@/api/mail'
import { SaveTable } from '@/parts/file/SaveTable'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { SettingFacts } from '@/parts/SettingFacts'
import { Empty, Failed, Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import './mail.css'

/** The business's own mail server: set, tried, and what went out by it. */
export function MailPage() {
  const { t } = useFormat()
  const query = useQuery(mail)
  return (
    <Page title={t('mail.title')} crumb={<Link to="/settings">{t('settings.title')}</Link>} note={t('mail.note')}>
      {query.isPending && <Loading lines={6} />}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.data && (
        <div className="mail-cards">
          <Server key={query.data.relay?.updated_at ?? ''} relay={query.data.relay ?? undefined} />
          <Recent items={query.data.recent} set={!!query.data.relay} />
        </div>
      )}
      {query.data && <SettingFacts name="mail.title" />}
    </Page>
  )
}

/** Which field a refusal is about. */
const fields: Record<string, string> = { 'mail.host': 'host', 'mail.port': 'port', 'mail.from': 'from', 'mail.password': 'password' }
const ways = ['starttls', 'tls', 'none'] as const satisfies readonly MailSecurity[]
const usual: Record<MailSecurity, number> = { starttls: 587, tls: 465, none: 25 }

function Server({ relay }: { relay?: Relay }) {
  const { t } = useFormat()
  const queries = useQueryClient()
  const problem = useProblemText()
  const [form, setForm] = useState({ host: relay?.host ?? '', port: relay?.port ?? 587, security: relay?.security ?? ('starttls' as MailSecurity), username: relay?.username ?? '', password: '', from_address: relay?.from_address ?? '', from_name: relay?.from_name ?? '' })
  const set = (next: Partial<typeof form>) => setForm((old) => ({ ...old, ...next }))
  const took = (now: MailState) => queries.setQueryData(mail.queryKey, now)
  const save = useMutation({
    mutationFn: () => putMail({ ...form, password: form.password || undefined }),
    onSuccess: (now) => { took(now); toast.ok(t('mail.saved')) },
  })
  const remove = useMutation({
    mutationFn: deleteMail,
    onSuccess: () => { toast.ok(t('mail.removed')); void queries.invalidateQueries({ queryKey: mail.queryKey }) },
    onError: (e) => toast.bad(problem(e)),
  })
  const wrong = isProblem(save.error) ? fields[save.error.code] : undefined
  const fieldError = (name: string) => wrong === name && <span className="field-error" role="alert">{problem(save.error)}</span>
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!save.isPending) save.mutate()
  }
  return (
    <Card title={t('mail.server')}>
      <form className="form-grid" onSubmit={submit} autoComplete="off">
        {save.error && !wrong && <Failed error={save.error} />}
        <div className="field"><label htmlFor="mail-host">{t('mail.host')}</label><Input id="mail-host" required maxLength={253} placeholder="smtp.example.com" value={form.host} onChange={(e) => set({ host: e.target.value })} />{fieldError('host')}</div>
        <div className="two">
          <div className="field"><label htmlFor="mail-security">{t('mail.security')}</label><Select id="mail-security" value={form.security} onChange={(security: MailSecurity) => set({ security, port: form.port === usual[form.security] ? usual[security] : form.port })} options={ways.map((value) => ({ value, label: t(`mail.security_${value}`) }))} /></div>
          <div className="field"><label htmlFor="mail-port">{t('mail.port')}</label><InputNumber id="mail-port" required min={1} max={65535} precision={0} value={form.port} onChange={(port) => set({ port: Number(port ?? 0) })} />{fieldError('port')}</div>
        </div>
        <div className="two">
          <div className="field"><label htmlFor="mail-user">{t('mail.username')}</label><Input id="mail-user" maxLength={200} autoComplete="off" value={form.username} onChange={(e) => set({ username: e.target.value })} /></div>
          <div className="field"><label htmlFor="mail-password">{t('mail.password')}</label><Input.Password id="mail-password" maxLength={200} autoComplete="new-password" placeholder={relay?.password_set ? t('mail.password_kept') : ''} value={form.password} onChange={(e) => set({ password: e.target.value })} />{relay?.password_lost ? <span className="field-error" role="alert">{t('mail.password_lost')}</span> : fieldError('password')}</div>
        </div>
        <div className="two">
          <div className="field"><label htmlFor="mail-from">{t('mail.from')}</label><Input id="mail-from" type="email" required maxLength={254} placeholder="crm@example.com" value={form.from_address} onChange={(e) => set({ from_address: e.target.value })} />{fieldError('from')}</div>
          <div className="field"><label htmlFor="mail-name">{t('mail.from_name')}</label><Input id="mail-name" maxLength={200} placeholder={t('mail.from_name_usual')} value={form.from_name} onChange={(e) => set({ from_name: e.target.value })} /></div>
        </div>
        <p className="small soft">{t('mail.security_note')}</p>
        <div className="row">
          <Button type="primary" htmlType="submit" loading={save.isPending} disabled={!form.host.trim() || !form.from_address.trim()}>{t('common.save')}</Button>
          {relay && <Test />}
          {relay && <Popconfirm title={t('mail.remove_sure')} onConfirm={() => remove.mutate()} okText={t('mail.remove')} cancelText={t('common.cancel')}><Button danger loading={remove.isPending}>{t('mail.remove')}</Button></Popconfirm>}
        </div>
      </form>
    </Card>
  )
}

function Test() {
  const { t, label } = useFormat()
  const problem = useProblemText()
  const test = useMutation({ mutationFn: testMail, onError: (e) => toast.bad(problem(e)) })
  return (
    <>
      <Button loading={test.isPending} onClick={() => test.mutate()}>{t('mail.test')}</Button>
      {test.data && <span className={`small ${test.data.sent ? 'mail-ok' : 'field-error'}`} role="status">{test.data.sent ? t('mail.test_ok', { to: test.data.to }) : t('mail.test_bad', { why: label(test.data.problem) })}</span>}
    </>
  )
}

function Recent({ items, set }: { items: SentMail[]; set: boolean }) {
  const f = useFormat()
  const { t } = f
  if (items.length === 0) return <Card title={t('mail.recent')}><Empty title={t('mail.none')} text={t('mail.none_text')} action={!set && <Button onClick={() => document.getElementById('mail-host')?.focus()}>{t('mail.server')}</Button>} /></Card>
  return (
    <Card className="flush" title={t('mail.recent')} extra={<SaveTable name={t('mail.recent')} table={{ head: ['to', 'subject', 'state', 'at'].map((key) => t(`mail.${key}`)), rows: () => items.map((m) => [m.to, m.subject, t(`mail.state_${m.state}`), f.instant(m.created_at)]) }} />}>
      {/* a scrolling region must be reachable by keyboard */}
      <div className="scroll" role="group" tabIndex={0} aria-label={t('mail.recent')}>
        <table className="data-table blocks mails">
          <thead><tr><th scope="col">{t('mail.to')}</th><th scope="col">{t('mail.subject')}</th><th scope="col">{t('mail.state')}</th><th scope="col">{t('mail.at')}</th></tr></thead>
          <tbody>
            {items.map((m) => (
              <tr key={m.id} data-mail={m.state}>
                <td className="whole anywhere">{m.to}</td>
                <td className="whole">{m.subject}</td>
                <td className="whole"><span className={`chip mail-${m.state}`}>{t(`mail.state_${m.state}`)}</span>{m.problem && <div className="small soft">{f.label(m.problem)}</div>}{m.next_try_at && <div className="small soft">{t('mail.next_try', { at: f.instant(m.next_try_at) })}</div>}</td>
                <td className="nowrap soft" data-label={t('mail.at')}>{f.instant(m.created_at)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  )
}
