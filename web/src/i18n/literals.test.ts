import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseAst } from 'rolldown/parseAst'
import { expect, it } from 'vitest'
import zh from './locales/zh-CN'

const src = join(import.meta.dirname, '..')
const files = (folder: string): string[] => readdirSync(folder).flatMap((name) => { const path = join(folder, name); return statSync(path).isDirectory() ? (name === 'gen' || name === 'locales' ? [] : files(path)) : /\.tsx?$/.test(name) && !name.includes('.test.') ? [path] : [] })

type Node = { type: string; start: number; [field: string]: unknown }
const isNode = (x: unknown): x is Node => typeof x === 'object' && x !== null && typeof (x as Node).type === 'string'

/** What people read or hear, as an attribute of an element or a field of an object that becomes one. */
const said = new Set(['aria-label', 'aria-description', 'aria-roledescription', 'alt', 'title', 'placeholder', 'label', 'description', 'note', 'crumb', 'okText', 'cancelText', 'tooltip', 'suffix', 'prefix', 'addonAfter', 'addonBefore', 'emptyText', 'message', 'head', 'content', 'extra', 'help', 'text'])
/** The same in every language: formats, keys of the keyboard, each language by its own name, and examples of what machines read. */
const same = new Set(['CSV', 'XLSX', 'JSON', 'English', '中文', 'RFM 8', 'RFM 11', 'https://', 'webhook-id:', 'contact', 'brand-b', '/w/brand-b', 'custom.skin_type', 'curl -H &quot;Authorization: Bearer zhi_…&quot;', '/customers?limit=1', 'net_12m >= 5000 and (class.lifecycle = "at_risk" or recency_days > 60)'])
const wordy = (text: string) => { const word = text.trim().replace(/⌘\w*|Ctrl|Enter|Tab|Space|Esc|\S*example\.com/g, ''); return /\p{Script=Han}|\p{L}{2,}/u.test(word) && !same.has(word) && !isKey(word) }
/** A text that is said elsewhere, by its key. */
const isKey = (text: string) => { const [area = '', name = ''] = text.split('.'); return name in ((zh as Record<string, object>)[area] ?? {}) }

/** Texts an expression comes to, as far as they are written in it: both ways of a choice, the pieces of a template, what is joined, the members of a list. */
function texts(x: unknown): [string, number][] {
  if (!isNode(x)) return []
  switch (x.type) {
    case 'Literal': return typeof x.value === 'string' ? [[x.value, x.start]] : []
    case 'JSXText': return [[x.value as string, x.start]]
    case 'TemplateLiteral': return (x.quasis as (Node & { value: { cooked: string } })[]).map((q) => [q.value.cooked, q.start])
    case 'JSXExpressionContainer': case 'ParenthesizedExpression': case 'TSAsExpression': return texts(x.expression)
    case 'ConditionalExpression': return [...texts(x.consequent), ...texts(x.alternate)]
    case 'LogicalExpression': return [...texts(x.left), ...texts(x.right)]
    case 'BinaryExpression': return x.operator === '+' ? [...texts(x.left), ...texts(x.right)] : []
    case 'ArrayExpression': return (x.elements as unknown[]).flatMap(texts)
    default: return []
  }
}

function found(path: string): string[] {
  const code = readFileSync(path, 'utf8')
  const all: [string, number][] = []
  const walk = (x: unknown): void => {
    if (Array.isArray(x)) return x.forEach(walk)
    if (!isNode(x)) return
    if (x.type === 'JSXElement' || x.type === 'JSXFragment') all.push(...(x.children as unknown[]).flatMap(texts))
    if (x.type === 'JSXAttribute' && said.has(String((x.name as Node).name))) all.push(...texts(x.value))
    if (x.type === 'Property' && said.has(String((x.key as Node).name ?? (x.key as Node).value))) all.push(...texts(x.value))
    if (x.type === 'CallExpression' && code.slice((x.callee as Node).start, (x.callee as Node).start + 6) === 'toast.') all.push(...(x.arguments as unknown[]).flatMap(texts))
    for (const [field, value] of Object.entries(x)) if (field !== 'type') walk(value)
  }
  walk(parseAst(code, { lang: path.endsWith('x') ? 'tsx' : 'ts' }))
  return all.filter(([text]) => wordy(text)).map(([text, at]) => `${path.slice(src.length + 1)}:${code.slice(0, at).split('\n').length} “${text.trim()}”`)
}

it('no text that people read or hear stands in the code: all of it comes from the languages', () => {
  expect(files(src).flatMap(found)).toEqual([])
})
