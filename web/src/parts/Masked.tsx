import { useMay } from './access'
import { useFormat } from './format'
import { LockIcon } from './icons'

/** Beside what the server shows in part only, or not at all. */
export function Lock({ whole }: { whole?: boolean }) {
  const { t } = useFormat()
  const why = t(whole ? 'access.hidden' : 'access.masked')
  return <span className="lock" role="img" aria-label={why} title={why}><LockIcon /></span>
}

/** A phone or e-mail as it comes; with a lock for whoever sees only part of it. */
export function Contact({ phone, email }: { phone?: string | null; email?: string | null }) {
  const f = useFormat()
  const may = useMay()
  const shown = [phone && f.phone(phone), email].filter(Boolean)
  if (!shown.length) return null
  return <span className="contact">{shown.join(' · ')}{!may('personal:read') && <Lock />}</span>
}
