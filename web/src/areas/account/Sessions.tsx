import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Popconfirm } from 'antd'
import { endOtherSessions, endSession, ownSessions, type OwnSession } from '@/api/account'
import { useT } from '@/i18n'
import { instant, pick } from '@/i18n/format'
import { Card } from '@/parts/Page'
import { SettingFacts } from '@/parts/SettingFacts'
import { Failed, Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

/** Where one is signed in; one of them, or all but this one, is ended from here. */
export function Sessions() {
  const { t } = useT()
  const queries = useQueryClient()
  const problem = useProblemText()
  const all = useQuery(ownSessions)
  const again = () => queries.invalidateQueries({ queryKey: ownSessions.queryKey })
  const others = useMutation({ mutationFn: endOtherSessions, onSuccess: async ({ ended }) => { toast.ok(t('account.ended_others', { count: ended })); await again() }, onError: (e) => toast.bad(problem(e)) })
  const count = (all.data?.length ?? 1) - 1
  return (
    <Card
      className="flush" title={t('account.sessions')}
      extra={count > 0 && (
        <Popconfirm title={t('account.end_others_sure', { count })} description={t('account.end_others_text')} okText={t('account.end')} cancelText={t('common.cancel')} onConfirm={() => others.mutate()}>
          <Button loading={others.isPending}>{t('account.end_others')}</Button>
        </Popconfirm>
      )}
    >
      {all.isPending && <div className="page"><Loading lines={3} /></div>}
      {all.error && <Failed error={all.error} retry={() => void all.refetch()} />}
      {all.data && (
        // a scrolling region must be reachable by keyboard
        <div className="scroll" role="group" tabIndex={0} aria-label={t('account.sessions')}>
          <table className="data-table blocks own-sessions">
            <thead><tr><th scope="col">{t('account.device')}</th><th scope="col">{t('account.from')}</th><th scope="col">{t('account.via')}</th><th scope="col">{t('account.since')}</th><th scope="col">{t('account.used')}</th><th scope="col"><span className="sr">{t('common.actions')}</span></th></tr></thead>
            <tbody>{all.data.map((s) => <Row key={s.id} session={s} onEnded={again} />)}</tbody>
          </table>
        </div>
      )}
      <p className="small soft own-note">{count === 0 && `${t('account.alone')} `}{t('account.sessions_note', { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}</p>
      <div className="own-note"><SettingFacts name="account.sessions" /></div>
    </Card>
  )
}

function Row({ session: s, onEnded }: { session: OwnSession; onEnded: () => Promise<void> }) {
  const { t, lang } = useT()
  const problem = useProblemText()
  const end = useMutation({ mutationFn: () => endSession(s.id), onSuccess: async () => { toast.ok(t('account.ended_one')); await onEnded() }, onError: async (e) => { toast.bad(problem(e)); await onEnded() } })
  const device = pick(s.device, lang)
  return (
    <tr>
      <td className="whole"><span className="strong">{device}</span>{s.current && <span className="chip on">{t('account.current')}</span>}</td>
      <td data-label={t('account.from')} className="anywhere">{s.address}</td>
      <td data-label={t('account.via')} className="nowrap">{t(`account.via_${s.via}`)}</td>
      <td data-label={t('account.since')} className="nowrap">{instant(s.created_at, lang)}</td>
      <td data-label={t('account.used')} className="nowrap">{s.current ? t('account.now') : instant(s.last_used_at, lang)}</td>
      <td className="whole">{!s.current && <button type="button" className="linkish danger small" disabled={end.isPending} aria-label={t('account.end_of', { device })} onClick={() => end.mutate()}>{t('account.end')}</button>}</td>
    </tr>
  )
}
