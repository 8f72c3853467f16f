import { useMutation } from '@tanstack/react-query'
import { Input, Radio } from 'antd'
import { useState } from 'react'
import type { View, ViewBody } from '@/api/types'
import { postView, putView } from '@/api/work'
import { useMay } from '@/parts/access'
import { useFormat } from '@/parts/format'
import { Modal } from '@/parts/opened'
import { useProblemText } from '@/parts/States'
import { toast } from '@/parts/toast'

/** What a view is called and who sees it. `of`: the one that is there already. */
export default function SaveView({ of, query, onClose, onSaved }: { of: View | null; query: Record<string, string>; onClose: () => void; onSaved: (view: View, made: boolean) => Promise<void> }) {
  const { t } = useFormat()
  const may = useMay()('customers:write')
  const problem = useProblemText()
  const [name, setName] = useState(of?.name ?? '')
  const [audience, setAudience] = useState<ViewBody['audience']>(of?.audience ?? 'private')
  const save = useMutation({
    mutationFn: () => (of ? putView(of.id, { name, audience, query: of.query }) : postView({ name, audience, query })),
    onSuccess: async (view) => { toast.ok(t('work.view_saved', { name: view.name })); await onSaved(view, !of) },
    onError: (e) => toast.bad(problem(e)),
  })
  return (
    <Modal open title={t(of ? 'work.edit_view' : 'work.save_view')} okText={t('common.save')} cancelText={t('common.cancel')} onCancel={onClose} onOk={() => save.mutate()} okButtonProps={{ disabled: !name.trim(), loading: save.isPending }} width={420}>
      <div className="form-grid">
        <div className="field"><label htmlFor="view-name">{t('work.view_name')}</label><Input id="view-name" autoFocus maxLength={60} value={name} onChange={(e) => setName(e.target.value)} onPressEnter={(e) => { if (!e.nativeEvent.isComposing && name.trim() && !save.isPending) save.mutate() }} /></div>
        <Radio.Group aria-label={t('work.audience')} value={audience} onChange={(e) => setAudience(e.target.value as ViewBody['audience'])} options={[{ value: 'private', label: t('work.audience_private') }, { value: 'everyone', label: t('work.audience_everyone'), disabled: !may }]} />
      </div>
    </Modal>
  )
}
