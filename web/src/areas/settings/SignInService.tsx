import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Popconfirm, Select } from 'antd'
import { type FormEvent, useState } from 'react'
import { deleteOidc, oidc, type OidcState, putOidc } from '@/api/account'
import type { Role } from '@/api/types'
import { useT } from '@/i18n'
import { useAccessWords } from '@/parts/access'
import { Card } from '@/parts/Page'
import { roles } from '@/parts/roles'
import { SettingFacts } from '@/parts/SettingFacts'
import { Failed, Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

/** Signing in through the company's own service: set, and taken away. */
export function SignInService() {
  const { t } = useT()
  const now = useQuery(oidc)
  return (
    <Card id="service" title={t('settings.service')}>
      {now.isPending && <Loading lines={4} />}
      {now.error && <Failed error={now.error} retry={() => void now.refetch()} />}
      {now.data && (now.data.redirect_uri ? <Service key={now.data.provider?.updated_at ?? ''} now={now.data} /> : <p className="soft">{t('settings.service_no_origin')}</p>)}
      <SettingFacts name="settings.service" />
    </Card>
  )
}

function Service({ now }: { now: OidcState }) {
  const { t } = useT()
  const queries = useQueryClient()
  const problem = useProblemText()
  const words = useAccessWords()
  const p = now.provider
  const [form, setForm] = useState({ issuer: p?.issuer ?? '', client_id: p?.client_id ?? '', client_secret: '', label: p?.label ?? t('settings.service_label_example'), domains: p?.domains.join(', ') ?? '', newcomers: (p?.newcomers ?? '') as Role | '' })
  const save = useMutation({
    mutationFn: () => putOidc({ ...form, client_secret: form.client_secret || null, domains: form.domains.split(/[\s,，、;]+/).filter(Boolean), newcomers: form.newcomers || null }),
    onSuccess: (made) => { queries.setQueryData(oidc.queryKey, made); void queries.invalidateQueries({ queryKey: ['audit'] }); toast.ok(t('settings.saved')) },
  })
  const remove = useMutation({
    mutationFn: deleteOidc,
    onSuccess: async () => { toast.ok(t('settings.service_removed')); await Promise.all([oidc.queryKey, ['audit']].map((queryKey) => queries.invalidateQueries({ queryKey }))) },
    onError: (e) => toast.bad(problem(e)),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!save.isPending) save.mutate()
  }
  const put = (name: keyof typeof form) => ({ id: `oidc-${name}`, value: form[name], onChange: (e: { target: { value: string } }) => setForm({ ...form, [name]: e.target.value }) })
  return (
    <form className="form-grid" onSubmit={submit}>
      <p className="soft">{t('settings.service_note')}</p>
      <div className="field"><span className="field-name">{t('settings.service_redirect')}</span><code className="command">{now.redirect_uri}</code></div>
      {save.error && <Failed error={save.error} />}
      <div className="field"><label htmlFor="oidc-issuer">{t('settings.service_issuer')}</label><Input {...put('issuer')} required placeholder="https://" /></div>
      <div className="field"><label htmlFor="oidc-client_id">{t('settings.service_client')}</label><Input {...put('client_id')} required maxLength={255} /></div>
      <div className="field"><label htmlFor="oidc-client_secret">{t('settings.service_secret')}</label><Input.Password {...put('client_secret')} required={!p?.secret_set} autoComplete="off" placeholder={p?.secret_set ? t('settings.service_secret_kept') : undefined} /></div>
      <div className="field"><label htmlFor="oidc-label">{t('settings.service_label')}</label><Input {...put('label')} required maxLength={40} /></div>
      <div className="field"><label htmlFor="oidc-domains">{t('settings.service_domains')}</label><Input {...put('domains')} placeholder="example.com" /><span className="small soft">{t('settings.service_domains_note')}</span></div>
      <div className="field"><label htmlFor="oidc-newcomers">{t('settings.service_newcomers')}</label>
        <Select id="oidc-newcomers" value={form.newcomers} onChange={(newcomers) => setForm({ ...form, newcomers })} options={[{ value: '' as const, label: t('settings.service_invited') }, ...roles.filter((r) => r !== 'owner').map((value) => ({ value, label: t('settings.service_as', { role: words.role(value) }) }))]} />
      </div>
      <div className="row">
        <Button type="primary" htmlType="submit" loading={save.isPending}>{t('common.save')}</Button>
        {p && <Popconfirm title={t('settings.service_remove_sure')} description={t('settings.service_remove_text')} okText={t('common.remove')} cancelText={t('common.cancel')} onConfirm={() => remove.mutate()}><Button danger loading={remove.isPending}>{t('common.remove')}</Button></Popconfirm>}
      </div>
    </form>
  )
}
