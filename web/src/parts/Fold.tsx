import { type ReactNode, useId, useState } from 'react'

interface Props { head: ReactNode; children: ReactNode; open?: boolean; className?: string; testid?: string }

/** Something that unfolds, and looks like it: a button with a caret over what it shows. */
export function Fold({ head, children, open: first = false, className = '', testid }: Props) {
  const [open, setOpen] = useState(first)
  const id = useId()
  return (
    <div className={`fold ${className}`} data-testid={testid}>
      <button type="button" className="fold-head" aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => setOpen(!open)}>
        <svg className="caret" viewBox="0 0 12 12" width="12" height="12" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true"><path d="m4.5 2.5 3.500 3.500-3.500 3.500" /></svg>
        {head}
      </button>
      {open && <div id={id} className="fold-body">{children}</div>}
    </div>
  )
}
