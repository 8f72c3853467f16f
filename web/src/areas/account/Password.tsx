import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { type FormEvent, useState } from 'react'
import { ownSessions } from '@/api/account'
import { isProblem } from '@/api/problem'
import { changePassword } from '@/api/queries'
import type { Session } from '@/api/types'
import { useT } from '@/i18n'
import { Card } from '@/parts/Page'
import { SettingFacts } from '@/parts/SettingFacts'
import { Failed } from '@/parts/States'
import { toast } from '@/parts/toast'
import { useFieldErrors } from '@/parts/useFieldErrors'

/** One's own password, changed; other sessions end with it. */
export function Password({ user }: { user: NonNullable<Session['user']> }) {
  const { t } = useT()
  const queries = useQueryClient()
  const [form, setForm] = useState({ old: '', new: '' })
  const save = useMutation({
    mutationFn: () => changePassword(form),
    onSuccess: ({ ended }) => {
      setForm({ old: '', new: '' })
      void queries.invalidateQueries({ queryKey: ownSessions.queryKey })
      toast.ok(ended ? t('settings.password_ended', { count: ended }) : t('settings.password_changed'))
    },
  })
  const fieldError = useFieldErrors(save.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!save.isPending) save.mutate()
  }
  return (
    <Card title={t('settings.password')}>
      <form className="form-grid" onSubmit={submit}>
        {save.error && !(isProblem(save.error) && Object.keys(save.error.fields).length) && <Failed error={save.error} />}
        {/* a password manager must know whose it is */}
        <input type="text" name="username" autoComplete="username" value={user.email} readOnly hidden />
        <div className="field"><label htmlFor="password-old">{t('settings.password_old')}</label><Input.Password id="password-old" autoComplete="current-password" required value={form.old} onChange={(e) => setForm({ ...form, old: e.target.value })} />{fieldError('old')}</div>
        <div className="field"><label htmlFor="password-new">{t('settings.password_new')}</label><Input.Password id="password-new" autoComplete="new-password" required minLength={10} value={form.new} onChange={(e) => setForm({ ...form, new: e.target.value })} /><span className="small soft">{t('session.password_rule')}</span>{fieldError('new')}</div>
        <p className="small soft">{t('settings.password_note')}</p>
        <div className="row"><Button type="primary" htmlType="submit" loading={save.isPending} disabled={!form.old || !form.new}>{t('settings.password_change')}</Button></div>
        <SettingFacts name="settings.password" />
      </form>
    </Card>
  )
}
