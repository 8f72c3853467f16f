import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Popconfirm } from 'antd'
import { restoreVersion, versions } from '@/api/queries'
import type { Defined, Difference, Version, Versions } from '@/api/types'
import { useMay } from '@/parts/access'
import { Fold } from '@/parts/Fold'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Failed, Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import './definition.css'

/** What a definition said before, who changed what when, what is built on it, and the way back. */
export function VersionsCard({ of, name }: { of: Defined; name: string }) {
  const f = useFormat()
  const { t } = f
  const query = useQuery(versions(of, name))
  return (
    <Card title={t('versions.title')} label={t('versions.title')}>
      {query.isPending && <Loading lines={3} />}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.data && (
        <div className="stack" data-testid="versions">
          <UsedBy users={query.data.used_by} />
          <ol className="versions">{query.data.items.map((v) => <li key={`${v.version}-${v.state}-${v.published_at ?? ''}`}><OneVersion of={of} name={name} v={v} /></li>)}</ol>
        </div>
      )}
    </Card>
  )
}

function UsedBy({ users }: { users: Versions['used_by'] }) {
  const f = useFormat()
  const { t } = f
  if (!users.length) return <p className="soft small">{t('versions.unused')}</p>
  const place = (u: Versions['used_by'][number]) => {
    const shown = f.label(u.label) || u.key
    if (u.kind === 'segment') return <Link to="/segments/$key" params={{ key: u.key }}>{shown}</Link>
    if (u.kind === 'classification') return <Link to="/classifications/$key" params={{ key: u.key }}>{shown}</Link>
    return <Link to="/features" search={{ open: u.key }}>{shown}</Link>
  }
  return (
    <div className="used-by">
      <span className="soft small">{t('versions.used_by', { count: users.length })}</span>
      <ul>{users.map((u) => <li key={`${u.kind}-${u.key}`}>{place(u)} <span className="soft small">{t(`versions.kind_${u.kind}`)}</span></li>)}</ul>
    </div>
  )
}

function OneVersion({ of, name, v }: { of: Defined; name: string; v: Version }) {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const queries = useQueryClient()
  const problem = useProblemText()
  const back = useMutation({
    mutationFn: () => restoreVersion(of, name, v.version),
    onSuccess: async (now) => {
      queries.setQueryData(versions(of, name).queryKey, now)
      toast.ok(t('versions.restored', { version: v.version, now: now.items[0]?.version ?? '' }))
      await Promise.all([['run'], ['features']].map((queryKey) => queries.invalidateQueries({ queryKey })))
    },
    onError: (e) => toast.bad(problem(e)),
  })
  const who = v.author === null || v.author === undefined ? t('versions.shipped') : t('versions.by', { author: v.author })
  const when = v.author && v.published_at ? f.instant(v.published_at) : null
  return (
    <Fold
      testid={`version-${v.version}`}
      head={<><span className="strong">{t('versions.version', { version: v.version })}</span><span className={`chip${v.state === 'in_force' ? ' chip-on' : ''}`}>{t(`versions.state_${v.state}`)}</span><span className="soft small">{[who, when].filter(Boolean).join(' · ')}</span></>}
    >
      {v.hidden ? <p className="soft">{t('versions.hidden')}</p> : (
        <div className="stack">
          <Differences caption={t('versions.changed')} rows={v.changes} none={t('versions.same_as_before')} />
          {v.state !== 'in_force' && v.against_now.length > 0 && (
            <Popconfirm
              title={t('versions.restore_sure', { version: v.version })} description={<ul className="restore-says">{v.against_now.map((d, i) => <li key={i}>{f.label(d.what)}</li>)}</ul>}
              onConfirm={() => back.mutate()} okText={t('versions.restore')} cancelText={t('common.cancel')} disabled={!may('definitions:write')}
            >
              {may('definitions:write') && <div><Button size="small" loading={back.isPending}>{t('versions.restore')}</Button></div>}
            </Popconfirm>
          )}
          {v.state === 'taken_away' && may('definitions:write') && v.against_now.length === 0 && <div><Button size="small" loading={back.isPending} onClick={() => back.mutate()}>{t('versions.restore')}</Button></div>}
        </div>
      )}
    </Fold>
  )
}

/** Before and after, each in words and, of rules, as text. */
export function Differences({ caption, rows, none }: { caption: string; rows: Difference[]; none: string }) {
  const f = useFormat()
  if (!rows.length) return <p className="soft small">{none}</p>
  return (
    <dl className="diff" aria-label={caption}>
      {rows.map((d, i) => (
        <div key={i}>
          <dt>{f.label(d.what)}</dt>
          {d.before && <dd className="diff-old"><del><Words said={d.before} /></del></dd>}
          {d.after && <dd className="diff-new"><ins><Words said={d.after} /></ins></dd>}
        </div>
      ))}
    </dl>
  )
}

function Words({ said }: { said: NonNullable<Difference['after']> }) {
  const f = useFormat()
  const shown = f.label(said.words)
  return <>{shown}{said.text && said.text !== shown && !/^[0-9a-f]{16}$/.test(said.text) && <code>{said.text}</code>}</>
}
