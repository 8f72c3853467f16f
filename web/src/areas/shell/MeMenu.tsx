import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useRouter } from '@tanstack/react-router'
import { API } from '@/api/client'
import { signOut } from '@/api/queries'
import type { Session } from '@/api/types'
import { useT } from '@/i18n'
import { useAccessWords, useMay } from '@/parts/access'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

/** Who the reader is, what is theirs, and the way out. */
export default function MeMenu({ user, onDone }: { user: NonNullable<Session['user']>; onDone: () => void }) {
  const { t } = useT()
  const queries = useQueryClient()
  const problem = useProblemText()
  const router = useRouter()
  const navigate = useNavigate()
  const may = useMay()
  const words = useAccessWords()
  const leave = async () => {
    try {
      await signOut()
    } catch (error) {
      return toast.bad(problem(error))
    }
    queries.clear()
    await router.invalidate()
    await navigate({ to: '/signin', search: { next: undefined } })
  }
  return (
    <div className="menu">
      <span className="menu-head">{user.email}<br />{words.role(user.role)}</span>
      <Link to="/settings/account" onClick={onDone}>{t('account.title')}</Link>
      <Link to="/settings" onClick={onDone}>{t('settings.title')}</Link>
      {may('export:take') && <a href={`${API}/definitions/export`} download>{t('shell.export_definitions')}</a>}
      <a href={`${API}/openapi.json`} target="_blank" rel="noreferrer">{t('shell.api')}</a>
      <button type="button" onClick={() => void leave()}>{t('shell.sign_out')}</button>
    </div>
  )
}
