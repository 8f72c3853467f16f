import { Input } from 'antd'
import { useRef, useState } from 'react'
import { useFormat } from '@/parts/format'
import { useChange } from './useChange'

/** A name, put right where it stands: the pen or E, Enter keeps it, Esc leaves it. */
export default function NameEdit({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const { t } = useFormat()
  const [text, setText] = useState(name)
  const change = useChange(onClose)
  const closed = useRef(false)
  const keep = () => {
    if (closed.current) return
    closed.current = true
    if (text.trim() === name) return onClose()
    change.mutate({ kind: 'name_set', name: text, customers: [id], except: [] }, { onError: () => { closed.current = false } })
  }
  return (
    <Input
      size="small" autoFocus maxLength={200} aria-label={t('work.edit_name')} value={text} disabled={change.isPending}
      onChange={(e) => setText(e.target.value)} onBlur={keep} onClick={(e) => e.stopPropagation()}
      onKeyDown={(e) => {
        e.stopPropagation()
        if (e.nativeEvent.isComposing) return
        if (e.key === 'Enter') keep()
        if (e.key === 'Escape') {
          closed.current = true
          onClose()
        }
      }}
    />
  )
}
