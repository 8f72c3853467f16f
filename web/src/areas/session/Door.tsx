import type { ReactNode } from 'react'
import { setLang, useT } from '@/i18n'
import { Mark } from '@/parts/icons'
import '@/parts/parts.css'
import './door.css'

/** The page before the house: picture left, form right. */
export function Door({ children }: { children: ReactNode }) {
  const { t, lang } = useT()
  const other = lang === 'en' ? 'zh-CN' : 'en'
  return (
    <div className="door">
      <aside className="door-art">
        <div className="door-brand"><Mark size={30} />{t('shell.brand')} · {t('shell.brand_other')}</div>
        <div>
          <h2>{t('session.promise')}</h2>
          <p>{t('session.promise_more')}</p>
        </div>
        <p className="door-foot small">{t('session.private')}</p>
        <svg className="waves" viewBox="0 0 400 400" aria-hidden="true"><g fill="none" stroke="#fff" strokeWidth="6">{[60, 100, 140, 180].map((r) => <circle key={r} cx="200" cy="200" r={r} />)}</g></svg>
      </aside>
      <main className="door-form">
        <button type="button" className="icon-btn door-lang" lang={other} data-testid="lang" onClick={() => void setLang(other)}>{other === 'en' ? 'English' : '中文'}</button>
        {children}
      </main>
    </div>
  )
}
