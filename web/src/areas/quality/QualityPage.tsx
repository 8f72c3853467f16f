import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type DataQuality, type Finding, dataQuality } from '@/api/quality'
import { useMay } from '@/parts/access'
import { shareOf } from '@/parts/file/csv'
import { SaveTable } from '@/parts/file/SaveTable'
import { Fold } from '@/parts/Fold'
import { type Format, useFormat } from '@/parts/format'
import { LinkButton } from '@/parts/LinkButton'
import { Lock } from '@/parts/Masked'
import { Card, Page } from '@/parts/Page'
import { Begin } from '@/parts/sample/Sample'
import { Empty, Failed, Loading } from '@/parts/States'
import { featureOf, fields, others, place, worstFirst } from './order'
import './quality.css'
import { Trend } from './Trend'

const mark = { ok: '✓', note: '·', warn: '▲', bad: '▼' }

/** Can these numbers be trusted, what is wrong, and what is to be done about it? */
export function QualityPage() {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const query = useQuery(dataQuality)
  const q = query.data
  return (
    <Page title={t('quality.title')} note={q?.ready && q.customers > 0 && <Note q={q} f={f} />}>
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Card><Loading lines={10} /></Card>}
      {q && !q.ready && <Card><p role="status">{t('quality.looking')}</p><Loading lines={8} /></Card>}
      {q?.ready && q.customers === 0 && <Card><Empty title={t('quality.none')} text={t(may('imports:write') ? 'quality.none_text' : 'access.nothing_yet')} action={may('imports:write') && <Begin />} /></Card>}
      {q?.ready && q.customers > 0 && <Found q={q} f={f} />}
    </Page>
  )
}

function Note({ q, f }: { q: DataQuality; f: Format }) {
  const { t } = f
  return (
    <span>
      {t('quality.of', { customers: f.integer(q.customers), orders: f.integer(q.orders) })} · {t('customers.as_of', { day: q.as_of })}
      {q.looked_at && ` · ${t('quality.looked', { at: f.instant(q.looked_at) })}`}
      {q.stale && <span className="worse"> · {t('quality.stale')}</span>}
    </span>
  )
}

function Found({ q, f }: { q: DataQuality; f: Format }) {
  const { t } = f
  const list = worstFirst(others(q.findings))
  const open = list.filter((x) => x.level !== 'ok')
  const fine = list.filter((x) => x.level === 'ok' && !x.masked)
  const hidden = list.filter((x) => x.masked)
  return (
    <>
      <div className="quality-top">
        <Card title={t('quality.score')}>
          <div className="quality-score"><b data-testid="score">{q.score}</b><span className="soft">{t('quality.of_100')}</span></div>
          <Fold className="small" head={t('quality.how')}><p className="soft">{t('quality.formula')}</p></Fold>
          {q.last_import && <p className="soft small">{t('quality.last_import', { at: f.instant(q.last_import) })}</p>}
        </Card>
        <Trend history={q.history} today={q.today} now={q.score ?? null} />
      </div>
      <Card title={t('quality.to_mend', { count: open.length, n: f.integer(open.length) })} className="flush" extra={open.length > 0 && <SaveTable name={t('quality.title')} table={{ of: q.today, head: [t('quality.finding'), t('quality.level'), t('quality.lacking'), t('quality.of_all'), t('quality.share_of'), t('quality.effect'), t('quality.to_do')], rows: () => open.map((x) => [f.label(x.text), t(`quality.level_${x.level}`), x.count, x.of, shareOf(x.share), f.label(x.effect), f.label(x.mend)]) }} />}>
        {open.length === 0 && <Empty title={t('quality.all_fine')} text={t('quality.all_fine_text')} />}
        <ul className="quality-list">{open.map((x) => <One key={x.code} x={x} f={f} />)}</ul>
      </Card>
      <Fields all={fields(q.findings)} f={f} />
      <Card title={t('quality.fine')}>
        {fine.length > 0 && <Fold className="rest" head={<span className="soft">{t('quality.fine_count', { count: fine.length, n: f.integer(fine.length) })}</span>}><ul className="quality-fine">{fine.map((x) => <li key={x.code}><span className="quality-mark ok" aria-hidden="true">{mark.ok}</span> {f.label(x.text)}</li>)}</ul></Fold>}
        {hidden.length > 0 && <p className="soft small">{t('quality.hidden', { names: hidden.map((x) => f.label(x.text)).join(t('customers.between')) })}<Lock whole /></p>}
      </Card>
    </>
  )
}

