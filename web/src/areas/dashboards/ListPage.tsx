import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { blankDashboard, dashboards, dashboardTemplates, deleteDashboard, postDashboard, restoreDashboard } from '@/api/dashboards'
import type { Dashboard, DashboardBody } from '@/api/types'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { Empty, Failed, Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import './dashboards.css'

/** Makes a dashboard and opens it. */
function useMake() {
  const problem = useProblemText()
  const navigate = useNavigate()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ body }: { body: DashboardBody; edit?: boolean }) => postDashboard(body),
    onSuccess: (made, { edit }) => {
      void queries.invalidateQueries({ queryKey: ['dashboards'] })
      void navigate({ to: '/dashboards/$id', params: { id: made.id }, search: (edit ? { edit: 'on' } : {}) as never })
    },
    onError: (e) => toast.bad(problem(e)),
  })
}

export function ListPage() {
  const f = useFormat()
  const { t } = f
  const query = useQuery(dashboards)
  const may = useMay()('definitions:write')
  const make = useMake()
  const blank = () => make.mutate({ body: blankDashboard({ zh: '新看板', en: 'New dashboard' }), edit: true })
  const fresh = may && <Button type="primary" loading={make.isPending} onClick={blank}>{t('dashboards.new')}</Button>
  return (
    <Page title={t('dashboards.title')} note={t('dashboards.note')} actions={fresh}>
      <Card className="flush">
        {query.isPending && <div className="page"><Loading lines={4} /></div>}
        {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
        {query.data?.length === 0 && <Empty title={t('dashboards.none')} text={t(may ? 'dashboards.none_text' : 'access.nothing_yet')} action={fresh} />}
        {query.data && query.data.length > 0 && <Table items={query.data} onCopy={(d) => make.mutate({ body: { name: { zh: `${d.name.zh}（副本）`, en: `${d.name.en} (copy)` }, tiles: d.tiles, audience: 'private' } })} may={may} />}
      </Card>
      {may && !query.isPending && <Templates busy={make.isPending} onUse={(body) => make.mutate({ body })} />}
    </Page>
  )
}

function Table({ items, onCopy, may }: { items: Dashboard[]; onCopy: (d: Dashboard) => void; may: boolean }) {
  const f = useFormat()
  const { t } = f
  const queries = useQueryClient()
  const problem = useProblemText()
  const again = () => void queries.invalidateQueries({ queryKey: ['dashboards'] })
  const remove = useMutation({
    mutationFn: (d: Dashboard) => deleteDashboard(d.id),
    onSuccess: (_, d) => {
      again()
      toast.undo(t('dashboards.deleted', { name: f.label(d.name) }), () => { restoreDashboard(d.id).then(again, (e) => toast.bad(problem(e))) })
    },
    onError: (e) => toast.bad(problem(e)),
  })
  return (
    // a scrolling region must be reachable by keyboard
    <div className="scroll" role="group" tabIndex={0} aria-label={t('dashboards.title')}>
      <table className="data-table blocks">
        <thead><tr><th scope="col">{t('dashboards.name')}</th><th scope="col">{t('dashboards.audience')}</th><th scope="col" className="num">{t('dashboards.tiles')}</th><th scope="col">{t('dashboards.updated')}</th><th scope="col"><span className="sr">{t('common.actions')}</span></th></tr></thead>
        <tbody>
          {items.map((d) => (
            <tr key={d.id} data-testid="dashboard">
              <td className="whole"><Link to="/dashboards/$id" params={{ id: d.id }} className="strong">{f.label(d.name)}</Link></td>
              <td>{t(d.audience === 'everyone' ? 'dashboards.everyone' : 'dashboards.private')}{d.owner_name && <span className="soft"> · {d.owner_name}</span>}</td>
              <td className="num" data-label={t('dashboards.tiles')}>{f.integer(d.tiles.length)}</td>
              <td data-label={t('dashboards.updated')}>{f.instant(d.updated_at)}</td>
              <td className="whole">
                <span className="row nowrap small">
                  {may && <button type="button" className="linkish" onClick={() => onCopy(d)}>{t('dashboards.copy')}</button>}
                  {d.mine && <button type="button" className="linkish danger" onClick={() => remove.mutate(d)}>{t('common.delete')}</button>}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Dashboards to begin with: their words are in both languages, their numbers come by themselves. */
function Templates({ busy, onUse }: { busy: boolean; onUse: (body: DashboardBody) => void }) {
  const f = useFormat()
  const { t } = f
  const query = useQuery(dashboardTemplates)
  return (
    <section aria-label={t('dashboards.templates')}>
      <h2 className="dash-sub">{t('dashboards.templates')}</h2>
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      <div className="dash-templates">
        {query.data?.map((x) => (
          <div key={x.key} className="card" data-testid={`template-${x.key}`}>
            <h3>{f.label(x.name)}</h3>
            <p className="small soft">{f.label(x.about)}</p>
            <Button size="small" disabled={busy} onClick={() => onUse({ name: x.name, tiles: x.tiles, audience: 'private' })} aria-label={t('dashboards.use_of', { name: f.label(x.name) })}>{t('dashboards.use')}</Button>
          </div>
        ))}
      </div>
    </section>
  )
}
