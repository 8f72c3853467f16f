import { Button, Input, Modal } from 'antd'
import { type FormEvent, useState } from 'react'
import { pathOf } from '@/api/businesses'
import { useT } from '@/i18n'

/** Goes to the door of another business on this server. Which there are is told to nobody who is not in them: one knows the address. */
export default function OtherBusiness({ onClose }: { onClose: () => void }) {
  const { t } = useT()
  const [text, setText] = useState('')
  const [wrong, setWrong] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const path = pathOf(text)
    if (path === undefined) return setWrong(true)
    window.location.assign(`${path}/`)
  }
  return (
    <Modal open onCancel={onClose} footer={null} width={420} title={t('shell.other_business')}>
      <form className="form-grid" onSubmit={submit}>
        <div className="field">
          <label htmlFor="other-business">{t('shell.business_address')}</label>
          <Input id="other-business" required autoFocus autoComplete="off" autoCapitalize="none" spellCheck={false} placeholder={`${window.location.host}/w/brand-b`} value={text} onChange={(e) => { setText(e.target.value); setWrong(false) }} aria-describedby="other-business-note" aria-invalid={wrong} />
          <span className="small soft" id="other-business-note">{t('shell.business_address_note')}</span>
          {wrong && <span className="field-error" role="alert">{t('shell.business_address_wrong')}</span>}
        </div>
        <div className="row"><Button type="primary" htmlType="submit">{t('shell.business_go')}</Button></div>
      </form>
    </Modal>
  )
}
