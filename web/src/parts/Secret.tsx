import { Button, Input, type InputRef } from 'antd'
import { useId, useRef } from 'react'
import { useT } from '@/i18n'
import { toast } from './toast'

/** Something that is shown once, ready to be taken along. */
export function Secret({ label, value, note }: { label: string; value: string; note: string }) {
  const { t } = useT()
  const id = useId()
  const box = useRef<InputRef>(null)
  const copy = async () => {
    try {
      // absent where the page is not served securely
      await navigator.clipboard.writeText(value)
      toast.ok(t('common.copied'))
    } catch {
      box.current?.select()
      toast.bad(t('common.not_copied'))
    }
  }
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="row nowrap">
        <Input id={id} ref={box} readOnly className="mono" data-testid="secret" value={value} onFocus={() => box.current?.select()} aria-describedby={`${id}-note`} />
        <Button type="primary" onClick={() => void copy()}>{t('common.copy')}</Button>
      </div>
      <p className="small soft" id={`${id}-note`}>{note}</p>
    </div>
  )
}
