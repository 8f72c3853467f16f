import { Popconfirm } from 'antd'
import { lazy, Suspense, useState } from 'react'
import type { Profile } from '@/api/types'
import { useMay } from '@/parts/access'
import { useFormat, useTextLabel } from '@/parts/format'
import { PenIcon } from '@/parts/icons'
import { Lock } from '@/parts/Masked'
import { useAt } from '@/parts/useAt'
import { Contacts } from './Contacts'
import { Copy } from './Copy'
import { useChange } from './useChange'

const Identify = lazy(() => import('./Identify'))

/** Kinds of identifiers of which only part is shown to whoever may not see personal data. */
const personal = ['phone', 'email', 'unionid']

/** What a company is, besides its contacts, which are listed. */
const firm = (p: Profile) => (p.kind === 'organisation' ? p.features.filter((x) => x.group === 'firmographics' && x.key !== 'contacts' && x.value.type !== 'null') : [])

type Identifier = Profile['identifiers'][number]

/** Who somebody is and how to reach them; of a company, what it is and whom to speak to. */
export function Who({ profile: p }: { profile: Profile }) {
  const f = useFormat()
  const { t } = f
  const named = useTextLabel()
  const may = useMay()
  const sees = may('personal:read')
  // of a past day nothing is written; whoever sees a mask would write it back
  const works = may('customers:write') && sees && !useAt().as_of
  const [open, setOpen] = useState<Identifier | 'new' | null>(null)
  const remove = useChange()
  const form = (was?: Identifier) => <Suspense fallback={null}><Identify profile={p} was={was} onClose={() => setOpen(null)} /></Suspense>
  const same = (i: Identifier) => open !== null && open !== 'new' && open.kind === i.kind && open.value === i.value
  return (
    <div className="who">
      <dl>
        {p.identifiers.map((i, n) => [
          <dt key={`t${n}`}>{t(`customers.id_${i.kind}`)}</dt>,
          <dd key={`d${n}`}>
            {i.kind === 'phone' ? <Phone digits={i.value} /> : i.kind === 'email' ? <Mail to={i.value} sees={sees} /> : i.value}
            {personal.includes(i.kind) && !sees ? <Lock /> : <Copy text={i.value} what={t(`customers.id_${i.kind}`)} />}
            {works && <button type="button" className="cell-pen" aria-label={t('entry.correct', { value: i.value })} onClick={() => setOpen(i)}><PenIcon /></button>}
            {works && <Popconfirm title={t('entry.remove_sure')} description={t('entry.remove_note')} okText={t('entry.remove')} cancelText={t('common.cancel')} onConfirm={() => remove.mutate({ kind: 'identifier_set', identifier: { kind: i.kind, was: i.value }, customers: [p.id], except: [] })}><button type="button" className="linkish small" aria-label={t('entry.remove_one', { value: i.value })}>{t('entry.remove')}</button></Popconfirm>}
            {same(i) && form(i)}
          </dd>,
        ])}
        {p.identifiers.length === 0 && <><dt>{t('customers.id_none')}</dt><dd>—</dd></>}
        {firm(p).map((x) => [<dt key={`t${x.key}`}>{f.label(x.label)}</dt>, <dd key={`d${x.key}`}>{named(x.key, x.value) ?? f.value(x.value, x.unit)}</dd>])}
      </dl>
      {works && (open === 'new' ? form() : <div><button type="button" className="linkish small" onClick={() => setOpen('new')}>+ {t('entry.add_identifier')}</button></div>)}
      <Contacts profile={p} reach={(c) => <div className="row reach">{c.phone && <Phone digits={c.phone} />}{c.email && <Mail to={c.email} sees={sees} />}{(c.phone || c.email) && !sees && <Lock />}</div>} />
    </div>
  )
}

/** A phone call away, where the device can call. */
function Phone({ digits }: { digits: string }) {
  const { phone } = useFormat()
  return /^\d{8,15}$/.test(digits) ? <a href={`tel:+${digits}`}>{phone(digits)}</a> : <>{phone(digits)}</>
}

/** Part of an address is nowhere to write to. */
function Mail({ to, sees }: { to: string; sees: boolean }) {
  return !sees ? <span className="anywhere">{to}</span> : <a className="anywhere" href={`mailto:${to}`}>{to}</a>
}
