import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Drawer } from 'antd'
import { useCallback, useEffect, useRef, useState } from 'react'
import { counted, findEntered } from '@/api/entry'
import type { CustomerForm } from '@/api/types'
import { useT } from '@/i18n'
import { askToLeave, readyToAsk } from '@/parts/ask'
import type { Entry } from '@/parts/entry/open'
import '@/parts/field/field.css'
import '@/parts/record/record.css'
import { Loading } from '@/parts/States'
import { toast } from '@/parts/toast'
import { CustomerEntry } from './CustomerEntry'
import './entry.css'
import { InteractionEntry } from './InteractionEntry'
import { OrderEntry } from './OrderEntry'
import type { EntryProps } from './useEntry'

const forms = { customer: CustomerEntry, order: OrderEntry, interaction: InteractionEntry }

/** A fact entered by hand; once it is kept, the page of whose it is opens and says when it counts. */
export default function EntryDrawer({ entry, onClose }: { entry: Entry; onClose: () => void }) {
  const { t } = useT()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const dirty = useRef(false)
  const setDirty = useCallback((now: boolean) => { dirty.current = now }, [])
  const [round, setRound] = useState(0)
  const [opening, setOpening] = useState(false)
  const here = useRef(true)
  useEffect(() => {
    readyToAsk()
    here.current = true
    return () => { here.current = false }
  }, [])
  const close = async () => {
    if (dirty.current && !(await askToLeave())) return
    onClose()
  }
  const follow = async () => {
    const done = await counted(queries).catch(() => false)
    toast.ok(t(done ? 'entry.counts' : 'entry.counts_later'))
  }
  const open = (id: string) => { onClose(); void navigate({ to: '/customers/$id', params: { id }, search: { types: undefined, why: undefined, as_of: undefined, known: undefined } as never }) }
  const saved: EntryProps['onSaved'] = async (next, kind, form, customer) => {
    dirty.current = false
    if (next) {
      setRound((n) => n + 1)
      toast.ok(t('entry.saved_next'))
      return follow()
    }
    if (customer) {
      toast.ok(t('entry.saved'))
      open(customer)
      return follow()
    }
    setOpening(true)
    await follow()
    const id = kind === 'customer' ? await findEntered(form as CustomerForm).catch(() => null) : null
    // who went on to something else is left there
    if (!here.current) return
    if (id) open(id)
    else onClose()
  }
  const Form = forms[entry.kind]
  return (
    <Drawer open onClose={() => void close()} size={560} title={t(`entry.new_${entry.kind}`)} destroyOnHidden>
      {opening ? <><p role="status">{t('entry.opening')}</p><Loading lines={3} /></> : <Form key={round} customer={entry.customer} onDirty={setDirty} onSaved={saved} />}
    </Drawer>
  )
}
