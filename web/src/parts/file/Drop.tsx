import { Button, Progress } from 'antd'
import { type DragEvent, type ReactNode, useRef, useState } from 'react'
import { useT } from '@/i18n'
import { ImportIcon } from '@/parts/icons'
import './file.css'

interface Props { title: string; note: string; accept: string; multiple?: boolean; busy: boolean; sent: number; onFiles: (files: File[]) => void; onStop: () => void; also?: ReactNode }

/** Where files are dropped or chosen, and how far they are sent. `also`: another way in. */
export function Drop({ title, note, accept, multiple, busy, sent, onFiles, onStop, also }: Props) {
  const { t } = useT()
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const take = (list: FileList | null) => {
    const files = [...(list ?? [])]
    if (files.length && !busy) onFiles(files)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    take(event.dataTransfer.files)
  }
  return (
    <div className={`drop${over ? ' over' : ''}`} onDragOver={(e) => { e.preventDefault(); setOver(true) }} onDragLeave={() => setOver(false)} onDrop={drop}>
      <ImportIcon />
      <p className="strong">{title}</p>
      <p className="soft small">{note}</p>
      <input ref={input} type="file" multiple={multiple} accept={accept} className="sr" tabIndex={-1} aria-label={t('imports.choose')} onChange={(e) => { take(e.target.files); e.target.value = '' }} />
      {busy ? <Sending sent={sent} onStop={onStop} /> : <div className="row"><Button type="primary" onClick={() => input.current?.click()}>{t('imports.choose')}</Button>{also}</div>}
    </div>
  )
}

/** How much of a file is sent; then it is being read. */
export function Sending({ sent, onStop }: { sent: number; onStop: () => void }) {
  const { t } = useT()
  return <div className="sending" role="status"><Progress percent={Math.floor(sent * 100)} aria-label={t('imports.sending')} /><span className="soft small">{t(sent < 1 ? 'imports.sending' : 'imports.reading')}</span><Button size="small" onClick={onStop}>{t('imports.stop')}</Button></div>
}
