import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Popconfirm } from 'antd'
import { deleteSample, postSample } from '@/api/queries'
import { useMay } from '../access'
import { useFormat } from '../format'
import { Progress } from '../jobs/JobLine'
import { isOpen, ordered, useJobs } from '../jobs/stream'
import { LinkButton } from '../LinkButton'
import { useProblemText } from '../States'
import { toast } from '../toast'

/** How a business without customers begins: with files of its own, or with sample data to try things with. `files`: false where files are dropped anyway. */
export function Begin({ files = true }: { files?: boolean }) {
  const { t, lang } = useFormat()
  const problem = useProblemText()
  const coming = [...useJobs().values()].find((j) => j.kind === 'sample' && isOpen(j))
  const order = useMutation({ mutationFn: () => postSample(lang), onSuccess: ordered, onError: (error) => toast.bad(problem(error)) })
  if (!useMay()('imports:write')) return null
  return (
    <>
      {files && <LinkButton to="/imports" kind="primary">{t('classification.empty_action')}</LinkButton>}
      {coming ? <Progress job={coming} /> : <Button loading={order.isPending} onClick={() => order.mutate()}>{t('sample.try')}</Button>}
    </>
  )
}

/** Says that sample data is among what is shown, and removes it. */
export function SampleNote() {
  const { t } = useFormat()
  return <Alert type="info" showIcon title={t('sample.note')} action={<RemoveSample />} />
}

/** All of it goes with one click, which is asked about once. */
export function RemoveSample() {
  const { t } = useFormat()
  const problem = useProblemText()
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: deleteSample,
    onSuccess: () => toast.ok(t('sample.removed')),
    onError: (error) => toast.bad(problem(error)),
    // every figure on every page is another, also where somebody else was quicker
    onSettled: () => queries.invalidateQueries(),
  })
  if (!useMay()('imports:write')) return null
  return (
    <Popconfirm placement="bottomRight" title={t('sample.remove_sure')} description={<p className="sample-what">{t('sample.remove_what')}</p>} onConfirm={() => remove.mutate()} okText={t('sample.remove')} cancelText={t('common.cancel')}>
      <Button size="small" loading={remove.isPending}>{t('sample.remove')}</Button>
    </Popconfirm>
  )
}
