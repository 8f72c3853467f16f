import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useRouter, useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { session, sessionOver } from '@/api/queries'
import type { Session } from '@/api/types'
import { useT } from '@/i18n'
import { useMay } from '@/parts/access'
import { type Entry, hostEntries } from '@/parts/entry/open'
import { useHotkeys, withKey } from '@/parts/hooks'
import { Mark, PlusIcon } from '@/parts/icons'
import { Denied } from './Denied'
import { Looking } from './Looking'
import { isShort, letterOf, useNew, usePlaces } from './places'
import './shell.css'
import { TopBar } from './TopBar'

const Palette = lazy(() => import('./Palette'))
const Help = lazy(() => import('./Help'))
const NewMenu = lazy(() => import('./NewMenu'))
const OtherBusiness = lazy(() => import('./OtherBusiness'))
const EntryDrawer = lazy(() => import('@/parts/entry/EntryDrawer'))
const SignInAgain = lazy(() => import('./SignInAgain'))

export function Shell() {
  const { t } = useT()
  const { data } = useQuery(session)
  const { data: over } = useQuery<Session['user'] | null>({ queryKey: sessionOver, queryFn: () => null, enabled: false, initialData: null })
  const navigate = useNavigate()
  const path = useRouterState({ select: (s) => s.location.pathname })
  const needs = useRouterState({ select: (s) => s.matches.at(-1)?.staticData.needs })
  const may = useMay()
  const places = usePlaces()
  const [rail, setRail] = useState(false)
  const [palette, setPalette] = useState(false)
  const [help, setHelp] = useState(false)
  const [making, setMaking] = useState(false)
  const [other, setOther] = useState(false)
  const [entry, setEntry] = useState<Entry | null>(null)
  const makes = useNew()
  useEffect(() => hostEntries(setEntry), [])

  const router = useRouter()
  // asked for while the page stood open: nothing else is done before
  const due = data?.second_factor_due
  useEffect(() => { if (due) void router.invalidate() }, [due, router])
  useEffect(() => setRail(false), [path])
  // at hand when the keys are pressed; what is typed before it stands is its first text
  const typed = useRef('')
  const opened = useRef(false)
  opened.current = palette
  useEffect(() => {
    const timer = setTimeout(() => { void import('./Palette'); void import('@/parts/keep') }, 1000)
    return () => clearTimeout(timer)
  }, [])
  useEffect(() => {
    const on = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k' && !event.isComposing) {
        event.preventDefault()
        typed.current = ''
        setPalette((open) => !open)
      } else if (opened.current && event.key.length === 1 && !event.metaKey && !event.ctrlKey && !(event.target instanceof HTMLInputElement)) typed.current += event.key
      if (event.key === 'Escape') setRail(false)
    }
    window.addEventListener('keydown', on)
    return () => window.removeEventListener('keydown', on)
  }, [])
  useHotkeys({
    '?': () => setHelp(true),
    '/': (event) => {
      const box = document.querySelector<HTMLInputElement>('[data-page-search] input, input[data-page-search]')
      if (!box) return
      event.preventDefault()
      box.focus()
    },
    ...Object.fromEntries(places.flatMap((p) => (letterOf(p) ? [[`g ${letterOf(p)?.toLowerCase()}`, () => void navigate({ to: p.to })]] : []))),
    ...(may('definitions:write') || may('imports:write') || may('members:manage') ? { c: () => setMaking(true) } : {}),
  }, !palette && !help && !making && !over && !other)

  const isActive = (to: string) => path === to || (to !== '/' && path.startsWith(`${to}/`)) || (to === '/classification' && path.startsWith('/classifications/'))
  const groups = (['home', 'customers', 'classify', 'manage'] as const).map((group) => [group, places.filter((p) => p.group === group)] as const).filter(([, items]) => items.length)
  return (
    <div className="shell">
      <a className="skip" href="#main">{t('shell.skip')}</a>
      <Looking />
      <nav className={`rail${rail ? ' open' : ''}`} aria-label={t('shell.nav')}>
        <Link to="/" className="rail-brand"><Mark /><span>{t('shell.brand')} <small>{t('shell.brand_other')}</small></span></Link>
        {groups.map(([group, items]) => (
          <div className="rail-group" key={group}>
            <div className="rail-title">{t(`shell.group_${group}`)}</div>
            {items.map((p) => (
              <Link key={p.to} to={p.to} onClick={() => setRail(false)} title={letterOf(p) && withKey(t(`shell.${p.key}`), `G ${letterOf(p)}`)} className={`rail-link${isActive(p.to) ? ' active' : ''}`} aria-current={isActive(p.to) ? 'page' : undefined}><p.icon />{t(`shell.${p.key}`)}</Link>
            ))}
          </div>
        ))}
        {makes.length > 0 && (
          <div className="rail-group only-phone">
            <div className="rail-title">{t('entry.new')}</div>
            {makes.map((n) => <button key={n.key} type="button" className="rail-link" onClick={() => { setRail(false); n.go() }}><PlusIcon />{t(n.key)}</button>)}
          </div>
        )}
        <div className="rail-foot">{data?.workspace && t('shell.rail_foot', { zone: data.workspace.time_zone, currency: data.workspace.currency.code })}</div>
      </nav>
      <button type="button" className="scrim" aria-label={t('common.close')} tabIndex={rail ? 0 : -1} onClick={() => setRail(false)} />
      <TopBar onMenu={() => setRail(true)} onSearch={() => setPalette(true)} onHelp={() => setHelp(true)} onOther={() => setOther(true)} />
      <main className="main" id="main" tabIndex={-1}>{needs && data?.user && !may(needs) ? <Denied needs={needs} /> : <Outlet />}</main>
      <nav className="bottom" aria-label={t('shell.nav_short')}>
        {places.filter(isShort).map(({ to, key, icon: Icon }) => <Link key={to} to={to} className={isActive(to) ? 'active' : undefined} aria-current={isActive(to) ? 'page' : undefined}><Icon /><span>{t(`shell.${key}`)}</span></Link>)}
      </nav>
      <Suspense fallback={null}>
        {palette && <Palette typed={typed} onClose={() => setPalette(false)} onOther={() => setOther(true)} />}
        {entry && <EntryDrawer entry={entry} onClose={() => setEntry(null)} />}
        {over && <SignInAgain before={over} />}
        {other && <OtherBusiness onClose={() => setOther(false)} />}
        {making && <NewMenu onClose={() => setMaking(false)} />}
        {help && <Help onClose={() => setHelp(false)} />}
      </Suspense>
    </div>
  )
}
