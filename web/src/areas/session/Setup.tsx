import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Input, Select } from 'antd'
import { type FormEvent, useMemo, useState } from 'react'
import { isProblem } from '@/api/problem'
import { session, setUp } from '@/api/queries'
import { useT } from '@/i18n'
import { Failed } from '@/parts/States'
import { currencies, zones } from '@/parts/reckoning'
import { Door } from './Door'

/** What is paid with where a clock shows this zone; elsewhere the language says. */
const paidIn: Record<string, string> = {
  ...Object.fromEntries(['Berlin', 'Paris', 'Madrid', 'Rome', 'Amsterdam', 'Brussels', 'Vienna', 'Dublin', 'Lisbon', 'Helsinki', 'Athens'].map((city) => [`Europe/${city}`, 'EUR'])),
  ...Object.fromEntries(['Sydney', 'Melbourne', 'Brisbane', 'Perth', 'Adelaide'].map((city) => [`Australia/${city}`, 'AUD'])),
  'Asia/Shanghai': 'CNY', 'Asia/Urumqi': 'CNY', 'Asia/Hong_Kong': 'HKD', 'Asia/Taipei': 'TWD', 'Asia/Singapore': 'SGD', 'Asia/Seoul': 'KRW', 'Asia/Tokyo': 'JPY',
  'Asia/Kolkata': 'INR', 'Asia/Calcutta': 'INR', 'Asia/Bangkok': 'THB', 'Asia/Ho_Chi_Minh': 'VND', 'Asia/Saigon': 'VND', 'Asia/Jakarta': 'IDR', 'Asia/Kuala_Lumpur': 'MYR', 'Asia/Manila': 'PHP',
  'Asia/Dubai': 'AED', 'Asia/Riyadh': 'SAR', 'Europe/London': 'GBP', 'Europe/Zurich': 'CHF', 'Europe/Stockholm': 'SEK', 'Europe/Oslo': 'NOK', 'Europe/Copenhagen': 'DKK', 'Europe/Warsaw': 'PLN',
  'Europe/Istanbul': 'TRY', 'Europe/Moscow': 'RUB', 'Africa/Johannesburg': 'ZAR', 'America/Sao_Paulo': 'BRL', 'America/Mexico_City': 'MXN', 'America/Toronto': 'CAD', 'America/Vancouver': 'CAD', 'Pacific/Auckland': 'NZD',
}

/** First run: the one owner account and the workspace. The token was printed where the server started. */
export function Setup() {
  const { t, lang } = useT()
  // in the fragment, which no server and no proxy on the way is told; links of before have it in the address
  const inFragment = useLocation({ select: (at) => /^token=(.+)$/.exec(at.hash)?.[1] })
  const given = useSearch({ from: '/setup' }).token ?? inFragment
  const queries = useQueryClient()
  const navigate = useNavigate()
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone || 'Asia/Shanghai'
  const [form, setForm] = useState({ token: given ?? '', name: '', email: '', password: '', workspace_name: '', time_zone: here, currency: paidIn[here] ?? (lang === 'zh-CN' ? 'CNY' : 'USD') })
  const set = (key: keyof typeof form) => (value: string) => setForm((old) => ({ ...old, [key]: value }))
  // what was imported before anybody came here is reckoned already
  const settled = useQuery(session).data?.settled
  const zoneOptions = useMemo(() => zones(here), [here])
  const create = useMutation({
    mutationFn: () => setUp({ ...form, ...settled, lang }),
    onSuccess: async (now) => {
      queries.setQueryData(session.queryKey, now)
      await navigate({ to: '/imports' })
    },
  })
  const fields = isProblem(create.error) ? create.error.fields : {}
  const fieldError = (key: string) => fields[key] && <span className="field-error" role="alert">{t(`errors.${fields[key].replaceAll('.', '_')}`)}</span>
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate()
  }
  const text = (key: 'name' | 'email' | 'workspace_name' | 'token', props: object = {}) => (
    <div className="field">
      <label htmlFor={key}>{t(`session.${key}`)}</label>
      <Input id={key} required value={form[key]} onChange={(e) => set(key)(e.target.value)} {...props} />
      {fieldError(key)}
    </div>
  )
  return (
    <Door>
      <form onSubmit={submit}>
        <div>
          <h1>{t('session.setup')}</h1>
          <p className="soft">{t('session.setup_note')}</p>
        </div>
        {create.error && <Failed error={create.error} />}
        {!given && (
          <>
            {text('token', { autoComplete: 'off', className: 'mono' })}
            <p className="small soft">{t('session.token_where')}</p>
          </>
        )}
        {text('workspace_name', { placeholder: t('session.workspace_example') })}
        <div className="two">
          <div className="field"><label htmlFor="time_zone">{t('session.time_zone')}</label><Select id="time_zone" disabled={!!settled} showSearch value={settled?.time_zone ?? form.time_zone} onChange={set('time_zone')} options={zoneOptions} />{fieldError('time_zone')}</div>
          <div className="field"><label htmlFor="currency">{t('session.currency')}</label><Select id="currency" disabled={!!settled} showSearch={{ optionFilterProp: 'label' }} value={settled?.currency ?? form.currency} onChange={set('currency')} options={currencies(lang, settled?.currency ?? form.currency)} />{fieldError('currency')}</div>
        </div>
        {settled && <p className="small soft">{t('session.settled_note')}</p>}
        <div className="two">{text('name', { autoComplete: 'name' })}{text('email', { type: 'email', autoComplete: 'username' })}</div>
        <div className="field">
          <label htmlFor="password">{t('session.password')}</label>
          <Input.Password id="password" autoComplete="new-password" required minLength={10} value={form.password} onChange={(e) => set('password')(e.target.value)} />
          <span className="small soft">{t('session.password_rule')}</span>
          {fieldError('password')}
        </div>
        <Button type="primary" htmlType="submit" size="large" loading={create.isPending}>{t('session.create')}</Button>
        {!settled && <p className="small soft">{t('session.zone_note')}</p>}
      </form>
    </Door>
  )
}
