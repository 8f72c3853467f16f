import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { putMapping } from '@/api/queries'
import type { Import, Mapping } from '@/api/types'
import { useUnsaved } from '@/parts/useUnsaved'
import { merged } from './mapping'

/** Between an edit and its telling: fast changes go together. */
const PAUSE = 300

/**
 * The mappings as they are edited. They are told to the server while they change, and it answers what follows: what the rows give, every
 * guess, how much can be read. One request at a time; what is edited meanwhile is not undone by the answer.
 */
export function useMappings(data: Import) {
  const queries = useQueryClient()
  const [maps, setMaps] = useState<Mapping[]>(() => data.files.map((x) => x.mapping))
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error | null>(null)
  const edit = useRef({ maps, version: 0, told: 0, timer: undefined as ReturnType<typeof setTimeout> | undefined, queue: Promise.resolve() })
  useUnsaved(() => edit.current.version !== edit.current.told)
  useEffect(() => () => clearTimeout(edit.current.timer), [])

  const tell = async () => {
    const now = edit.current
    if (now.version === now.told) return
    const { version, maps: sent } = now
    const next = await putMapping(data.id, sent)
    now.told = version
    setError(null)
    now.maps = next.files.map(({ mapping }, i) => merged(now.maps[i] ?? mapping, sent[i] ?? mapping, mapping))
    setMaps(now.maps)
    queries.setQueryData(['imports', data.id], next)
  }
  /** Waits until everything said so far is told; throws what the server objects to. */
  const flush = (): Promise<void> => {
    const now = edit.current
    clearTimeout(now.timer)
    const told = now.queue.then(tell)
    now.queue = told.catch(() => {})
    return told
  }
  const complain = (e: unknown) => setError(e instanceof Error ? e : new Error(String(e)))
  /** A part of one file's mapping changes; another layout of the file has its columns found anew, so nothing else is touched meanwhile. */
  const change = (file: number, part: Partial<Mapping>, layout = false) => {
    const now = edit.current
    now.maps = now.maps.map((m, i) => (i === file ? { ...m, ...part } : m))
    now.version++
    setMaps(now.maps)
    clearTimeout(now.timer)
    if (!layout) {
      now.timer = setTimeout(() => void flush().catch(complain), PAUSE)
      return
    }
    setBusy(true)
    void flush().catch(complain).finally(() => setBusy(false))
  }
  /** What is not told yet is given up. */
  const forget = () => {
    clearTimeout(edit.current.timer)
    edit.current.told = edit.current.version
  }
  return { maps, change, flush, forget, busy, error }
}
