import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { Lock } from '@/parts/Masked'

/** May a name be put right, and if not, why. */
export function useNameLock(): string | null {
  const { t } = useFormat()
  const may = useMay()
  if (!may('customers:write')) return t('work.locked_role')
  return may('personal:read') ? null : t('work.locked_masked')
}

/** The pen beside a name. */
export function NamePen({ onEdit }: { onEdit: () => void }) {
  const { t } = useFormat()
  const lock = useNameLock()
  if (lock) return <span title={lock}><Lock /></span>
  return <button type="button" className="linkish small" onClick={(e) => { e.stopPropagation(); onEdit() }}>{t('work.edit_name')}</button>
}
