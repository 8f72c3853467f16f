import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Input, Select, Switch } from 'antd'
import { type FormEvent, useMemo, useState } from 'react'
import { BASE } from '@/api/base'
import { putWorkspace, session } from '@/api/queries'
import type { Lang, Session, Workspace } from '@/api/types'
import { useT } from '@/i18n'
import { useMay } from '@/parts/access'
import { lettersOn, setLetters } from '@/parts/hooks'
import { Card, Page } from '@/parts/Page'
import { Failed } from '@/parts/States'
import { currencies, zones } from '@/parts/reckoning'
import { toast } from '@/parts/toast'
import { useSettings } from '@/parts/settings'
import { useFieldErrors } from '@/parts/useFieldErrors'
import { useUnsaved } from '@/parts/useUnsaved'
import './settings.css'
import { SignInRules } from './SignInRules'
import { SignInService } from './SignInService'
import { TakeAway } from './TakeAway'

/** What was set up and can be changed: the business's name and language. */
export function SettingsPage() {
  const { t } = useT()
  const { data } = useQuery(session)
  const may = useMay()
  if (!data?.workspace || !data.user) return null
  return (
    <Page title={t('settings.title')}>
      <Find />
      <div className="settings">
        {may('settings:write') ? <Business workspace={data.workspace} /> : <BusinessFacts workspace={data.workspace} />}
        {may('settings:write') && <SignInRules />}
        <Own />
        <Keys />
        <TakeAway />
        {may('settings:write') && <SignInService />}
        {may('settings:write') && !BASE && <Others />}
      </div>
    </Page>
  )
}

/** One field over all pages of settings. */
function Find() {
  const { t } = useT()
  const all = useSettings()
  const [text, setText] = useState('')
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean)
  const found = words.length ? all.filter((s) => words.every((w) => s.search.includes(w))) : []
  return (
    <div className="settings-find" role="search" data-page-search>
      <Input allowClear aria-label={t('settings.find')} placeholder={t('settings.find')} value={text} onChange={(e) => setText(e.target.value)} />
      {words.length > 0 && (
        <Card label={t('settings.found')}>
          {found.length === 0 && <p className="soft" role="status">{t('settings.found_none')}</p>}
          <ul className="settings-found">{found.map((s) => <li key={s.key}><Link to={s.to} hash={s.at}>{s.text}</Link></li>)}</ul>
        </Card>
      )}
    </div>
  )
}

/** Each language by its own name. */
const langs = (['zh-CN', 'en'] satisfies Lang[]).map((value) => ({ value, label: new Intl.DisplayNames([value], { type: 'language' }).of(value.slice(0, 2)) ?? value }))

