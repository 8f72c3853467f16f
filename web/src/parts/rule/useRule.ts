import { useCallback, useEffect, useRef, useState } from 'react'
import { isProblem, type Problem } from '@/api/problem'
import { parseRule, renderRule } from '@/api/queries'
import type { Rule } from '@/api/rule'
import type { Label } from '@/api/types'
import { emptyGroup, type GroupRow, toRows, toRule } from './rows'

export interface RuleState {
  rows: GroupRow
  text: string
  rule: Rule | null
  sentence: Label | null
  error: Problem | null
  /** rows that the text will make, while the server reads it for the first time */
  coming: number
  /** rows and text say the same */
  settled: boolean
  setRows: (next: GroupRow) => void
  setText: (next: string) => void
}

/**
 * One rule as rows and as text. Whichever side was edited last leads; the server turns it into the other side,
 * and an answer that comes too late is dropped.
 */
export function useRule(initial: string): RuleState {
  const [rows, showRows] = useState<GroupRow>(() => emptyGroup())
  const [text, showText] = useState(initial)
  const [rule, setRule] = useState<Rule | null>(initial.trim() ? null : { all: [] })
  const [sentence, setSentence] = useState<Label | null>(null)
  const [error, setError] = useState<Problem | null>(null)
  const [settled, setSettled] = useState(!initial.trim())
  const running = useRef<AbortController | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)

  const start = useCallback((ms: number, work: (signal: AbortSignal) => Promise<void>) => {
    clearTimeout(timer.current)
    running.current?.abort()
    const control = new AbortController()
    running.current = control
    setSettled(false)
    const run = () => {
      work(control.signal).then(
        () => { if (!control.signal.aborted) { setError(null); setSettled(true) } },
        (problem: unknown) => {
          if (control.signal.aborted || !isProblem(problem)) return
          setError(problem)
          setSettled(true)
          // not the rule's fault: ask again until the server is back
          if (problem.status === 0 || problem.status === 401 || problem.status >= 500) timer.current = setTimeout(run, 2000)
        },
      )
    }
    timer.current = setTimeout(run, ms)
  }, [])

  const parse = useCallback((next: string, ms: number) => start(ms, async (signal) => {
    if (!next.trim()) {
      setRule({ all: [] })
      showRows(emptyGroup())
      setSentence(null)
      return
    }
    const parsed = await parseRule(next, signal)
    if (signal.aborted) return
    setRule(parsed.rule)
    setSentence(parsed.sentence)
    showRows(toRows(parsed.rule))
  }), [start])

  const setText = useCallback((next: string) => {
    showText(next)
    parse(next, 250)
  }, [parse])

  const setRows = useCallback((next: GroupRow) => {
    showRows(next)
    const made = toRule(next)
    setRule(made)
    start(120, async (signal) => {
      if ('all' in made && made.all.length === 0) {
        showText('')
        setSentence(null)
        return
      }
      const rendered = await renderRule(made, signal)
      if (signal.aborted) return
      showText(rendered.text)
      setSentence(rendered.sentence)
    })
  }, [start])

  useEffect(() => {
    showText(initial)
    if (initial.trim()) parse(initial, 0)
    return () => {
      clearTimeout(timer.current)
      running.current?.abort()
    }
  }, [initial, parse])

  // "between 1 and 2" is one condition
  const coming = rule || error ? 0 : text.split(/\s(?:and|or)\s/i).length - text.split(/\sbetween\s/i).length + 1
  return { rows, coming, text, rule, sentence, error, settled, setRows, setText }
}
