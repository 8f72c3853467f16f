import { useFormat } from '@/parts/format'
import { toast } from '@/parts/toast'

/** Takes a number or an address along. */
export function Copy({ text, what }: { text: string; what: string }) {
  const { t } = useFormat()
  const copy = async () => {
    try {
      // absent where the page is not served securely
      await navigator.clipboard.writeText(text)
      toast.ok(t('common.copied'))
    } catch {
      toast.bad(t('work.not_copied'))
    }
  }
  return <button type="button" className="linkish small copy" aria-label={t('work.copy_of', { what })} onClick={() => void copy()}>{t('common.copy')}</button>
}
