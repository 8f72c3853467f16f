import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { Problem } from '@/api/problem'
import { useCatalog, useClassifications, useFormat } from '@/parts/format'
import { useProblemText } from '@/parts/States'
import './rule.css'
import { cut, suggestions, wordAt } from './text'

/** The rule as text, with the place of an error marked and names offered for the word being typed. */
export function TextEditor({ value, onChange, error, id, label }: { value: string; onChange: (next: string) => void; error: Problem | null; id?: string; label: string }) {
  const f = useFormat()
  const problem = useProblemText()
  const box = useRef<HTMLTextAreaElement>(null)
  const [caret, setCaret] = useState(0)
  const { usable: list } = useCatalog()
  const classifications = useClassifications()
  const words = useMemo(() => [...list.map((x) => ({ key: x.key, label: x.label })), ...classifications.map((c) => ({ key: `class.${c.key}`, label: c.label }))], [list, classifications])
  const offered = useMemo(() => suggestions(value, caret, words), [value, caret, words])
  const [before, marked, after] = cut(value, error?.span ?? null)

  // as tall as its text, so that the marks underneath never scroll apart from it
  useLayoutEffect(() => {
    const el = box.current
    if (!el) return
    el.style.height = 'auto'
    el.style.height = `${el.scrollHeight + 2}px`
  }, [value])

  const insert = (key: string) => {
    const [from, to] = wordAt(value, caret)
    onChange(value.slice(0, from) + key + value.slice(to))
    const at = from + key.length
    requestAnimationFrame(() => {
      box.current?.focus()
      box.current?.setSelectionRange(at, at)
      setCaret(at)
    })
  }
  return (
    <div>
      <div className={`text-editor${error ? ' bad' : ''}`}>
        <pre aria-hidden="true">{before}{marked && <mark>{marked}</mark>}{after}{'\n'}</pre>
        <textarea
          ref={box} id={id} aria-label={label} aria-invalid={error ? true : undefined} aria-describedby={error ? `${id ?? 'rule'}-error` : undefined} value={value} spellCheck={false} autoCapitalize="off" autoComplete="off" rows={3}
          placeholder={'net_12m >= 5000 and (class.lifecycle = "at_risk" or recency_days > 60)'}
          onChange={(e) => { onChange(e.target.value); setCaret(e.target.selectionStart) }} onSelect={(e) => setCaret(e.currentTarget.selectionStart)}
          onKeyDown={(e) => {
            const first = offered[0]
            if (e.key === 'Tab' && !e.shiftKey && first && !e.nativeEvent.isComposing) { e.preventDefault(); insert(first.key) }
          }}
        />
      </div>
      {error && (
        <p className="text-error" id={`${id ?? 'rule'}-error`} role="alert">
          <span aria-hidden="true">▲</span><span>{error.span ? `${f.t('rule.at_character', { n: error.span[0] + 1 })} ` : ''}{problem(error)}</span>
        </p>
      )}
      <div className="suggest" role="group" aria-label={f.t('rule.suggestions')}>
        {offered.map((w, i) => <button key={w.key} type="button" onClick={() => insert(w.key)}>{f.label(w.label)}<code>{w.key}</code>{i === 0 && <span className="kbd">Tab</span>}</button>)}
      </div>
    </div>
  )
}
