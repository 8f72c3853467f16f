import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { useEffect, useRef } from 'react'
import { inbox, moveInbox } from '@/api/queries'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'

/** What programs posted and lists do not know yet; nothing where nothing waits. */
export function InboxNote() {
  const { t, instant } = useFormat()
  const may = useMay()
  const queries = useQueryClient()
  const { data } = useQuery(inbox)
  const move = useMutation({ mutationFn: moveInbox, onSuccess: (now) => queries.setQueryData(inbox.queryKey, now) })
  const waited = useRef(0)
  const waiting = data?.waiting ?? 0
  // a move is an import: it stands in the history and changes every figure
  useEffect(() => {
    if (waited.current > waiting) for (const queryKey of [['imports'], ['run']]) void queries.invalidateQueries({ queryKey })
    waited.current = waiting
  }, [queries, waiting])
  if (!data || !waiting) return null
  const text = data.failing ? t('imports.inbox_failing') : t('imports.inbox', { count: waiting, until: data.due_at ? instant(data.due_at) : '' })
  const moving = move.isPending || move.isSuccess
  const button = may('imports:write') && <Button size="small" disabled={moving} onClick={() => move.mutate()}>{t('imports.inbox_move')}</Button>
  return <Alert type={data.failing ? 'warning' : 'info'} showIcon title={text} description={moving ? t('imports.inbox_moving') : undefined} action={button} />
}
