import { Button, Input } from 'antd'
import type { Named } from '@/api/types'
import { useFormat } from '@/parts/format'
import { CloseIcon } from '@/parts/icons'

/** What there is to choose from, in both languages; the first word is what files and rules say and stays as it is once kept. */
export function Options({ value, fixed, onChange }: { value: Named[]; fixed: number; onChange: (next: Named[]) => void }) {
  const { t, lang } = useFormat()
  const set = (i: number, zh: string, en: string) => onChange(value.map((o, j) => (j === i ? { key: i < fixed ? o.key : (lang === 'zh-CN' ? zh || en : en || zh).trim(), label: { zh, en } } : o)))
  return (
    <div className="field" role="group" aria-label={t('fields.options')}>
      <span className="field-name">{t('fields.options')}</span>
      {value.map((o, i) => (
        <div className="option-row" key={i}>
          <Input size="small" maxLength={100} aria-label={t('fields.option_zh', { n: i + 1 })} placeholder={t('fields.in_zh')} value={o.label.zh} onChange={(e) => set(i, e.target.value, o.label.en)} />
          <Input size="small" maxLength={100} aria-label={t('fields.option_en', { n: i + 1 })} placeholder={t('fields.in_en')} value={o.label.en} onChange={(e) => set(i, o.label.zh, e.target.value)} />
          <button type="button" className="icon-btn" aria-label={t('fields.remove_option', { n: i + 1 })} onClick={() => onChange(value.filter((_, j) => j !== i))}><CloseIcon /></button>
        </div>
      ))}
      <div><Button size="small" onClick={() => onChange([...value, { key: '', label: { zh: '', en: '' } }])}>+ {t('fields.add_option')}</Button></div>
    </div>
  )
}

/** Options as they are kept: empty ones go, a name given in one language says the same in the other. */
export const filled = (options: Named[]): Named[] =>
  options.filter((o) => o.label.zh.trim() || o.label.en.trim()).map((o) => {
    const [zh, en] = [o.label.zh.trim(), o.label.en.trim()]
    return { key: o.key || zh || en, label: { zh: zh || en, en: en || zh } }
  })
