import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Popconfirm } from 'antd'
import { restoreVersion, versions } from '@/api/queries'
import type { Defined, Difference, Version, Versions } from '@/api/types'
import { useMay } from '@/parts/access'
import { Fold } from '@/parts/Fold'
import { useFormat } from '@/parts/format'
import { HistoryLink } from '@/parts/HistoryLink'
import { Card } from '@/parts/Page'
import { Failed, Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { Users } from './UsedBy'
import { useDefinitionsChanged } from './useRemoval'
import './definition.css'

/** What a definition said before, who changed what when, what is built on it, and the way back. */
export function VersionsCard({ of, name }: { of: Defined; name: string }) {
  const f = useFormat()
  const { t } = f
  const query = useQuery(versions(of, name))
  return (
    <Card title={t('versions.title')} label={t('versions.title')} extra={<HistoryLink about={`${of.slice(0, -1)} ${name}`} />}>
      {query.isPending && <Loading lines={3} />}
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.data && (
        <div className="stack" data-testid="versions">
          <UsedBy of={query.data} />
          <ol className="versions">{query.data.items.map((v) => <li key={`${v.version}-${v.state}-${v.published_at ?? ''}`}><OneVersion of={of} name={name} v={v} /></li>)}</ol>
        </div>
      )}
    </Card>
  )
}

function UsedBy({ of }: { of: Versions }) {
  const { t } = useFormat()
  const count = of.used_by.length + of.used_elsewhere
  if (!count) return <p className="soft small">{t('versions.unused')}</p>
  return (
    <div className="used-by" data-testid="used-by">
      <span className="soft small">{t('versions.used_by', { count })}</span>
      <Users users={of.used_by} others={of.used_elsewhere} />
    </div>
  )
}

function OneVersion({ of, name, v }: { of: Defined; name: string; v: Version }) {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const queries = useQueryClient()
  const problem = useProblemText()
  const changed = useDefinitionsChanged()
  const back = useMutation({
    mutationFn: () => restoreVersion(of, name, v.version),
    onSuccess: async (now) => {
      queries.setQueryData(versions(of, name).queryKey, now)
      toast.ok(t('versions.restored', { version: v.version, now: now.items[0]?.version ?? '' }))
      await changed()
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
