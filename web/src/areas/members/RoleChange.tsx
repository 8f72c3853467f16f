import type { Member, Role } from '@/api/types'
import { useT } from '@/i18n'
import { useAccessWords } from '@/parts/access'
import { Modal } from '@/parts/opened'
import { change, permissionsOf, personalIn } from '@/parts/roles'

/** Before somebody gets another role: what they gain and lose by it. */
export function RoleChange({ member, role, busy, onConfirm, onCancel }: { member: Member; role: Role; busy: boolean; onConfirm: () => void; onCancel: () => void }) {
  const { t } = useT()
  const words = useAccessWords()
  const { gains, losses } = change(member.permissions, permissionsOf({ role, personal: personalIn(role, member.personal) }))
  return (
    <Modal open onCancel={onCancel} onOk={onConfirm} confirmLoading={busy} width={480} title={t('members.change_sure', { name: member.name, role: words.role(role) })} okText={t('members.change')} cancelText={t('common.cancel')}>
      <div className="stack">
        {gains.length > 0 && <p>{t('members.gains', { all: words.all(gains) })}</p>}
        {losses.length > 0 && <p>{t('members.losses', { all: words.all(losses) })}</p>}
        <p className="soft small">{t('members.at_once')}</p>
      </div>
    </Modal>
  )
}
