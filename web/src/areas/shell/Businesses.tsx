import { useQuery } from '@tanstack/react-query'
import { BASE } from '@/api/base'
import { ownBusinesses } from '@/api/businesses'
import { session } from '@/api/queries'
import { useT } from '@/i18n'
import { useAccessWords } from '@/parts/access'
import { Pop } from '@/parts/Pop'

/** Whose customers these are; a menu where this browser works for several businesses, or is in one of several. */
export function Businesses({ onOther }: { onOther: () => void }) {
  const { t } = useT()
  const words = useAccessWords()
  const { data: now } = useQuery(session)
  const { data: all = [] } = useQuery({ ...ownBusinesses, enabled: !!now?.user })
  const name = now?.workspace?.name
  if (!BASE && all.length < 2) return <span className="top-name clip">{name}</span>
  return (
    <Pop className="icon-btn framed business-btn" label={t('shell.business_of', { name })} testid="business" button={<><span className="clip">{name}</span><span aria-hidden="true">▾</span></>}>
      {(close) => (
        <div className="menu">
          {all.map((b) => (
            <a key={b.path} href={`${b.path}/`} aria-current={b.here ? 'true' : undefined} onClick={b.here ? (e) => { e.preventDefault(); close() } : undefined}>
              <span className="strong anywhere">{b.here ? '✓ ' : ''}{b.name}</span> <span className="soft small">{words.role(b.role)}</span>
            </a>
          ))}
          <button type="button" onClick={() => { close(); onOther() }}>{t('shell.other_business')}</button>
        </div>
      )}
    </Pop>
  )
}
