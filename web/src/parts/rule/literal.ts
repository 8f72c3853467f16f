import type { Literal } from '@/api/rule'

/** A constant as people see it. */
export const literalText = (l: Literal): string => (typeof l === 'object' ? l.text : String(l))

/** A typed text as a constant: what looks like a day must say that it is a text. */
export const textLiteral = (text: string): Literal => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? { text } : text)
