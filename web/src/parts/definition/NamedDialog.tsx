import { Modal } from 'antd'
import type { Problem } from '@/api/problem'
import type { Dependent } from '@/api/types'
import { useT } from '@/i18n'
import { Users } from './UsedBy'
import './definition.css'

/** What would show or tell nothing any more, before a definition goes. */
export default function NamedDialog({ problem, pending, onGo, onClose }: { problem: Problem; pending: boolean; onGo: () => void; onClose: () => void }) {
  const { t } = useT()
  return (
    <Modal open title={t('versions.named_title')} okText={t('versions.delete_anyway')} okButtonProps={{ danger: true, loading: pending }} cancelText={t('common.cancel')} onOk={onGo} onCancel={onClose} width={460}>
      <p>{t('versions.named_text')}</p>
      <Users users={(problem.params.used_by ?? []) as Dependent[]} others={Number(problem.params.others ?? 0)} />
    </Modal>
  )
}
