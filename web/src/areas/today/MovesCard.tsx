import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type AsOf, flow } from '@/api/queries'
import type { Flow } from '@/api/types'
import { daysBefore } from '@/i18n/format'
import { useFormat } from '@/parts/format'
import { direction } from '@/parts/moves'
import { Card } from '@/parts/Page'
import { Failed, Loading } from '@/parts/States'

/** Who changed stage in the week before a day, the most money first: those who slip away apart from those who come back. */
export function MovesCard({ day, at }: { day: string | undefined; at: AsOf }) {
  const f = useFormat()
  const { t } = f
  const from = day && daysBefore(day, 7)
  const query = useQuery({ ...flow({ classification: 'lifecycle', from, to: day, known: at.known }), enabled: !!day })
  const names = new Map(query.data?.nodes.map((n) => [n.key, f.label(n.label)]))
  const side = (which: ReturnType<typeof direction>) => (query.data?.links ?? []).filter((l) => direction(l) === which).sort((a, b) => b.net - a.net || b.customers - a.customers)
  const list = (l: Flow['links'][number]) => ({ ...at, [`was.lifecycle`]: `${l.source}@${from}`, 'class.lifecycle': l.target })
  const column = (which: 'worse' | 'better' | 'came') => {
    const links = side(which)
    const customers = links.reduce((n, l) => n + l.customers, 0)
    const net = links.reduce((n, l) => n + l.net, 0)
    // the lines add up to the number above them
    const shown = links.slice(0, links.length > 5 ? 4 : 5)
    const rest = links.slice(shown.length)
    return (
      <section className={`moved moved-${which}`} aria-label={t(`today.${which}`)} data-testid={`moved-${which}`}>
        <h3><span className={which === 'worse' ? 'worse' : 'better'} aria-hidden="true">{which === 'worse' ? '▼' : '▲'}</span> {t(`today.${which}`)}</h3>
        <p className="moved-sum"><b>{f.integer(customers)}</b> <span className="soft">{t('today.with_net', { net: f.compactMoney(net) })}</span></p>
        <ul>
          {shown.map((l) => (
            <li key={`${l.source}-${l.target}`}>
              <Link to="/customers" search={list(l) as never} className="clip">{which === 'came' ? names.get(l.target) : `${names.get(l.source)} → ${names.get(l.target)}`}</Link>
              <span className="num">{f.integer(l.customers)}</span><span className="num soft">{f.compactMoney(l.net)}</span>
            </li>
          ))}
          {rest.length > 0 && (
            <li>
              <Link to="/classification" search={{ ...at, from } as never} className="clip">{t('today.otherwise', { count: rest.length })}</Link>
              <span className="num">{f.integer(rest.reduce((n, l) => n + l.customers, 0))}</span><span className="num soft">{f.compactMoney(rest.reduce((n, l) => n + l.net, 0))}</span>
            </li>
          )}
        </ul>
      </section>
    )
  }
  return (
    <Card title={t('today.since', { day: from ?? '…' })} extra={<Link to="/classification" search={{ ...at, from } as never}>{t('today.whole_flow')}</Link>}>
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <div className="moved-all">{['worse', 'better', 'came'].map((which) => <div key={which} className="moved moved-room"><Loading lines={5} /></div>)}</div>}
      {query.data && <div className="moved-all">{column('worse')}{column('better')}{column('came')}</div>}
    </Card>
  )
}
