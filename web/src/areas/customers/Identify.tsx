import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Input, Select } from 'antd'
import { type FormEvent, useState } from 'react'
import { call, newKey } from '@/api/client'
import { counted, faultsOf, postEntry, whom } from '@/api/entry'
import type { CustomerItem, CustomerPage, Profile } from '@/api/types'
import { useFormat } from '@/parts/format'
import { Failed } from '@/parts/States'
import { toast } from '@/parts/toast'

const kinds = ['phone', 'email', 'id', 'member'] as const
type Kind = (typeof kinds)[number]

/** Does somebody the search found have this very identifier? */
const has = (c: CustomerItem, kind: Kind, value: string) => {
  const digits = value.replace(/\D/g, '')
  return kind === 'phone' ? digits.length >= 7 && !!c.phone?.endsWith(digits.replace(/^0+/, '')) : kind === 'email' ? c.email?.toLowerCase() === value.toLowerCase() : c.external_id === value
}

/** One more phone, e-mail or number somebody is found by; what another customer has stays theirs. */
export default function Identify({ profile: p, onClose }: { profile: Profile; onClose: () => void }) {
  const f = useFormat()
  const { t } = f
  const queries = useQueryClient()
  const [kind, setKind] = useState<Kind>('phone')
  const [value, setValue] = useState('')
  const [key] = useState(newKey)
  const [theirs, setTheirs] = useState<CustomerItem>()
  const me = whom(p.identifiers)
  const send = useMutation({
    mutationFn: async (text: string) => {
      const found = (await call<CustomerPage>('GET', '/customers', { query: { q: text, limit: 20 } })).items.find((c) => c.id !== p.id && has(c, kind, text))
      setTheirs(found)
      if (found || !me) return false
      await postEntry('customer', `${key}-${kind}-${encodeURIComponent(text).slice(0, 180)}`, { ...me, [kind]: text })
      return true
    },
    onSuccess: async (done) => {
      if (!done) return
      toast.ok(t('entry.saved'))
      onClose()
      const now = await counted(queries).catch(() => false)
      toast.ok(t(now ? 'entry.counts' : 'entry.counts_later'))
    },
  })
  const faults = faultsOf(send.error)
  const fault = faults[kind] ?? faults['']
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (value.trim() && !send.isPending) send.mutate(value.trim())
  }
  return (
    <form className="form-grid" onSubmit={submit}>
      <div className="two">
        <div className="field"><label htmlFor="identify-kind">{t('entry.which')}</label><Select id="identify-kind" size="small" value={kind} onChange={setKind} options={kinds.map((k) => ({ value: k, label: t(`entry.${k}`) }))} /></div>
        <div className="field"><label htmlFor="identify-value">{t(`entry.${kind}`)}</label><Input id="identify-value" size="small" autoFocus autoComplete="off" maxLength={200} value={value} onChange={(e) => { setValue(e.target.value); setTheirs(undefined) }} /></div>
      </div>
      {fault && <span className="field-error" role="alert">{f.label(fault)}</span>}
      {send.error && !fault && <Failed error={send.error} />}
      {theirs && <p className="field-error" role="alert">{t('entry.belongs', { name: theirs.name ?? theirs.id })} <Link to="/duplicates" search={{ a: p.id, b: theirs.id } as never}>{t('duplicates.merge_two')}</Link></p>}
      <p className="soft small">{t('entry.added_note')}</p>
      <div className="row"><Button size="small" type="primary" htmlType="submit" loading={send.isPending}>{t('common.save')}</Button><Button size="small" onClick={onClose}>{t('common.cancel')}</Button></div>
    </form>
  )
}
