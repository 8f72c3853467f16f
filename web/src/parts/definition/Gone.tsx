import { useMutation, useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { isProblem } from '@/api/problem'
import { restoreVersion, versions } from '@/api/queries'
import type { Defined } from '@/api/types'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Failed, Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'
import { useDefinitionsChanged } from './useRemoval'
import { VersionsCard } from './VersionsCard'

/** A definition that is not there: one that was taken away says when and by whom, and comes back; anything else is what went wrong. */
export function Gone({ of, name, error, retry }: { of: Defined; name: string; error: unknown; retry?: () => void }) {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const problem = useProblemText()
  const changed = useDefinitionsChanged()
  const missing = isProblem(error) && error.status === 404
  const query = useQuery({ ...versions(of, name), enabled: missing, retry: false })
  const last = query.data?.items[0]
  const back = useMutation({
    mutationFn: (version: number) => restoreVersion(of, name, version),
    onSuccess: async () => { toast.ok(t('versions.brought_back')); await changed() },
    onError: (e) => toast.bad(problem(e)),
  })
  if (missing && query.isPending) return <Card><Loading lines={6} /></Card>
  if (last?.state !== 'taken_away') return <Failed error={error} retry={retry} />
  const gone = query.data?.taken_away
  const called = f.label(gone?.label) || name
  return (
    <div className="stack" data-testid="gone">
      <Card>
        <div className="stack">
          <p className="strong">{gone?.by ? t('versions.gone_by', { name: called, at: f.instant(gone.at), by: gone.by }) : gone ? t('versions.gone_at', { name: called, at: f.instant(gone.at) }) : t('versions.gone', { name: called })}</p>
          <p className="soft">{t('versions.gone_text')}</p>
          {may('definitions:write') && <div><Button type="primary" loading={back.isPending} onClick={() => back.mutate(last.version)}>{t('versions.bring_back')}</Button></div>}
        </div>
      </Card>
      <VersionsCard of={of} name={name} />
    </div>
  )
}
