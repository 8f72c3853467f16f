import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { type FormEvent, useState } from 'react'
import type { TokenMade } from '@/api/types'
import { isProblem } from '@/api/problem'
import { postToken, session, tokens } from '@/api/queries'
import { useFormat } from '@/parts/format'
import { Drawer } from '@/parts/opened'
import { tokenPermissionsOf } from '@/parts/roles'
import { Secret } from '@/parts/Secret'
import { rolesWithin, StandingFields, standingOf } from '@/parts/StandingFields'
import { Failed } from '@/parts/States'
import { useFieldErrors } from '@/parts/useFieldErrors'

const days = [7, 30, 90, 365]

/** Makes a token and shows its secret, this once. */
export function NewToken({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useFormat()
  return (
    <Drawer open={open} onClose={onClose} size={460} title={t('tokens.new')} mask={{ closable: false }} destroyOnHidden>
      <Panel onClose={onClose} />
    </Drawer>
  )
}

function Panel({ onClose }: { onClose: () => void }) {
  const f = useFormat()
  const { t } = f
  const [made, setMade] = useState<TokenMade | null>(null)
  if (!made) return <Form onMade={setMade} />
  return (
    <div className="form-grid">
      <p>{t('tokens.made', { name: made.token.name })}</p>
      <Secret label={t('tokens.secret')} value={made.secret} note={t('tokens.secret_note', { until: f.instant(made.token.expires_at) })} />
      <div className="row"><Button onClick={onClose}>{t('common.done')}</Button></div>
    </div>
  )
}

function Form({ onMade }: { onMade: (made: TokenMade) => void }) {
  const { t } = useFormat()
  const queries = useQueryClient()
  const { data: now } = useQuery(session)
  const mine = now?.user?.permissions ?? []
  const [name, setName] = useState('')
  const [life, setLife] = useState(90)
  // the one that may least is the safest to begin with
  const [standing, setStanding] = useState(() => standingOf(rolesWithin(mine, tokenPermissionsOf).at(-1) ?? 'viewer', mine))
  const make = useMutation({
    mutationFn: () => postToken({ name: name.trim(), days: life, ...standing }),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: tokens.queryKey })
      onMade(made)
    },
  })
  const fieldError = useFieldErrors(make.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!make.isPending) make.mutate()
  }
  return (
    <form className="form-grid" onSubmit={submit}>
      {make.error && !(isProblem(make.error) && Object.keys(make.error.fields).length) && <Failed error={make.error} />}
      <div className="field"><label htmlFor="token-name">{t('tokens.name')}</label><Input id="token-name" required maxLength={100} autoFocus autoComplete="off" placeholder={t('tokens.name_example')} value={name} onChange={(e) => setName(e.target.value)} />{fieldError('name')}</div>
      <StandingFields value={standing} mine={mine} onChange={setStanding} of={tokenPermissionsOf} />
      <div className="field"><label htmlFor="token-days">{t('tokens.life')}</label><Select id="token-days" value={life} onChange={setLife} options={days.map((n) => ({ value: n, label: t('tokens.days', { count: n }) }))} />{fieldError('days')}</div>
      <div className="row"><Button type="primary" htmlType="submit" loading={make.isPending} disabled={!name.trim()}>{t('tokens.make')}</Button></div>
    </form>
  )
}
