import { Link } from '@tanstack/react-router'
import type { Label, Preview } from '@/api/types'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Failed } from '@/parts/States'

/** The exact count while you edit, ten of the people behind it, and the rule in plain words. */
export function LivePane({ data, stale, sentence, empty, error }: { data: Preview | undefined; stale: boolean; sentence: Label | null; empty: boolean; error: unknown }) {
  const f = useFormat()
  const { t } = f
  const words = sentence ?? data?.sentence
  return (
    <>
      <Card title={t('segments.matches')}>
        {empty && <p className="soft">{t('segments.start')}</p>}
        {!empty && !data && !error && <p className="soft">{t('segments.once_right')}</p>}
        {!!error && <Failed error={error} />}
        {!empty && data && (
          <div aria-live="polite" aria-atomic="true">
            <p className={`live${stale ? ' old' : ''}`}><b data-testid="live-count">{f.integer(data.count)}</b><span className="soft">/ {f.integer(data.total)} · {f.percent(data.total ? data.count / data.total : 0)}</span></p>
            <div className="share-track" aria-hidden="true"><i style={{ width: `${data.total ? (data.count / data.total) * 100 : 0}%` }} /></div>
            <p className="small soft">{t('segments.exact', { ms: data.milliseconds < 1 ? '<1' : f.integer(data.milliseconds), day: data.as_of })}</p>
          </div>
        )}
      </Card>
      {!empty && words && <Card title={t('segments.plain')}><p className="sentence">{f.label(words)}</p></Card>}
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