/** A finding: how much, what it does, which exactly, and the one thing to do. */
function One({ x, f }: { x: Finding; f: Format }) {
  const { t } = f
  const may = useMay()
  const count = x.count ?? 0
  const to = x.link && !(x.link === '/imports' && !may('imports:write')) ? place(x.link) : null
  const change = x.before ? count - x.before.count : 0
  return (
    <li className={`quality-one ${x.level}`} data-finding={x.code}>
      <span className={`quality-mark ${x.level}`} role="img" aria-label={t(`quality.level_${x.level}`)}>{mark[x.level]}</span>
      <div className="quality-said">
        <div className="quality-head">
          <h3>{f.label(x.text)}</h3>
          <span className="num nowrap"><b>{t(`quality.unit_${x.unit}`, { count, n: f.integer(count) })}</b>{x.of > 1 && <span className="soft small"> · {t('quality.share', { share: f.percent(x.share, x.share < 0.01 ? 2 : 1), of: f.integer(x.of) })}</span>}</span>
          {x.points >= 0.05 && <span className="soft small nowrap">{t('quality.points', { points: f.decimal(x.points, 1) })}</span>}
          {x.before && change !== 0 && <span className="soft small nowrap">{t(change > 0 ? 'quality.more' : 'quality.fewer', { n: f.integer(Math.abs(change)), day: x.before.day })}</span>}
        </div>
        <p>{f.label(x.effect)}</p>
        {x.detail.length > 0 && <p className="small">{x.detail.map((d) => f.label(d)).join(t('customers.between'))}</p>}
        {x.examples.length > 0 && <p className="small soft">{t('quality.such_as')} {x.examples.map((c, i) => <span key={c.id}>{i > 0 && t('customers.between')}<Link to="/customers/$id" params={{ id: c.id }} search={{ types: undefined, why: undefined }}>{c.name ?? c.id}</Link></span>)}</p>}
        <p className="small soft">{t('quality.mend')} {f.label(x.mend)}</p>
      </div>
      {to && <LinkButton size="small" to={to.to as never} search={to.search as never}>{x.customers != null ? t('quality.list', { count: x.customers, n: f.integer(x.customers) }) : t(`quality.open_${to.to.slice(1)}`)}</LinkButton>}
    </li>
  )
}

/** How complete each field is, and the list of those who lack it. */
function Fields({ all, f }: { all: Finding[]; f: Format }) {
  const { t } = f
  const name = (x: Finding) => f.label(x.field ?? x.text)
  const missing = all.find((x) => featureOf(x) !== undefined)
  return (
    <Card title={t('quality.fields')} className="flush" extra={<SaveTable name={t('quality.fields')} table={{ head: [t('quality.field'), t('quality.filled'), t('quality.lacking')], rows: () => all.map((x) => [name(x), ...(x.masked ? [] : [shareOf(1 - x.share), x.count])]) }} />}>
      <table className="data-table blocks">
        <thead><tr><th>{t('quality.field')}</th><th className="num">{t('quality.filled')}</th><th className="num">{t('quality.lacking')}</th><th>{t('quality.effect')}</th></tr></thead>
        <tbody>
          {all.map((x) => {
            const to = x.link ? place(x.link) : null
            return (
              <tr key={x.code} data-finding={x.code}>
                <td className="whole"><span className={`quality-mark ${x.level}`} role="img" aria-label={t(`quality.level_${x.level}`)}>{x.masked ? '' : mark[x.level]}</span> {name(x)}</td>
                <td className="num" data-label={t('quality.filled')}>{x.masked ? <Lock /> : f.percent(1 - x.share, x.share > 0 && x.share < 0.001 ? 2 : 1)}</td>
                <td className="num" data-label={t('quality.lacking')}>{x.masked ? <Lock /> : to ? <Link className="drill" aria-label={`${t('quality.lacking')}, ${name(x)}: ${f.integer(x.count ?? 0)}`} to={to.to as never} search={to.search as never}>{f.integer(x.count ?? 0)}</Link> : f.integer(x.count ?? 0)}</td>
                <td className="soft small" data-label={t('quality.effect')}>{featureOf(x) === undefined ? f.label(x.effect) : ''}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {missing && <p className="soft small quality-note">{t('quality.missing_note', { effect: f.label(missing.effect), mend: f.label(missing.mend) })}</p>}
    </Card>
  )
}
