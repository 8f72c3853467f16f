import { Button, Input, Popconfirm } from 'antd'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { ContactDraft, Profile } from '@/api/types'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { PenIcon } from '@/parts/icons'
import { Lock } from '@/parts/Masked'
import { useAt } from '@/parts/useAt'
import { useChange } from './useChange'

type Contact = Profile['contacts'][number]

/** Whom to speak to in a company; added, changed and taken away where they stand. */
export function Contacts({ profile: p, reach }: { profile: Profile; reach: (c: Contact) => ReactNode }) {
  const { t } = useFormat()
  const may = useMay()
  const past = useAt().as_of
  const [open, setOpen] = useState<string | null>(null)
  const works = may('customers:write') && may('personal:read') && !past
  const remove = useChange()
  if (p.kind !== 'organisation' || (p.contacts.length === 0 && !works)) return null
  return (
    <div className="stack contacts" data-testid="contacts">
      <h3>{t('customers.contacts')}{!works && <> <span title={t(past ? 'fields.locked_past' : may('customers:write') ? 'fields.locked_masked' : 'fields.locked_role')}><Lock /></span></>}</h3>
      {p.contacts.map((c, i) => open && open === c.id ? <ContactForm key={i} customer={p.id} contact={c} onClose={() => setOpen(null)} /> : (
        <div key={i} className="small contact-line">
          <div><span className="strong">{c.name ?? '—'}</span> {c.role && <span className="soft">{c.role}</span>}{reach(c)}</div>
          {works && c.id && (
            <span className="row nowrap">
              <button type="button" className="cell-pen" aria-label={t('fields.edit_contact', { name: c.name ?? '' })} onClick={() => setOpen(c.id ?? null)}><PenIcon /></button>
              <Popconfirm title={t('fields.remove_contact_sure')} okText={t('common.delete')} cancelText={t('common.cancel')} onConfirm={() => remove.mutate({ kind: 'contact_set', subject: c.id, customers: [p.id], except: [] })}><button type="button" className="linkish small" aria-label={t('fields.remove_contact', { name: c.name ?? '' })}>{t('common.delete')}</button></Popconfirm>
            </span>
          )}
        </div>
      ))}
      {works && (open === 'new' ? <ContactForm customer={p.id} contact={null} onClose={() => setOpen(null)} /> : <div><button type="button" className="linkish small" onClick={() => setOpen('new')}>+ {t('fields.add_contact')}</button></div>)}
    </div>
  )
}

function ContactForm({ customer, contact, onClose }: { customer: string; contact: Contact | null; onClose: () => void }) {
  const { t } = useFormat()
  const [draft, setDraft] = useState<ContactDraft>({ name: contact?.name ?? '', role: contact?.role ?? '', phone: contact?.phone ?? '', email: contact?.email ?? '' })
  const change = useChange(onClose)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change.mutate({ kind: 'contact_set', subject: contact?.id ?? undefined, contact: draft, customers: [customer], except: [] })
  }
  const field = (key: keyof ContactDraft, type = 'text') => (
    <div className="field"><label htmlFor={`contact-${key}`}>{t(`fields.contact_${key}`)}</label><Input id={`contact-${key}`} size="small" type={type} autoFocus={key === 'name'} maxLength={100} value={draft[key] ?? ''} onChange={(e) => setDraft({ ...draft, [key]: e.target.value })} /></div>
  )
  return (
    <form className="form-grid contact-form" onSubmit={submit}>
      <div className="two">{field('name')}{field('role')}</div>
      <div className="two">{field('phone', 'tel')}{field('email', 'email')}</div>
      <div className="row"><Button size="small" type="primary" htmlType="submit" loading={change.isPending}>{t('common.save')}</Button><Button size="small" onClick={onClose}>{t('common.cancel')}</Button></div>
    </form>
  )
}
