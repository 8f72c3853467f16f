import { useMutation } from '@tanstack/react-query'
import { Button, Input, QRCode } from 'antd'
import { type FormEvent, useState } from 'react'
import { confirmSecond, offerSecond, type SecondOffer } from '@/api/account'
import { useT } from '@/i18n'
import { Failed } from '@/parts/States'
import { RecoveryCodes } from './RecoveryCodes'
import './second.css'

/** Sets a second step up: a picture for the app, a code of it, recovery codes. `onDone` once they were taken along. */
export function SetUp({ onDone, onCancel }: { onDone: () => void; onCancel?: () => void }) {
  const { t } = useT()
  const [codes, setCodes] = useState<{ codes: string[]; ended: number }>()
  const offer = useMutation({ mutationFn: offerSecond })
  if (codes) return <RecoveryCodes codes={codes.codes} note={codes.ended ? t('second.on_ended', { count: codes.ended }) : t('second.on_now')} onDone={onDone} />
  if (offer.data) return <Scan offer={offer.data} again={() => offer.mutate()} onDone={setCodes} />
  return (
    <div className="stack">
      <p>{t('second.intro')}</p>
      {offer.error && <Failed error={offer.error} />}
      <div className="row">
        <Button type="primary" loading={offer.isPending} onClick={() => offer.mutate()}>{t('second.begin')}</Button>
        {onCancel && <Button onClick={onCancel}>{t('common.cancel')}</Button>}
      </div>
    </div>
  )
}

function Scan({ offer, again, onDone }: { offer: SecondOffer; again: () => void; onDone: (made: { codes: string[]; ended: number }) => void }) {
  const { t } = useT()
  const [code, setCode] = useState('')
  const confirm = useMutation({ mutationFn: () => confirmSecond(code), onSuccess: onDone, onError: () => setCode('') })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!confirm.isPending) confirm.mutate()
  }
  return (
    <div className="second-scan">
      {/* always dark on light: cameras read nothing else surely */}
      <div className="second-picture"><QRCode type="canvas" aria-label={t('second.picture')} value={offer.address} size={192} color="#000" bgColor="#fff" bordered={false} errorLevel="M" /></div>
      <form className="form-grid" onSubmit={submit}>
        <ol className="points"><li>{t('second.step_scan')}</li><li>{t('second.step_code')}</li></ol>
        <div className="field">
          <span className="field-name" id="second-secret">{t('second.by_hand')}</span>
          <code className="second-secret" data-testid="second-secret" aria-labelledby="second-secret" role="group">{offer.secret.match(/.{1,4}/g)?.join(' ')}</code>
        </div>
        {confirm.error && <Failed error={confirm.error} />}
        <div className="field"><label htmlFor="second-code">{t('second.code')}</label><Input id="second-code" className="mono" required autoFocus autoComplete="one-time-code" inputMode="numeric" value={code} onChange={(e) => setCode(e.target.value)} /></div>
        <div className="row"><Button type="primary" htmlType="submit" loading={confirm.isPending} disabled={!code.trim()}>{t('second.confirm')}</Button><Button onClick={again}>{t('second.other')}</Button></div>
      </form>
    </div>
  )
}
