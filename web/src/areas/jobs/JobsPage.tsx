import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Select } from 'antd'
import { useCallback } from 'react'
import { jobsPage } from '@/api/queries'
import type { Job } from '@/api/types'
import { useMay } from '@/parts/access'
import { SaveTable } from '@/parts/file/SaveTable'
import { useFormat } from '@/parts/format'
import { jobName } from '@/parts/jobs/JobLine'
import { useJobChanges, useJobs } from '@/parts/jobs/stream'
import { Card, Page } from '@/parts/Page'
import { Empty, Failed, Loading } from '@/parts/States'
import type { JobsSearch } from '@/router'
import './jobs.css'
import { JobsTable, whoOf } from './JobsTable'
import { Schedules } from './Schedules'

const states = ['queued', 'running', 'done', 'dead', 'cancelled'] as const
const kinds = ['export', 'arrive', 'sample', 'records', 'carry', 'refresh', 'roll', 'duplicates', 'quality', 'figures', 'compact', 'sweep', 'tidy', 'announce', 'letters', 'seal', 'erase'] as const

/** What goes on in the background and what went on; what was given up, and a way to have it run again; what is done every day. */
export function JobsPage() {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const search = useSearch({ from: '/app/jobs' })
  const navigate = useNavigate({ from: '/jobs' })
  const queries = useQueryClient()
  const all = may('audit:read')
  const set = (next: Partial<JobsSearch>) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true })
  const query = useInfiniteQuery({
    queryKey: ['jobs', search.state, search.kind, search.mine],
    queryFn: ({ signal, pageParam }) => jobsPage({ state: search.state, kind: search.kind, mine: search.mine === 'yes' || undefined, cursor: pageParam, limit: 50 }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  // what the stream says counts; a job that is new or stands differently may belong elsewhere in the list
  const live = useJobs()
  const changed = useCallback((job: Job, before: Job | undefined) => {
    if (job.id.startsWith('job_') && before?.state !== job.state) void queries.invalidateQueries({ queryKey: ['jobs'] })
  }, [queries])
  useJobChanges(changed)
  const items = query.data?.pages.flatMap((p) => p.items).map((j) => live.get(j.id) ?? j) ?? []
  const narrowed = !!(search.state || search.kind || search.mine)
  return (
    <Page title={t('jobs.title')} note={t(all ? 'jobs.note' : 'jobs.note_own')} actions={items.length > 0 && <SaveTable name={t('jobs.title')} table={{ head: ['what', 'state', 'who', 'asked_at', 'tries'].map((key) => t(`jobs.${key}`)), rows: () => items.map((j) => [jobName(j, f), t(`jobs.state_${j.state}`), whoOf(j, f), j.created_at && f.instant(j.created_at), j.attempts]) }} />}>
      <div className="jobs-filters">
        <div className="field"><label htmlFor="jobs-state">{t('jobs.state')}</label><Select id="jobs-state" allowClear value={search.state} placeholder={t('jobs.any_state')} onChange={(state?: JobsSearch['state']) => set({ state })} options={states.map((value) => ({ value, label: t(`jobs.state_${value}`) }))} /></div>
        <div className="field"><label htmlFor="jobs-kind">{t('jobs.kind')}</label><Select id="jobs-kind" allowClear value={search.kind} placeholder={t('jobs.any_kind')} onChange={(kind?: string) => set({ kind })} options={kinds.map((value) => ({ value, label: t(`jobs.kind_${value}`) }))} /></div>
        {all && <div className="field"><label htmlFor="jobs-who">{t('jobs.who')}</label><Select id="jobs-who" value={search.mine ?? 'no'} onChange={(mine: 'yes' | 'no') => set({ mine: mine === 'yes' ? 'yes' : undefined })} options={[{ value: 'no', label: t('jobs.everybody') }, { value: 'yes', label: t('jobs.mine') }]} /></div>}
      </div>
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      <Card className={`flush${query.isPlaceholderData ? ' stale' : ''}`} label={t('jobs.title')}>
        {query.isPending && <div className="page"><Loading lines={8} /></div>}
        {query.data && items.length === 0 && <Empty title={t(narrowed ? 'jobs.none_match' : 'jobs.none')} text={t(narrowed ? 'customers.none_match_text' : 'jobs.none_text')} action={narrowed && <Button onClick={() => set({ state: undefined, kind: undefined, mine: undefined })}>{t('jobs.clear')}</Button>} />}
        {items.length > 0 && <JobsTable items={items} />}
      </Card>
      {query.hasNextPage && <div className="jobs-foot"><Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('jobs.older')}</Button></div>}
      {all && !query.isPending && <Schedules />}
    </Page>
  )
}
