import { Link } from '@tanstack/react-router'
import { useMay } from './access'
import { useFormat } from './format'

/** The way to what the audit log says of one thing, for whoever may read it. `about`: its id, or `segment <key>` and the like. */
export function HistoryLink({ about }: { about: string }) {
  const { t } = useFormat()
  return useMay()('audit:read') && <Link to="/audit" search={{ about }} className="small">{t('audit.history')}</Link>
}
