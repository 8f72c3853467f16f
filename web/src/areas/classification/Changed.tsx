import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { flow } from '@/api/queries'
import type { ClassificationSummary, Flow, Known } from '@/api/types'
import { useFormat } from '@/parts/format'
import { direction } from '@/parts/moves'
import { movedOf, notYet } from './moved'

/** What changed since the day the flow below begins with: who moved and with how much money, in sentences whose lines are there before they are known. */
export function Changed({ from, day, known, classification }: { from: string; day: string; known?: Known; classification?: ClassificationSummary }) {
  const f = useFormat()
  const { t } = f
  const { data } = useQuery({ ...flow({ classification: classification?.key ?? '', from, to: day, known }), enabled: !!classification })
  const links = data?.links ?? []
  const say = (key: string, of: (l: Flow['links'][number]) => boolean, tone?: 'worse' | 'better') => {
    const some = links.filter(of)
    const [n, net] = [some.reduce((sum, l) => sum + l.customers, 0), some.reduce((sum, l) => sum + l.net, 0)]
    return n > 0 && <span key={key} data-testid={`changed-${key}`}>{tone && <span className={tone} aria-hidden="true">{tone === 'worse' ? '▼' : '▲'} </span>}{t(`classification.changed_${key}`, { count: n, n: f.integer(n), net: f.compactMoney(net) })}</span>
  }
  const { moved, came } = movedOf(links)
  // only a life has a direction
  const staged = links.some((l) => direction(l) === 'worse' || direction(l) === 'better')
  return (
    <p className="overview-changed" data-testid="changed">
      {data && classification && moved + came > 0 && (
        <>
          <b>{t('classification.changed_since', { day: from, name: f.label(classification.label) })}</b>
          {staged ? <>{say('worse', (l) => direction(l) === 'worse', 'worse')}{say('better', (l) => direction(l) === 'better', 'better')}</> : say('moved', (l) => l.source !== l.target && l.source !== notYet)}
          {say('came', (l) => l.source === notYet)}
          <Link to="/classification" search={(old) => ({ ...old, from }) as never} hash="flow">{t('classification.changed_show')}</Link>
        </>
      )}
      {data && moved + came === 0 && <span className="soft">{t('classification.changed_none', { day: from })}</span>}
    </p>
  )
}
