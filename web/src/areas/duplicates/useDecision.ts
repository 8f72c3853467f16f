import { useMutation, useQueryClient } from '@tanstack/react-query'
import { decide, searchNow, undoMerge } from '@/api/duplicates'
import { useFormat } from '@/parts/format'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

/** Everything that shows customers, counts them, or tells of duplicates. */
export function useFresh() {
  const queries = useQueryClient()
  return () => Promise.all(['duplicates', 'run', 'work'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
}

/** Takes a merge back, or all of a step, and says so. */
export function useUnmerge() {
  const { t } = useFormat()
  const problem = useProblemText()
  const fresh = useFresh()
  return async (id: string, distinct = false) => {
    try {
      const { merges } = await undoMerge(id, distinct)
      const notes = merges.reduce((n, m) => n + (m.stayed?.notes ?? 0), 0)
      toast.ok([t('duplicates.unmerged', { count: merges.length, n: merges.length }), notes > 0 && t('duplicates.notes_stayed', { count: notes, n: notes })].filter(Boolean).join(' '))
    } catch (e) {
      toast.bad(problem(e))
    }
    await fresh()
  }
}

/** Says that two were made one, with the way back. */
export function useMerged() {
  const { t } = useFormat()
  const unmerge = useUnmerge()
  return (id: string | undefined, name: string) => (id ? toast.undo(t('duplicates.merged', { name }), () => void unmerge(id)) : toast.ok(t('duplicates.merged', { name })))
}

/** "Not the same" and "later", with the way back. */
export function usePutAside(id: string, onDone: () => void) {
  const { t } = useFormat()
  const problem = useProblemText()
  const fresh = useFresh()
  return useMutation({
    mutationFn: (decision: 'distinct' | 'later' | 'open') => decide(id, { decision }),
    onSuccess: async (_, decision) => {
      onDone()
      const back = async () => { await decide(id, { decision: 'open' }).catch((e: unknown) => toast.bad(problem(e))); await fresh() }
      if (decision === 'open') toast.ok(t('duplicates.said_open'))
      else toast.undo(t(`duplicates.said_${decision}`), () => void back())
      await fresh()
    },
    onError: async (e) => { toast.bad(problem(e)); await fresh() },
  })
}

export function useSearchNow() {
  const { t } = useFormat()
  const problem = useProblemText()
  const fresh = useFresh()
  return useMutation({ mutationFn: searchNow, onSuccess: async () => { toast.ok(t('duplicates.search_begun')); await fresh() }, onError: (e) => toast.bad(problem(e)) })
}
