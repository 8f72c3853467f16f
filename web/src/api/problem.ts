import type { Label, ProblemBody } from './types'

/** A refusal of the server, with its machine-readable code. `code` is `offline` when no answer came at all. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly params: NonNullable<ProblemBody['params']> = {},
    readonly fields: Record<string, string> = {},
    readonly detail = '',
  ) {
    super(detail || code)
    this.name = 'Problem'
  }

  static of(body: unknown, status: number): Problem {
    const b = (typeof body === 'object' && body !== null ? body : {}) as ProblemBody
    // what stands in front of the server answers for it while it is away
    return new Problem(b.code ?? (status >= 502 && status <= 504 ? 'offline' : `http_${status}`), status, b.params ?? {}, b.fields ?? {}, b.title ?? '')
  }

  /** Place in a rule text the server points at, in characters. */
  get span(): [number, number] | null {
    const span = this.params.span
    return Array.isArray(span) && span.length === 2 ? [Number(span[0]), Number(span[1])] : null
  }

  /** The server's own sentence, when the message depends on the content (rules). */
  get said(): Label | null {
    const m = this.params.message
    return m && typeof m === 'object' && 'zh' in m ? m : null
  }
}

export const isProblem = (error: unknown): error is Problem => error instanceof Problem
