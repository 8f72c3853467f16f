import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { type FormEvent, useState } from 'react'
import type { InvitationMade } from '@/api/types'
import { isProblem } from '@/api/problem'
import { invitations, postInvitation, session } from '@/api/queries'
import { useFormat } from '@/parts/format'
import { useAccessWords } from '@/parts/access'
import { Drawer } from '@/parts/opened'
import { Secret } from '@/parts/Secret'
import { rolesWithin, StandingFields, standingOf } from '@/parts/StandingFields'
import { Failed } from '@/parts/States'
import { useFieldErrors } from '@/parts/useFieldErrors'

/** Asks somebody in by a link: nothing is sent, so no mail server is needed. */
export function Invite({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useFormat()
  return (
    <Drawer open={open} onClose={onClose} size={460} title={t('members.invite')} mask={{ closable: false }} destroyOnHidden afterOpenChange={(now) => { if (now) document.getElementById('invite-email')?.focus() }}>
      <Panel onClose={onClose} />
    </Drawer>
  )
}

function Panel({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<InvitationMade | null>(null)
  return made ? <Made made={made} onMore={() => setMade(null)} onClose={onClose} /> : <Form onMade={setMade} />
}

function Form({ onMade }: { onMade: (made: InvitationMade) => void }) {
  const { t } = useFormat()
  const queries = useQueryClient()
  const { data: now } = useQuery(session)
  const mine = now?.user?.permissions ?? []
  const [email, setEmail] = useState('')
  // the one who may least is the safest to begin with
  const [standing, setStanding] = useState(() => standingOf(rolesWithin(mine).at(-1) ?? 'viewer', mine))
  const make = useMutation({
    mutationFn: () => postInvitation({ email: email.trim(), ...standing }),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: invitations.queryKey })
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
      <p className="soft">{t('members.invite_note')}</p>
      {make.error && !(isProblem(make.error) && Object.keys(make.error.fields).length) && <Failed error={make.error} />}
      <div className="field"><label htmlFor="invite-email">{t('session.email')}</label><Input id="invite-email" type="email" required autoFocus autoComplete="off" value={email} onChange={(e) => setEmail(e.target.value)} />{fieldError('email')}</div>
      <StandingFields value={standing} mine={mine} onChange={setStanding} person />
      <div className="row"><Button type="primary" htmlType="submit" loading={make.isPending} disabled={!email.trim()}>{t('members.make_link')}</Button></div>
    </form>
  )
}

function Made({ made, onMore, onClose }: { made: InvitationMade; onMore: () => void; onClose: () => void }) {
  const f = useFormat()
  const { t } = f
  const words = useAccessWords()
  const { email, role, expires_at } = made.invitation
  const link = new URL(made.link, window.location.origin).href
  return (
    <div className="form-grid">
      <p>{t('members.made', { email, role: words.role(role) })}</p>
      {made.mailed && <p role="status">{t('members.mailed', { email })}</p>}
      <Secret label={t('members.link')} value={link} note={t('members.link_note', { until: f.instant(expires_at) })} />
      {/^(localhost|127\.|\[::1\])/.test(new URL(link).hostname) && <p className="small" role="note">{t('members.link_here_only')}</p>}
      <div className="row"><Button onClick={onMore}>{t('members.invite_more')}</Button><Button onClick={onClose}>{t('common.done')}</Button></div>
    </div>
  )
}
