import { useMutation, useQueryClient } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { isProblem, type Problem } from '@/api/problem'
import { removeDefinition, restoreVersion } from '@/api/queries'
import type { Defined } from '@/api/types'
import { useT } from '@/i18n'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

const Named = lazy(() => import('./NamedDialog'))

/** Reads everything again that is made of definitions. */
export function useDefinitionsChanged() {
  const queries = useQueryClient()
  return () => Promise.all([['run'], ['features']].map((queryKey) => queries.invalidateQueries({ queryKey })))
}

/** Takes a definition away, or a changed one back to how it ships: asks again when something names it, and offers the way back. `dialog` belongs on the page. */
export function useRemoval({ of, name, version, said, done }: { of: Defined; name: string; version: number; said: string; done?: () => void | Promise<void> }): { run: () => void; pending: boolean; dialog: ReactNode } {
  const { t } = useT()
  const problem = useProblemText()
  const changed = useDefinitionsChanged()
  const [named, setNamed] = useState<Problem | null>(null)
  const back = () => restoreVersion(of, name, version).then(async () => { toast.ok(t('versions.brought_back')); await changed() }).catch((e: unknown) => toast.bad(problem(e)))
  const go = useMutation({
    mutationFn: (anyway: boolean) => removeDefinition(of, name, anyway),
    onSuccess: async () => {
      setNamed(null)
      toast.undo(said, () => void back())
      await done?.()
      await changed()
    },
    onError: (e) => (isProblem(e) && e.code.endsWith('.named') ? setNamed(e) : toast.bad(problem(e))),
  })
  return {
    run: () => go.mutate(false), pending: go.isPending,
    dialog: named && <Suspense fallback={null}><Named problem={named} pending={go.isPending} onGo={() => go.mutate(true)} onClose={() => setNamed(null)} /></Suspense>,
  }
}
