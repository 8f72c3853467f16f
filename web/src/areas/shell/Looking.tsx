import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { lookBack } from '@/api/account'
import { at } from '@/api/base'
import { session } from '@/api/queries'
import { useAccessWords } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

/** Over everything, as long as an owner looks as somebody else: as whom, and the way back. */
export function Looking() {
  const { t, instant } = useFormat()
  const words = useAccessWords()
  const problem = useProblemText()
  const queries = useQueryClient()
  const { data } = useQuery(session)
  const until = data?.viewing?.until
  const back = useMutation({ mutationFn: lookBack, onSuccess: () => location.assign(at('/settings/users')), onError: (e) => toast.bad(problem(e)) })
  useEffect(() => {
    if (!until) return
    // everything that sticks to the top of the window makes room
    document.documentElement.dataset.looking = ''
    const over = setTimeout(() => void queries.invalidateQueries({ queryKey: session.queryKey }), Math.max(0, Date.parse(until) - Date.now()) + 500)
    return () => { delete document.documentElement.dataset.looking; clearTimeout(over) }
  }, [until, queries])
  if (!data?.user || !until) return null
  return (
    <div className="looking" role="region" aria-label={t('shell.looking')} data-testid="looking">
      <span className="clip">{t('shell.looking_as', { name: data.user.name, role: words.role(data.user.role) })}</span>
      <span className="hide-phone small">{t('shell.looking_only', { at: instant(until) })}</span>
      <button type="button" disabled={back.isPending} onClick={() => back.mutate()}>{t('shell.looking_back')}</button>
    </div>
  )
}
