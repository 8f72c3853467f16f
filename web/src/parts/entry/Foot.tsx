import { Button } from 'antd'
import { isProblem } from '@/api/problem'
import type { Label } from '@/api/types'
import { useFormat } from '@/parts/format'
import { Failed } from '@/parts/States'

/** What concerns no single field, above the form. */
export function Against({ error, faults }: { error: unknown; faults: Record<string, Label> }) {
  const { label } = useFormat()
  if (faults['']) return <div className="failed" role="alert">{label(faults[''])}</div>
  return error && !(isProblem(error) && error.code === 'rows.refused') ? <Failed error={error} /> : null
}

/** Kept, or kept and another one. */
export function Foot({ busy, onNext }: { busy: boolean; onNext: () => void }) {
  const { t } = useFormat()
  return (
    <div className="row">
      <Button type="primary" htmlType="submit" title="⌘Enter / Ctrl+Enter" loading={busy}>{t('common.save')}</Button>
      <Button disabled={busy} onClick={onNext}>{t('entry.save_next')}</Button>
    </div>
  )
}
