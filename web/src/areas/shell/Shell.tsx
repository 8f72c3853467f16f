import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useRouter, useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { session, sessionOver } from '@/api/queries'
import type { Session } from '@/api/types'
import { useT } from '@/i18n'
import { useMay } from '@/parts/access'
import { type Entry, hostEntries } from '@/parts/entry/open'
import { useHotkeys } from '@/parts/hooks'
import { Denied } from './Denied'
import { Looking } from './Looking'
import { isAt, isShort, letterOf, usePlaces } from './places'
import { Rail } from './Rail'
import './shell.css'
import { TopBar } from './TopBar'

const Palette = lazy(() => import('./Palette'))
const Help = lazy(() => import('./Help'))
const NewMenu = lazy(() => import('./NewMenu'))
const RecordDrawer = lazy(() => import('@/parts/record/RecordDrawer'))
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
  const record = useRouterState({ select: (s) => (s.location.search as { record?: string }).record })
  const may = useMay()
  const places = usePlaces()
  const [rail, setRail] = useState(false)
  const [palette, setPalette] = useState(false)
  const [help, setHelp] = useState(false)
  const [making, setMaking] = useState(false)
  const [other, setOther] = useState(false)
  const [entry, setEntry] = useState<Entry | null>(null)
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

  return (
    <div className="shell">
      <a className="skip" href="#main">{t('shell.skip')}</a>
      <Looking />
      <Rail path={path} open={rail} onClose={() => setRail(false)} />
      <button type="button" className="scrim" aria-label={t('common.close')} tabIndex={rail ? 0 : -1} onClick={() => setRail(false)} />
      <TopBar onMenu={() => setRail(true)} onSearch={() => setPalette(true)} onHelp={() => setHelp(true)} onOther={() => setOther(true)} />
      <main className="main" id="main" tabIndex={-1}>{needs && data?.user && !may(needs) ? <Denied needs={needs} /> : <Outlet />}</main>
      <nav className="bottom" aria-label={t('shell.nav_short')}>
        {places.filter(isShort).map(({ to, key, icon: Icon }) => <Link key={to} to={to} className={isAt(path, to) ? 'active' : undefined} aria-current={isAt(path, to) ? 'page' : undefined}><Icon /><span>{t(`shell.${key}`)}</span></Link>)}
      </nav>
      <Suspense fallback={null}>
        {palette && <Palette typed={typed} onClose={() => setPalette(false)} onOther={() => setOther(true)} />}
        {entry && <EntryDrawer entry={entry} onClose={() => setEntry(null)} />}
        {record && <RecordDrawer key={record} id={record} onClose={() => void navigate({ to: '.', search: ((old: object) => ({ ...old, record: undefined })) as never, replace: true })} />}
        {over && <SignInAgain before={over} />}
        {other && <OtherBusiness onClose={() => setOther(false)} />}
        {making && <NewMenu onClose={() => setMaking(false)} />}
        {help && <Help onClose={() => setHelp(false)} />}
      </Suspense>
    </div>
  )
}
