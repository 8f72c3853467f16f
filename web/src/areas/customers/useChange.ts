import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import { newKey } from '@/api/client'
import type { Change, ChangeBody } from '@/api/types'
import { postChange, undoChange } from '@/api/work'
import { useFormat } from '@/parts/format'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

/** Everything that shows customers or counts them. */
export function useFresh() {
  const queries = useQueryClient()
  return useMemo(() => () => Promise.all([queries.invalidateQueries({ queryKey: ['run'] }), queries.invalidateQueries({ queryKey: ['work'] })]), [queries])
}

/** Takes a change back and says so. */
export function useUndo() {
  const f = useFormat()
  const problem = useProblemText()
  const refresh = useFresh()
  return async (made: Change) => {
    try {
      const now = await undoChange(made.id)
      const n = now.reverted ?? made.changed
      toast.ok(f.t('work.undone', { count: n, n: f.integer(n) }))
    } catch (e) {
      toast.bad(problem(e))
    }
    await refresh()
  }
}

/** Makes a change and offers the way back, in the toast and by ⌘Z. `shown`: refusals that are told where they arose. */
export function useChange(onDone: () => void = () => {}, shown: (error: unknown) => boolean = () => false) {
  const f = useFormat()
  const problem = useProblemText()
  const refresh = useFresh()
  const undo = useUndo()
  // a request that may have been lost on its way is sent again under the same key
  const open = useRef<{ text: string; key: string } | null>(null)
  return useMutation({
    mutationFn: (body: ChangeBody) => {
      const text = JSON.stringify(body)
      if (open.current?.text !== text) open.current = { text, key: newKey() }
      return postChange(open.current.key, body)
    },
    onSuccess: async (made) => {
      open.current = null
      onDone()
      const said = f.t(`work.done_${made.kind}`, { count: made.changed, n: f.integer(made.changed), name: f.label(made.subject_name) || f.t('work.nobody') })
      if (made.changed > 0) toast.undo(said, () => void undo(made))
      else toast.ok(f.t('work.nothing_changed'))
      await refresh()
    },
    // the list may have moved on: what is shown next is what there is
    onError: async (e) => { if (!shown(e)) toast.bad(problem(e)); await refresh() },
  })
}
