import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { session } from '@/api/queries'
import { useT } from '@/i18n'
import { withKey } from '@/parts/hooks'
import { FoldIcon, Mark, PinIcon, PlusIcon } from '@/parts/icons'
import { useKept } from './kept'
import { isAt, letterOf, type Place, useNew, usePlaces } from './places'

const Pins = lazy(() => import('./Pins'))

/** The menu at the side: what somebody pinned first; folded it is its icons. On a phone it comes out over the page. */
export function Rail({ path, open, onClose }: { path: string; open: boolean; onClose: () => void }) {
  const { t } = useT()
  const { data } = useQuery(session)
  const places = usePlaces()
  const makes = useNew()
  const [fold, setFold] = useKept('rail')
  const [kept, setKept] = useKept('pins')
  const [pinning, setPinning] = useState(false)
  const small = fold === 'small'
  useEffect(() => {
    // boot.js asks for it before anybody is known
    localStorage.setItem('zhiyin.rail', fold)
    document.documentElement.dataset.rail = fold
  }, [fold])
  const pins = kept.split(',')
  const pinned = pins.flatMap((key) => places.find((p) => p.key === key) ?? [])
  const groups = [['pinned', pinned] as const, ...(['home', 'customers', 'classify', 'manage'] as const).map((group) => [group, places.filter((p) => p.group === group && !pins.includes(p.key))] as const)].filter(([, items]) => items.length)
  const link = (p: Place) => {
    const [text, letter, here] = [t(`shell.${p.key}`), letterOf(p), isAt(path, p.to)]
    return <Link key={p.to} to={p.to} onClick={onClose} title={letter ? withKey(text, `G ${letter}`) : small ? text : undefined} className={`rail-link${here ? ' active' : ''}`} aria-current={here ? 'page' : undefined}><p.icon /><span className="rail-text">{text}</span></Link>
  }
  const folding = t(small ? 'shell.unfold' : 'shell.fold')
  return (
    <nav className={`rail${open ? ' open' : ''}`} aria-label={t('shell.nav')}>
      <div className="rail-head">
        <Link to="/" className="rail-brand"><Mark /><span className="rail-text">{t('shell.brand')} <small>{t('shell.brand_other')}</small></span></Link>
        <button type="button" className="icon-btn hide-phone" aria-label={folding} title={folding} aria-expanded={!small} data-testid="fold" onClick={() => setFold(small ? '' : 'small')}><FoldIcon /></button>
      </div>
      {groups.map(([group, items]) => (
        <div className="rail-group" key={group}>
          <div className="rail-title">{t(`shell.group_${group}`)}</div>
          {items.map(link)}
        </div>
      ))}
      {makes.length > 0 && (
        <div className="rail-group only-phone">
          <div className="rail-title">{t('entry.new')}</div>
          {makes.map((n) => <button key={n.key} type="button" className="rail-link" onClick={() => { onClose(); n.go() }}><PlusIcon />{t(n.key)}</button>)}
        </div>
      )}
      <div className="rail-foot">
        <button type="button" className="rail-link" title={small ? t('shell.pin') : undefined} onClick={() => setPinning(true)}><PinIcon /><span className="rail-text">{t('shell.pin')}</span></button>
        {data?.workspace && <span className="rail-text">{t('shell.rail_foot', { zone: data.workspace.time_zone, currency: data.workspace.currency.code })}</span>}
      </div>
      {pinning && <Suspense fallback={null}><Pins places={places} pins={pins} onChange={(next) => setKept(next.join(','))} onClose={() => setPinning(false)} /></Suspense>}
    </nav>
  )
}
