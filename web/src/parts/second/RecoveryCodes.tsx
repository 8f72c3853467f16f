import { Button } from 'antd'
import { useState } from 'react'
import { useT } from '@/i18n'
import { toast } from '@/parts/toast'
import './second.css'

/** Recovery codes, shown this once: kept before one goes on. */
export function RecoveryCodes({ codes, note, onDone }: { codes: string[]; note: string; onDone: () => void }) {
  const { t } = useT()
  const [kept, setKept] = useState(false)
  const copy = async () => {
    try {
      // absent where the page is not served securely
      await navigator.clipboard.writeText(codes.join('\n'))
      toast.ok(t('common.copied'))
      setKept(true)
    } catch {
      toast.bad(t('common.not_copied'))
    }
  }
  const save = () => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([`${codes.join('\n')}\n`], { type: 'text/plain' }))
    link.download = 'zhiyin-recovery-codes.txt'
    link.click()
    URL.revokeObjectURL(link.href)
    setKept(true)
  }
  return (
    <div className="stack">
      <p role="status">{note}</p>
      <h3>{t('second.codes')}</h3>
      <p className="soft">{t('second.codes_note')}</p>
      <ul className="second-codes" data-testid="recovery-codes">{codes.map((code) => <li key={code}><code>{code}</code></li>)}</ul>
      <div className="row">
        <Button onClick={save}>{t('second.save_file')}</Button>
        <Button onClick={() => void copy()}>{t('common.copy')}</Button>
      </div>
      <label className="switch-row"><input type="checkbox" className="second-kept" checked={kept} onChange={(e) => setKept(e.target.checked)} />{t('second.kept')}</label>
      <div className="row"><Button type="primary" disabled={!kept} onClick={onDone}>{t('common.done')}</Button></div>
    </div>
  )
}