function Business({ workspace }: { workspace: Workspace }) {
  const { t, lang: shown } = useT()
  const queries = useQueryClient()
  const [name, setName] = useState(workspace.name)
  const [lang, setLang] = useState(workspace.lang)
  const [zone, setZone] = useState(workspace.time_zone)
  const [currency, setCurrency] = useState(workspace.currency.code)
  const dirty = name.trim() !== workspace.name || lang !== workspace.lang || zone !== workspace.time_zone || currency !== workspace.currency.code
  useUnsaved(() => dirty)
  const save = useMutation({
    mutationFn: () => putWorkspace({ name: name.trim(), lang, time_zone: zone, currency }),
    onSuccess: (now: Session) => {
      queries.setQueryData(session.queryKey, now)
      // days and amounts read otherwise
      void queries.invalidateQueries()
      if (now.workspace) setName(now.workspace.name)
      toast.ok(t('settings.saved'))
    },
  })
  const fieldError = useFieldErrors(save.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!save.isPending) save.mutate()
  }
  const zoneOptions = useMemo(() => zones(workspace.time_zone), [workspace.time_zone])
  return (
    <Card id="business" title={t('settings.business')}>
      <form className="form-grid" onSubmit={submit}>
        {save.error && <Failed error={save.error} />}
        <div className="field"><label htmlFor="workspace-name">{t('session.workspace_name')}</label><Input id="workspace-name" required maxLength={100} value={name} onChange={(e) => setName(e.target.value)} />{fieldError('name')}</div>
        <div className="field"><label htmlFor="workspace-lang">{t('settings.lang')}</label><Select id="workspace-lang" value={lang} onChange={setLang} options={langs} /><span className="small soft">{t('settings.lang_note')}</span>{fieldError('lang')}</div>
        {workspace.settled ? (
          <dl className="facts">
            <div><dt>{t('session.time_zone')}</dt><dd>{workspace.time_zone}</dd></div>
            <div><dt>{t('session.currency')}</dt><dd>{workspace.currency.code} {new Intl.DisplayNames([shown], { type: 'currency' }).of(workspace.currency.code)}</dd></div>
          </dl>
        ) : (
          <div className="two">
            <div className="field"><label htmlFor="workspace-zone">{t('session.time_zone')}</label><Select id="workspace-zone" showSearch value={zone} onChange={setZone} options={zoneOptions} />{fieldError('time_zone')}</div>
            <div className="field"><label htmlFor="workspace-currency">{t('session.currency')}</label><Select id="workspace-currency" showSearch={{ optionFilterProp: 'label' }} value={currency} onChange={setCurrency} options={currencies(shown, workspace.currency.code)} />{fieldError('currency')}</div>
          </div>
        )}
        <p className="small soft">{t(workspace.settled ? 'settings.fixed_note' : 'settings.open_note')}</p>
        <div className="row"><Button type="primary" htmlType="submit" loading={save.isPending} disabled={!dirty || !name.trim()}>{t('common.save')}</Button></div>
      </form>
    </Card>
  )
}

/** The same for whoever may not change it. */
function BusinessFacts({ workspace }: { workspace: Workspace }) {
  const { t, lang } = useT()
  return (
    <Card id="business" title={t('settings.business')}>
      <div className="stack">
        <dl className="facts">
          <div><dt>{t('session.workspace_name')}</dt><dd className="anywhere">{workspace.name}</dd></div>
          <div><dt>{t('settings.lang')}</dt><dd>{langs.find((l) => l.value === workspace.lang)?.label}</dd></div>
          <div><dt>{t('session.time_zone')}</dt><dd>{workspace.time_zone}</dd></div>
          <div><dt>{t('session.currency')}</dt><dd>{workspace.currency.code} {new Intl.DisplayNames([lang], { type: 'currency' }).of(workspace.currency.code)}</dd></div>
        </dl>
        <p className="small soft">{t('settings.owner_only')}</p>
      </div>
    </Card>
  )
}

/** What is one's own has a page of its own. */
function Own() {
  const { t } = useT()
  return (
    <Card title={t('account.title')}>
      <div className="stack">
        <p className="soft">{t('account.note')}</p>
        <div className="row"><Link to="/settings/account">{t('account.to_account')}</Link></div>
      </div>
    </Card>
  )
}

/** A server may hold more than one business; owners of the first look after the list. */
function Others() {
  const { t } = useT()
  return (
    <Card title={t('businesses.title')}>
      <div className="stack">
        <p className="soft">{t('businesses.settings_note')}</p>
        <div className="row"><Link to="/settings/businesses">{t('businesses.to_list')}</Link></div>
      </div>
    </Card>
  )
}

/** Single letters that do something, for this browser. */
function Keys() {
  const { t } = useT()
  const [on, setOn] = useState(lettersOn)
  return (
    <Card id="keys" title={t('settings.keys')}>
      <div className="stack">
        <span className="switch-row"><Switch id="letters" checked={on} aria-label={t('settings.keys_letters')} onChange={(next) => { setLetters(next); setOn(next) }} /><span>{t('settings.keys_letters')}</span></span>
        <p className="small soft">{t('settings.keys_note')}</p>
      </div>
    </Card>
  )
}
