import { Link } from '@tanstack/react-router'
import type { Dependent } from '@/api/types'
import { useFormat } from '@/parts/format'

/** What uses a definition, each with its page; what the reader may not see is counted. */
export function Users({ users, others }: { users: Dependent[]; others: number }) {
  const f = useFormat()
  const { t } = f
  const place = (u: Dependent) => {
    const shown = f.label(u.label) || u.key
    switch (u.kind) {
      case 'segment': return <Link to="/segments/$key" params={{ key: u.key }}>{shown}</Link>
      case 'classification': return <Link to="/classifications/$key" params={{ key: u.key }}>{shown}</Link>
      case 'dashboard': return <Link to="/dashboards/$id" params={{ id: u.key }}>{shown}</Link>
      case 'view': return <Link to="/customers" search={{ view: u.key } as never}>{shown}</Link>
      case 'record_view': return <span>{shown}</span>
      case 'webhook': return <Link to="/settings/webhooks/$id" params={{ id: u.key }}>{shown}</Link>
      default: return <Link to="/features" search={{ open: u.key }}>{shown}</Link>
    }
  }
  return (
    <ul>
      {users.map((u) => <li key={`${u.kind}-${u.key}`}>{place(u)} <span className="soft small">{t(`versions.kind_${u.kind}`)}</span></li>)}
      {others > 0 && <li className="soft">{t('versions.used_elsewhere', { count: others })}</li>}
    </ul>
  )
}
