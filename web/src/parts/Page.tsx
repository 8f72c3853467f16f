import { type ReactNode, useEffect } from 'react'
import './parts.css'

interface Props { title: string; crumb?: ReactNode; note?: ReactNode; actions?: ReactNode; children: ReactNode; wide?: boolean }

/** The frame of every page: one h1, a quiet line under it, actions on the right. A page whose line is still to come (`note` given, and nothing in it) keeps its room. */
export function Page(props: Props) {
  const { title, crumb, note, actions, children } = props
  useEffect(() => {
    document.title = `${title} · 知音 Zhiyin`
  }, [title])
  return (
    <div className="page">
      <header className="page-head">
        <div className="grow">
          {crumb && <div className="page-crumb">{crumb}</div>}
          <h1>{title}</h1>
          {'note' in props && <div className="page-note">{note}</div>}
        </div>
        {actions && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

/** A quiet surface with an optional heading. */
export function Card({ title, extra, children, className = '', label, id }: { title?: ReactNode; extra?: ReactNode; children: ReactNode; className?: string; label?: string; id?: string }) {
  return (
    <section id={id} className={`card ${className}`} aria-label={label}>
      {(title || extra) && (
        <div className="card-head">
          {typeof title === 'string' ? <h2>{title}</h2> : title}
          {extra && <div className="card-extra">{extra}</div>}
        </div>
      )}
      {children}
    </section>
  )
}
