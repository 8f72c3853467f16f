import { Link } from '@tanstack/react-router'
import { Button, Input, Select } from 'antd'
import { type FormEvent, useState } from 'react'
import { isProblem } from '@/api/problem'
import type { Profile } from '@/api/types'
import { useFormat } from '@/parts/format'
import { useProblemText } from '@/parts/States'
import { useChange } from './useChange'

type Identifier = Profile['identifiers'][number]
const kinds = ['phone', 'email', 'external', 'member'] as const

/** As people write it: what is kept of a phone are its digits with the country. */
const written = (i: Identifier) => (i.kind === 'phone' && /^\d+$/.test(i.value) ? `+${i.value}` : i.value)

/** One more phone, e-mail or number somebody is found by, or one put right; what another customer has stays theirs. */
export default function Identify({ profile: p, was, onClose }: { profile: Profile; was?: Identifier; onClose: () => void }) {
  const f = useFormat()
  const { t } = f
  const problem = useProblemText()
  const [kind, setKind] = useState<string>(was?.kind ?? kinds[0])
  const [value, setValue] = useState(was ? written(was) : '')
  const change = useChange(onClose, (e) => isProblem(e) && e.code.startsWith('change.identifier'))
  const refused = isProblem(change.error) && change.error.code.startsWith('change.identifier') ? change.error : null
  const theirs = refused?.code === 'change.identifier_taken' ? (refused.params as { customer: string; name: string | null }) : null
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (value.trim() && !change.isPending) change.mutate({ kind: 'identifier_set', identifier: { kind, was: was?.value, value: value.trim() }, customers: [p.id], except: [] })
  }
  return (
    <form className="form-grid" onSubmit={submit}>
      <div className={was ? undefined : 'two'}>
        {!was && <div className="field"><label htmlFor="identify-kind">{t('entry.which')}</label><Select id="identify-kind" size="small" value={kind} onChange={setKind} options={kinds.map((k) => ({ value: k, label: t(`customers.id_${k}`) }))} /></div>}
        <div className="field"><label htmlFor="identify-value">{t(`customers.id_${kind}`)}</label><Input id="identify-value" size="small" autoFocus autoComplete="off" maxLength={200} value={value} onChange={(e) => { setValue(e.target.value); change.reset() }} /></div>
      </div>
      {theirs ? <p className="field-error" role="alert">{t('entry.belongs', { name: theirs.name ?? theirs.customer })} <Link to="/duplicates" search={{ a: p.id, b: theirs.customer } as never}>{t('duplicates.merge_two')}</Link></p>
        : refused && <span className="field-error" role="alert">{problem(refused)}</span>}
      <p className="soft small">{t(was ? 'entry.corrected_note' : 'entry.added_note')}</p>
      <div className="row"><Button size="small" type="primary" htmlType="submit" loading={change.isPending}>{t('common.save')}</Button><Button size="small" onClick={onClose}>{t('common.cancel')}</Button></div>
    </form>
  )
}
