import { Button } from 'antd'
import type { ReactNode } from 'react'
import { isProblem } from '@/api/problem'
import { useT } from '@/i18n'
import { pick } from '@/i18n/format'

/** Why there is nothing here, and what to do next. */
export function Empty({ title, text, action }: { title: string; text?: string; action?: ReactNode }) {
  return (
    <div className="empty">
      <svg width="56" height="40" viewBox="0 0 56 40" aria-hidden="true">
        <g fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" opacity=".55">
          <path d="M14 6c9 8 9 20 0 28" /><path d="M42 6c-9 8-9 20 0 28" /><path d="M4 12c5 5 5 11 0 16" opacity=".5" /><path d="M52 12c-5 5-5 11 0 16" opacity=".5" />
        </g>
        <circle cx="28" cy="20" r="3" fill="currentColor" />
      </svg>
      <p className="strong">{title}</p>
      {text && <p className="soft">{text}</p>}
      {action && <div className="empty-action">{action}</div>}
    </div>
  )
}

/** What went wrong, in words, and a way on. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useT()
  const text = useProblemText()
  return (
    <div className="failed" role="alert">
      <span>{text(error)}</span>
      {retry && <Button size="small" onClick={retry}>{t('common.retry')}</Button>}
    </div>
  )
}

/** Sentence for a refusal, by its code; the server's own sentence wins when it has one. */
export function useProblemText() {
  const { t, lang } = useT()
  return (error: unknown): string => {
    if (!isProblem(error)) return t('errors.unexpected')
    if (error.said) return pick(error.said, lang)
    const key = `errors.${error.code.replaceAll('.', '_')}`
    const own = t(key, error.params)
    if (own !== key) return own
    if (error.status === 404) return t('errors.not_found')
    if (error.status === 409) return t('errors.conflict')
    return t('errors.other', { code: error.code, detail: error.detail })
  }
}

/** Lines where content will be; the same height, so that nothing jumps. */
export function Loading({ lines = 3, height }: { lines?: number; height?: number }) {
  const { t } = useT()
  return (
    <div className="loading" role="status" style={height ? { minHeight: height } : undefined}>
      <span className="sr">{t('common.loading')}</span>
      {Array.from({ length: lines }, (_, i) => <i key={i} />)}
    </div>
  )
}
