import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { at } from '@/api/base'
import { session, signOut } from '@/api/queries'
import { useT } from '@/i18n'
import { SetUp } from '@/parts/second/SetUp'
import { Door } from './Door'

/** The business asks everybody for a second step, and the reader has none: it is set up here before anything else. */
export function Second() {
  const { t } = useT()
  const queries = useQueryClient()
  const router = useRouter()
  const { data } = useQuery(session)
  const on = async () => {
    await queries.invalidateQueries({ queryKey: session.queryKey })
    router.history.push(at('/'))
  }
  const leave = async () => {
    await signOut().catch(() => undefined)
    queries.clear()
    router.history.push(at('/signin'))
  }
  return (
    <Door>
      <div className="door-wait">
        <h1>{t('second.due')}</h1>
        <p className="soft anywhere">{t('second.due_note', { workspace: data?.workspace?.name ?? '', email: data?.user?.email ?? '' })}</p>
        <SetUp onDone={() => void on()} />
        <div className="row"><button type="button" className="linkish" onClick={() => void leave()}>{t('shell.sign_out')}</button></div>
      </div>
    </Door>
  )
}
