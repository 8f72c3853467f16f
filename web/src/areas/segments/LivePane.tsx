import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { overview } from '@/api/queries'
import type { Label, Preview } from '@/api/types'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Failed } from '@/parts/States'
import { Scores } from './Scores'
import '@/parts/definition/definition.css'

/** The exact count while you edit, ten of the people behind it, and the rule in plain words. */
export function LivePane({ data, rule, stale, sentence, empty, error }: { data: Preview | undefined; rule: string; stale: boolean; sentence: Label | null; empty: boolean; error: unknown }) {
  const f = useFormat()
  const { t } = f
  const { data: base } = useQuery(overview())
  const words = sentence ?? data?.sentence
  return (
    <>
      <Card title={t('segments.matches')}>
        {empty && <p className="soft">{t('segments.start')}</p>}
        {!empty && !data && !error && <p className="soft">{t('segments.once_right')}</p>}
        {!!error && <Failed error={error} />}
        {!empty && data && (
          <div aria-live="polite" aria-atomic="true">
            <p className={`live${stale ? ' old' : ''}`}><b data-testid="live-count">{f.integer(data.count)}</b><span className="soft">{t('segments.of_all', { total: f.integer(data.total), share: f.percent(data.total ? data.count / data.total : 0) })}</span></p>
            <div className="share-track" aria-hidden="true"><i style={{ width: `${data.total ? (data.count / data.total) * 100 : 0}%` }} /></div>
            {data.taken.length > 0 && <Funnel data={data} />}
            {!!base?.not_profiled && <p className="small soft">{t('segments.not_profiled', { count: base.not_profiled, n: f.integer(base.not_profiled) })}</p>}
            {data.moves && <Moves moves={data.moves} />}
            <p className="small soft">{t('segments.exact', { ms: data.milliseconds < 1 ? '<1' : f.integer(data.milliseconds), day: data.as_of })}</p>
          </div>
        )}
      </Card>
      {!empty && words && <Card title={t('segments.plain')}><div className="stack tight"><p className={`sentence${stale ? ' soft' : ''}`}>{f.label(words)}</p>{data && <Scores rule={rule} day={data.as_of} />}</div></Card>}
      {!empty && data && data.sample.length > 0 && (
        <Card title={t('segments.sample', { n: data.sample.length })}>
          <div className="sample">
            {data.sample.map((c) => <Link key={c.id} to="/customers/$id" params={{ id: c.id }}><span className="clip">{c.name ?? c.external_id ?? c.id}</span><span className="nowrap">{f.value(c.values.net)}</span></Link>)}
          </div>
        </Card>
      )}
    </>
  )
}

/** Who would come and go against the version in force, with those who bring most. */
function Moves({ moves }: { moves: NonNullable<Preview['moves']> }) {
  const f = useFormat()
  const { t } = f
  const side = (n: number, sample: NonNullable<Preview['moves']>['entering_sample'], what: string, sign: string) => n > 0 && (
    <div>
      <span>{t(what)} <span className="soft small">{sample.map((c, i) => <span key={c.id}>{i > 0 && t('segments.comma')}<Link to="/customers/$id" params={{ id: c.id }}>{c.name ?? c.external_id ?? c.id}</Link></span>)}{n > sample.length && ' …'}</span></span>
      <b>{sign}{f.integer(n)}</b>
    </div>
  )
  return (
    <section className="moves" data-testid="moves" aria-label={t('versions.moves')}>
      <span className="strong small">{t('versions.moves')}</span>
      {moves.entering + moves.leaving === 0 && <span className="soft small">{t('versions.moves_none')}</span>}
      {side(moves.entering, moves.entering_sample, 'versions.moves_in', '+')}
      {side(moves.leaving, moves.leaving_sample, 'versions.moves_out', '−')}
      <span className="soft small">{t('versions.moves_against', { version: moves.version, n: f.integer(moves.before) })}</span>
    </section>
  )
}

/** From those who fulfil the rule to the members: who goes to other segments, in their order. */
function Funnel({ data }: { data: Preview }) {
  const f = useFormat()
  const { t } = f
  return (
    <dl className="funnel" data-testid="funnel">
      <div><dt>{t('segments.rule_alone')}</dt><dd>{f.integer(data.matched)}</dd></div>
      {data.taken.map((x) => <div key={`${x.earlier}-${x.key}`}><dt>{t(x.earlier ? 'segments.goes_earlier' : 'segments.goes_excluded', { name: f.label(x.label) })}</dt><dd>{x.customers ? `−${f.integer(x.customers)}` : '0'}</dd></div>)}
      <div className="strong"><dt>{t('segments.members')}</dt><dd>{f.integer(data.count)}</dd></div>
    </dl>
  )
}
