import { Input } from 'antd'
import type { Label, Lang } from '@/api/types'
import { useT } from '@/i18n'

interface Props { id: string; value: Label; onChange: (next: Label) => void; of?: string; max?: number; autoFocus?: boolean; required?: boolean }

/** Both languages of a name, the reader's own first. */
export const ownFirst = (lang: Lang) => (lang === 'zh-CN' ? (['zh', 'en'] as const) : (['en', 'zh'] as const))

/** A name in both languages, the reader's own first; the other may be left empty and is then the same. `of`: what is named, where several are. */
export function NameFields({ id, value, onChange, of, max, autoFocus, required }: Props) {
  const { t, lang } = useT()
  const [own, other] = ownFirst(lang)
  return (
    <div className="two">
      {[own, other].map((key) => (
        <div className="field" key={key}>
          <label htmlFor={`${id}-${key}`}>{of ? `${of} · ${t(`features.in_${key}`)}` : t(`features.name_${key}`)}</label>
          <Input id={`${id}-${key}`} autoFocus={autoFocus && key === own} maxLength={max} required={required && !value[key === 'zh' ? 'en' : 'zh']} placeholder={key === other ? t('fields.same_name') : undefined} value={value[key]} onChange={(e) => onChange({ ...value, [key]: e.target.value })} />
        </div>
      ))}
    </div>
  )
}
