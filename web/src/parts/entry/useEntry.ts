import { useMutation, useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { newKey } from '@/api/client'
import { type Entered, type Entries, faultsOf, postEntry, whom } from '@/api/entry'
import { profile } from '@/api/queries'
import type { Label } from '@/api/types'

export interface EntryProps {
  /** of whom, where that is known (`cus_…`) */
  customer?: string
  onDirty: (dirty: boolean) => void
  /** `next`: another one is to be entered */
  onSaved: <K extends Entered>(next: boolean, kind: K, form: Entries[K], customer: string | null) => void
}

/** Sends an entry; one that may have been lost on its way, or a second click, is sent under the same key. */
export function useEntry<K extends Entered>(kind: K) {
  const open = useRef<{ text: string; key: string } | null>(null)
  const send = useMutation({
    mutationFn: (form: Entries[K]) => {
      const text = JSON.stringify(form)
      if (open.current?.text !== text) open.current = { text, key: newKey() }
      return postEntry(kind, open.current.key, form)
    },
  })
  const faults: Record<string, Label> = faultsOf(send.error)
  return { send, faults }
}

/** By what the server knows a chosen customer; `null` for somebody who has nothing to be known by, `undefined` until it is known. */
export function useWhom(id: string | undefined) {
  const { data } = useQuery({ ...profile(id ?? ''), enabled: !!id })
  return { name: data ? (data.name ?? data.identifiers[0]?.value ?? data.id) : undefined, whom: id && data ? whom(data.identifiers) : undefined }
}
