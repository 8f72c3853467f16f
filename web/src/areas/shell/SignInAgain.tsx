import { useQueryClient } from '@tanstack/react-query'
import { Modal } from 'antd'
import { at } from '@/api/base'
import { session, sessionOver } from '@/api/queries'
import type { Session } from '@/api/types'
import { useT } from '@/i18n'
import { SignInForm } from '@/parts/SignInForm'

/** The session ran out while somebody worked: they sign in here, and the page below keeps what they typed. */
export default function SignInAgain({ before }: { before: NonNullable<Session['user']> }) {
  const { t } = useT()
  const queries = useQueryClient()
  const done = async (now: Session) => {
    // somebody else must not find what the one before had open
    if (now.user?.id !== before.id) return window.location.assign(at('/'))
    queries.setQueryData(session.queryKey, now)
    queries.setQueryData(sessionOver, null)
    await queries.invalidateQueries()
  }
  return (
    <Modal open closable={false} keyboard={false} maskClosable={false} footer={null} width={420} afterOpenChange={(open) => { if (open) document.getElementById('password')?.focus() }} title={t('session.over')}>
      <SignInForm known={before.email} onDone={done}><p className="soft">{t('session.over_note')}</p></SignInForm>
    </Modal>
  )
}
