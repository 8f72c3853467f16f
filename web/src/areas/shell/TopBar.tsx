import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { overview, session } from '@/api/queries'
import type { Known } from '@/api/types'
import { setLang, useT } from '@/i18n'
import { CalendarIcon, MenuIcon, MoonIcon, PlusIcon, SearchIcon, SunIcon } from '@/parts/icons'
import { withKey } from '@/parts/hooks'
import { Tray } from '@/parts/jobs/Tray'
import { Pop } from '@/parts/Pop'
import { setTheme, useTheme } from '@/theme/useTheme'
import { Bell } from './Bell'
import { Businesses } from './Businesses'
import { useNew } from './places'

const MeMenu = lazy(() => import('./MeMenu'))
const AsOfPanel = lazy(() => import('./AsOfPanel'))
const mac = typeof navigator !== 'undefined' && /mac/i.test(navigator.platform)
const keys = mac ? '⌘K' : 'Ctrl K'

export function TopBar({ onMenu, onSearch, onHelp, onOther }: { onMenu: () => void; onSearch: () => void; onHelp: () => void; onOther: () => void }) {
  const { t } = useT()
  return (
    <header className="top">
      <button type="button" className="icon-btn only-phone" aria-label={t('shell.menu')} onClick={onMenu}><MenuIcon /></button>
      <Businesses onOther={onOther} />
      <AsOf />
      <span className="grow" />
      <button type="button" className="icon-btn framed search-btn" aria-label={`${t('shell.search')} ${keys}`} onClick={onSearch}>
        <SearchIcon /><span className="search-text">{t('shell.search')}</span><span className="kbd">{keys}</span>
      </button>
      <New />
      <Tray />
      <Bell />
      <LangSwitch />
      <ThemeSwitch />
      <button type="button" className="icon-btn hide-phone" aria-label={t('shell.help')} title={withKey(t('shell.help'), '?')} onClick={onHelp}>?</button>
      <Me />
    </header>
  )
}

export function LangSwitch() {
  const { lang } = useT()
  const other = lang === 'en' ? 'zh-CN' : 'en'
  return <button type="button" className="icon-btn" lang={other} onClick={() => void setLang(other)} data-testid="lang">{other === 'en' ? 'English' : '中文'}</button>
}

function ThemeSwitch() {
  const { t } = useT()
  const theme = useTheme()
  return (
    <button type="button" className="icon-btn" aria-label={t(theme === 'dark' ? 'shell.to_light' : 'shell.to_dark')} data-testid="theme" onClick={() => setTheme(theme === 'dark' ? 'light' : 'dark')}>
      {theme === 'dark' ? <SunIcon /> : <MoonIcon />}
    </button>
  )
}

/** What can be made from any page. */
function New() {
  const { t } = useT()
  const all = useNew()
  if (all.length === 0) return null
  return (
    <Pop className="icon-btn framed hide-phone" label={t('entry.new')} testid="new" align="right" button={<><PlusIcon />{t('entry.new')}</>}>
      {(close) => <div className="menu">{all.map((n) => <button key={n.key} type="button" onClick={() => { close(); n.go() }}>{t(n.key)}{n.letter && <span className="kbd" aria-hidden="true">C {n.letter}</span>}</button>)}</div>}
    </Pop>
  )
}

function AsOf() {
  const { t } = useT()
  const { as_of, known } = useSearch({ strict: false }) as { as_of?: string; known?: Known }
  const newest = useQuery({ ...overview(), enabled: !as_of, staleTime: 60_000 }).data?.as_of
  const day = as_of ?? [t('shell.newest'), newest].filter(Boolean).join(' · ')
  const then = as_of && known === 'then' ? `· ${t('shell.known_then_short')}` : ''
  return (
    <Pop
      className={`icon-btn framed${as_of ? ' past' : ''}`} label={`${t('shell.as_of_button', { day })} ${then}`.trim()} testid="as-of"
      button={<><CalendarIcon /><span className={as_of ? '' : 'hide-phone'}>{day}</span>{then && <span className="hide-phone">{then}</span>}</>}
    >
      {(close) => <Suspense fallback={<div className="asof-panel" />}><AsOfPanel asOf={as_of} known={known} onDone={close} /></Suspense>}
    </Pop>
  )
}

function Me() {
  const { t } = useT()
  const user = useQuery(session).data?.user
  if (!user) return null
  return (
    <Pop className="icon-btn avatar" label={t('shell.me', { name: user.name })} button={[...user.name][0]?.toUpperCase() ?? '·'} align="right">
      {(close) => <Suspense fallback={<div className="menu" />}><MeMenu user={user} onDone={close} /></Suspense>}
    </Pop>
  )
}
