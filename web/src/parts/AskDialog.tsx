import { Button, Modal } from 'antd'
import { useT } from '@/i18n'

/** Asks before unsaved edits are lost. Esc and a click beside it stay. */
export default function AskDialog({ note, onAnswer }: { note?: string; onAnswer: (leave: boolean) => void }) {
  const { t } = useT()
  return (
    <Modal
      open closable={false} width={420} title={t('common.leave_unsaved')} onCancel={() => onAnswer(false)} zIndex={1500}
      footer={<><Button autoFocus type="primary" onClick={() => onAnswer(false)}>{t('common.leave_stay')}</Button><Button danger onClick={() => onAnswer(true)}>{t('common.leave_go')}</Button></>}
    >
      <p className="soft">{note ?? t('common.leave_note')}</p>
    </Modal>
  )
}
