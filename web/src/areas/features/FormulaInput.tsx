import { useEffect, useRef, useState } from 'react'
import { isProblem, type Problem } from '@/api/problem'
import { parseRule, renderRule } from '@/api/queries'
import type { Expr } from '@/api/rule'
import { useFormat } from '@/parts/format'
import { TextEditor } from '@/parts/rule/TextEditor'

/** Behind the formula stands `= 0`, so that the one parser of rules reads formulas too. */
const tail = ' = 0'

/** Arithmetic over other features as text: `net / orders`, `max(net_12m, 0)`. */
export function FormulaInput({ value, onChange, onValid }: { value: Expr; onChange: (next: Expr) => void; onValid: (ok: boolean) => void }) {
  const { t } = useFormat()
  const [text, setText] = useState<string | null>(null)
  const [error, setError] = useState<Problem | null>(null)
  const latest = useRef({ onChange, onValid })
  latest.current = { onChange, onValid }
  const initial = useRef(value)
  const first = useRef<string | null>(null)

  useEffect(() => {
    const control = new AbortController()
    renderRule({ compare: { left: initial.current, op: '=', right: { literal: 0 } } }, control.signal).then(
      (r) => setText((first.current = r.text.replace(/\s*=\s*0\s*$/, ''))),
      () => setText(''),
    )
    return () => control.abort()
  }, [])

  useEffect(() => {
    if (text === null) return
    const control = new AbortController()
    const timer = setTimeout(() => {
      parseRule(text + tail, control.signal).then(
        (parsed) => {
          const rule = parsed.rule
          if (!('compare' in rule)) { latest.current.onValid(false); return }
          setError(null)
          latest.current.onValid(true)
          // the text it came with is the formula it came with
          latest.current.onChange(text === first.current ? initial.current : rule.compare.left)
        },
        (problem: unknown) => {
          if (!isProblem(problem)) return
          setError(problem)
          latest.current.onValid(false)
        },
      )
    }, 250)
    return () => { clearTimeout(timer); control.abort() }
  }, [text])

  return (
    <div className="field">
      <label htmlFor="f-formula">{t('features.formula')}</label>
      <TextEditor id="f-formula" label={t('features.formula')} value={text ?? ''} onChange={setText} error={error} />
      <p className="small soft">{t('features.formula_note')}</p>
    </div>
  )
}
