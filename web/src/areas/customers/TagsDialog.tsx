import { Modal } from 'antd'
import type { CustomerItem } from '@/api/types'
import { useFormat } from '@/parts/format'
import { nameOf } from './CustomersTable'
import { CustomerTags } from './Tags'

/** The tags of one row of the list, put on and taken off. */
export default function TagsDialog({ of, onClose }: { of: CustomerItem; onClose: () => void }) {
  const { t } = useFormat()
  return <Modal open onCancel={onClose} footer={null} width={420} title={t('work.tags_of', { name: nameOf(of) })} transitionName="" maskTransitionName=""><CustomerTags id={of.id} tags={of.tags} begun /></Modal>
}
