import { Button, Checkbox } from 'antd'
import { useState } from 'react'
import type { View } from '@/api/types'
import { deleteView, pinView, restoreView, setDefaultView } from '@/api/work'
import { useFormat } from '@/parts/format'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

/** All views, those nobody looked through for long first to go. `begins`: one of them may be where somebody begins. */
export default function ManageViews({ views, begins, onEdit, onChanged }: { views: View[]; begins: boolean; onEdit: (v: View) => void; onChanged: () => Promise<void> }) {
  const f = useFormat()
  const { t } = f
  const problem = useProblemText()
  const [unusedOnly, setUnusedOnly] = useState(false)
  const shown = views.filter((v) => !unusedOnly || v.unused)
  const run = async (what: Promise<unknown>, said: string, undo?: () => void) => {
    try {
      await what
      if (undo) toast.undo(said, undo)
      else toast.ok(said)
    } catch (e) {
      toast.bad(problem(e))
    }
    await onChanged()
  }
  return (
    <div className="stack">
      <Checkbox checked={unusedOnly} onChange={(e) => setUnusedOnly(e.target.checked)}>{t('work.unused_only', { count: views.filter((v) => v.unused).length })}</Checkbox>
      {shown.length === 0 && <p className="soft">{t('work.no_views')}</p>}
      {shown.map((v) => (
        <section key={v.id} className="card stack tight">
          <div className="person-line"><span className="strong clip">{v.name}</span><span className="chip">{t(`work.audience_${v.audience}`)}</span></div>
          <p className="soft small">{t('work.view_note', { owner: v.owner_name ?? '—', used: f.instant(v.used_at) })}{v.unused && ` · ${t('work.unused')}`}</p>
          <div className="row">
            {begins && <Button size="small" type={v.default ? 'primary' : 'default'} aria-pressed={v.default} onClick={() => void run(setDefaultView(v.default ? null : v.id), t(v.default ? 'work.no_default' : 'work.is_default', { name: v.name }))}>{t('work.begin_with')}</Button>}
            <Button size="small" type={v.pinned ? 'primary' : 'default'} aria-pressed={v.pinned} onClick={() => void run(pinView(v.id, !v.pinned), t(v.pinned ? 'work.is_unpinned' : 'work.is_pinned', { name: v.name }))}>{t('work.pin')}</Button>
            {v.mine && <Button size="small" onClick={() => onEdit(v)}>{t('work.edit_view')}</Button>}
            {v.mine && <Button size="small" danger onClick={() => void run(deleteView(v.id), t('work.view_removed', { name: v.name }), () => void run(restoreView(v.id), t('work.view_back', { name: v.name })))}>{t('common.delete')}</Button>}
          </div>
        </section>
      ))}
    </div>
  )
}
