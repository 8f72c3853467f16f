import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Switch } from 'antd'
import { putSignInRules, signInRules } from '@/api/account'
import { session } from '@/api/queries'
import { useT } from '@/i18n'
import { Card } from '@/parts/Page'
import { SettingFacts } from '@/parts/SettingFacts'
import { Failed, Loading, useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

/** What is asked of everybody who signs in. */
export function SignInRules() {
  const { t } = useT()
  const queries = useQueryClient()
  const problem = useProblemText()
  const rules = useQuery(signInRules)
  const save = useMutation({
    mutationFn: putSignInRules,
    onSuccess: async (now) => {
      queries.setQueryData(signInRules.queryKey, now)
      toast.ok(t('settings.saved'))
      // it may hold for the reader, too
      await queries.invalidateQueries({ queryKey: session.queryKey })
      void queries.invalidateQueries({ queryKey: ['audit'] })
    },
    onError: (e) => toast.bad(problem(e)),
  })
  const now = rules.data
  return (
    <Card id="sign-in" title={t('settings.sign_in')}>
      {rules.isPending && <Loading lines={2} />}
      {rules.error && <Failed error={rules.error} retry={() => void rules.refetch()} />}
      {now && (
        <div className="stack">
          <span className="switch-row"><Switch checked={now.second_factor_required} loading={save.isPending} aria-label={t('settings.second_required')} onChange={(on) => save.mutate({ second_factor_required: on })} /><span>{t('settings.second_required')}</span></span>
          <p className="small soft">{t('settings.second_required_note')}</p>
          <p className="small anywhere">{now.without.length ? t('settings.second_without', { names: now.without.join(t('settings.second_comma')) }) : t('settings.second_all')}</p>
          <SettingFacts name="settings.sign_in" />
        </div>
      )}
    </Card>
  )
}
