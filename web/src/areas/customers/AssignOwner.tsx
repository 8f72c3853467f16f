import { Modal, Select } from 'antd'
import type { ChangeBody } from '@/api/types'
import { useFormat } from '@/parts/format'
import { useOwners } from './Owner'
import type { whom } from '@/parts/list/selection'
import { useChange } from './useChange'

/** Assigns one or many to somebody, on `A`. */
export default function AssignOwner({ to, count, onClose, onDone = onClose }: { to: ReturnType<typeof whom>; count: number; onClose: () => void; onDone?: () => void }) {
  const f = useFormat()
  const { t } = f
  const all = useOwners()
  const change = useChange(onDone)
  return (
    <Modal open onCancel={onClose} footer={null} closable={false} width={420} title={t('work.assign_count', { count, n: f.integer(count) })} transitionName="" maskTransitionName="">
      <Select
        className="full" autoFocus defaultOpen getPopupContainer={(box) => box.parentElement ?? document.body} aria-label={t('work.owner')} placeholder={t('work.owner')} disabled={change.isPending} showSearch={{ optionFilterProp: 'label' }}
        // nobody is not the first choice for as long as the others are on their way
        loading={!all.length} options={all.length ? [...all.map((o) => ({ value: o.id, label: o.name })), { value: 'none', label: t('work.nobody') }] : []}
        onChange={(user: string) => change.mutate({ kind: 'owner_set', subject: user, except: [], ...to } as ChangeBody)}
      />
    </Modal>
  )
}
