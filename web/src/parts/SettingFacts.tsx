import { useQueries, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { auditPage, session } from '@/api/queries'
import { useMay } from './access'
import { useFormat } from './format'
import { settingOf } from './settings'

/** For whom a setting holds, how it is until somebody sets it, and for whoever may read the log: who changed it last, and when. */
export function SettingFacts({ name }: { name: string }) {
  const f = useFormat()
  const { t } = f
  const may = useMay()
  const me = useQuery(session).data?.user?.id
  const { scope, standard, log, mine } = settingOf(name) ?? {}
  const actor = mine ? me : undefined
  const asked = useQueries({
    queries: (log ?? []).map((action) => ({ queryKey: ['audit', 'last', action, actor], queryFn: ({ signal }: { signal: AbortSignal }) => auditPage({ action, actor, limit: 1 }, signal), enabled: may('audit:read'), staleTime: 10_000 })),
  })
  const last = asked.flatMap((q) => q.data?.items ?? []).sort((a, b) => b.seq - a.seq)[0]
  const who = last && (last.actor.name ?? (last.actor.id ? t(`audit.actor_${last.actor.id}`) : t('audit.nobody')))
  if (!scope) return null
  return (
    <ul className="setting-facts small soft" data-setting={name}>
      <li>{t('settings.scope', { of: t(`settings.scope_${scope}`) })}</li>
      {standard && <li>{t('settings.standard', { is: t(standard) })}</li>}
      {last && <li><Link to="/audit" search={{ action: last.action, actor }}>{t('settings.changed_last', { at: f.instant(last.at), who })}</Link></li>}
      {asked.some((q) => q.isLoading) && <li aria-hidden="true">…</li>}
      {scope === 'browser' && <li>{t('settings.changed_unnoted')}</li>}
      {log && !last && may('audit:read') && asked.every((q) => q.isSuccess) && <li>{t('settings.changed_never')}</li>}
    </ul>
  )
}
