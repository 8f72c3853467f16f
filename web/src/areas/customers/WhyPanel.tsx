import { useQuery } from '@tanstack/react-query'
import { type AsOf, course, why as whyQuery } from '@/api/queries'
import type { WhyCondition } from '@/api/types'
import { ByVersion } from '@/parts/definition/InForce'
import { type Format, useFormat } from '@/parts/format'
import { Failed, Loading } from '@/parts/States'
import { since } from './course'

/** Why this class or segment: conditions with this customer's values, the facts that counted, and what would change it. */
export function WhyPanel({ id, name, subject, at }: { id: string; name: string; subject: { classification?: string; segment?: string }; at: AsOf }) {
  const f = useFormat()
  const { t } = f
  const query = useQuery(whyQuery(id, subject, at))
  if (query.isPending) return <Loading lines={8} />
  if (query.error) return <Failed error={query.error} retry={() => void query.refetch()} />
  const w = query.data
  const earlier = w.tried.filter((x) => x.class !== w.result.key && !x.holds)
  return (
    <div className="stack" data-testid="why">
      <div className="why-result">
        <span className="soft">{f.label(w.subject)} · {name}</span>
        <b>{f.label(w.result.label)}</b>
        <Since id={id} subject={subject} at={at} f={f} />
      </div>
      <p className="sentence">{f.label(w.sentence)}</p>
      {w.conditions.length > 0 && <section className="stack"><h3>{t('customers.conditions')}</h3><Conditions items={w.conditions} f={f} /></section>}
      <section className={w.change.target ? 'change' : 'change none'} data-testid="change">
        <span className="soft small">{t('customers.change')}</span>
        <span>{f.label(w.change.sentence)}</span>
        {w.change.target && <span className="strong">→ {f.label(w.change.target.label)}</span>}
        {w.change.ways.length > 1 && <ul className="ways">{w.change.ways.map((x, i) => <li key={i}>{f.label(x.sentence)} <span className="soft">→ {f.label(x.target.label)}</span></li>)}</ul>}
      </section>
      {earlier.length > 0 && (
        <section className="stack">
          <h3>{t('customers.tried')}</h3>
          <div>{earlier.map((x) => <details key={x.class} className="tried"><summary><span className="mark no" aria-hidden="true">✗</span> {f.label(x.label)}</summary><Conditions items={[x.condition]} f={f} /></details>)}</div>
        </section>
      )}
      <p className="soft small">{t('customers.why_as_of', { day: w.as_of, version: w.version, known: t(w.known === 'then' ? 'classification.known_then' : 'classification.known_today') })}</p>
      <ByVersion {...w} />
    </div>
  )
}

/** Since when it is so. */
function Since({ id, subject, at, f }: { id: string; subject: { classification?: string; segment?: string }; at: AsOf; f: Format }) {
  const { data } = useQuery(course(id, at))
  if (!data) return null
  const turn = since(data.items, subject)
  const before = turn?.before ? f.t('customers.since_before', { class: f.label(turn.before.label) }) : ''
  return <span className="soft small" title={turn?.compared ? f.t('customers.course_compared_text') : undefined}>{turn ? f.t('customers.since', { day: turn.day }) + before : f.t('customers.since_longer', { day: data.from })}{turn?.compared ? ` · ${f.t('customers.course_compared')}` : ''}</span>
}

function Conditions({ items, f }: { items: WhyCondition[]; f: Format }) {
  return (
    <ul className="conditions">
      {items.map((c, i) => (
        <li key={`${c.path}-${i}`} className="cond">
          <span className={`mark ${c.holds ? 'yes' : 'no'}`} role="img" aria-label={f.t(c.holds ? 'customers.holds' : 'customers.fails')}>{c.holds ? '✓' : '✗'}</span>
          <span className="cond-text" title={c.text}>{f.label(c.sentence) || c.text}</span>
          <span className="actual">{c.children?.length ? '' : f.label(c.finding) || f.value(c.actual)}</span>
          {c.counted && c.counted.count > 0 && <Counted counted={c.counted} f={f} />}
          {c.children && c.children.length > 0 && <Conditions items={c.children} f={f} />}
        </li>
      ))}
    </ul>
  )
}

function Counted({ counted, f }: { counted: NonNullable<WhyCondition['counted']>; f: Format }) {
  return (
    <details className="small">
      <summary className="linkish">{f.t('customers.counted', { count: counted.count, n: f.integer(counted.count) })}</summary>
      <table className="data-table"><tbody>{counted.items.map((x, i) => <tr key={i}><td className="nowrap">{x.day}</td><td>{f.label(x.title)}</td><td className="num">{x.amount == null ? '' : f.money(x.amount)}</td></tr>)}</tbody></table>
      {counted.items.length < counted.count && <p className="soft">{f.t('customers.counted_more', { n: f.integer(counted.count - counted.items.length) })}</p>}
    </details>
  )
}
