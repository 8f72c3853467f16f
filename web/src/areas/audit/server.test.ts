import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import en from '@/i18n/locales/en'
import zh from '@/i18n/locales/zh-CN'
import { actions } from './actions'
import { spoken } from './words'

const crates = join(import.meta.dirname, '../../../../crates')
const files = (folder: string): string[] => readdirSync(folder).flatMap((name) => { const path = join(folder, name); return statSync(path).isDirectory() ? (name === 'tests' ? [] : files(path)) : name.endsWith('.rs') ? [path] : [] })
const rust = readdirSync(crates).flatMap((crate) => files(join(crates, crate, 'src'))).map((path) => [path.slice(crates.length + 1), readFileSync(path, 'utf8').split('#[cfg(test)]')[0] ?? ''] as const)
const source = (path: string) => rust.find(([p]) => p === path)?.[1] ?? ''

/** What stands between the bracket at `from` and the one that closes it. */
function inside(text: string, from: number): string {
  let depth = 0
  for (let i = from; i < text.length; i++) {
    if ('([{'.includes(text[i] ?? '')) depth++
    if (')]}'.includes(text[i] ?? '') && --depth === 0) return text.slice(from + 1, i)
  }
  return ''
}

/** Names that a piece of code puts into JSON: in `json!({ … })`, and as `x["name"] = `. Names by a constant are looked up. */
function names(code: string, file: string): string[] {
  const literal = [...code.matchAll(/json!\(\{/g)].flatMap((m) => [...inside(code, m.index + 5).matchAll(/(?:"([a-z_]+)"|\b([A-Z]{2,}))\s*:(?!:)/g)])
  return [...literal.map(([, name, constant]) => name ?? new RegExp(`const ${constant}: &str = "([a-z_]+)"`).exec(file)?.[1] ?? `the constant ${constant}`), ...[...code.matchAll(/\["([a-z_]+)"\] = /g)].map(([, name]) => name ?? '')]
}

/** Names of what an argument of `.detail(…)` holds: what is written there, and in what it names of the same file. */
function told(argument: string, file: string): string[] {
  const named = [...new Set(argument.replace(/"[^"]*"/g, '').match(/[a-z_]+/g) ?? [])].filter((word) => word !== 'json' && word !== 'serde_json')
  const made = named.flatMap((word) => [
    ...[...file.matchAll(new RegExp(`let (?:mut )?${word} = (?:\\|[^|]*\\| )?(?:serde_json::)?json!`, 'g'))].flatMap((m) => names(file.slice(m.index, file.indexOf(';\n', m.index)), file)),
    ...[...file.matchAll(new RegExp(`\\b${word}(?=\\["[a-z_]+"\\] = )`, 'g'))].flatMap((m) => names(file.slice(m.index, m.index + 60), file)),
    ...[...file.matchAll(new RegExp(`fn ${word}\\(`, 'g'))].filter(() => new RegExp(`(?<![.\\w])${word}\\(`).test(argument)).flatMap((m) => names(inside(file, file.indexOf('{', m.index)), file)),
  ])
  return [...names(argument, file), ...made]
}

const details = rust.flatMap(([path, text]) => [...text.matchAll(/\.detail\(/g)].map((m) => { const argument = inside(text, m.index + 7); return { at: `${path}: ${argument}`, empty: /json!\(\{\}\)/.test(argument), names: told(argument, text) } }))

/** The keys that an enumeration says in `fn key`. */
const keys = (path: string, type: string) => { const text = source(path); const at = text.indexOf(`impl ${type} {`); const key = text.indexOf('fn key(', at); return at < 0 ? [] : [...inside(text, text.indexOf('{', key)).matchAll(/=> "([a-z_]+)"/g)].map(([, k]) => k ?? '') }

const missing = (texts: string[]) => ([['zh', zh], ['en', en]] as const).flatMap(([lang, pack]) => texts.filter((key) => { const [area = '', name = ''] = key.split('.'); return !(pack as Record<string, Record<string, string>>)[area]?.[name] }).map((key) => `${key} in ${lang}`))

describe('what the server writes into the log', () => {
  it('are actions that can be chosen and read', () => {
    const written = [...source('domain/src/audit.rs').matchAll(/^ {4}\w+ = "([a-z_.]+)";$/gm)].map(([, key]) => key ?? '')
    expect(written.length).toBeGreaterThan(70)
    expect([...actions].sort()).toEqual(written.sort())
    expect(missing(actions.map((a) => `audit.action_${a.replace('.', '_')}`))).toEqual([])
  })

  it('names its details in words', () => {
    expect(details.length).toBeGreaterThan(50)
    expect(details.filter((d) => !d.names.length && !d.empty).map((d) => d.at)).toEqual([])
    const kept = [...(/const KEPT[^;]+;/.exec(source('flow/src/erasure/receipt.rs'))?.[0] ?? '').matchAll(/\("([a-z]+)"/g)].map(([, name]) => name ?? '')
    const events = [...(/struct Events \{([^}]+)\}/.exec(source('flow/src/webhooks/event.rs'))?.[1] ?? '').matchAll(/pub (\w+):/g)].map(([, name]) => name ?? '')
    expect([kept.length, events.length]).toEqual([3, 3])
    const all = new Set([...details.flatMap((d) => d.names), ...kept, ...events].filter((name) => name !== 'before' && name !== 'after'))
    expect(missing([...all].map((name) => `audit.detail_${name}`))).toEqual([])
  })

  it('says in them what has words, by the words', () => {
    const said: [name: string, values: string[]][] = [
      ['kind', keys('store/src/change.rs', 'Kind')],
      ['state', keys('store/src/webhook.rs', 'State')],
      ['decision', keys('store/src/duplicate.rs', 'State')],
      ['second_factor', [...keys('flow/src/people/second_factor.rs', 'Taken'), 'code']],
      ['why', [...keys('flow/src/people/viewing.rs', 'Over'), 'gone', 'failing', 'secret']],
      ['colour', keys('domain/src/tag.rs', 'Colour')],
      ['code', [...new Set(rust.filter(([path]) => path.startsWith('lake/src/desk')).flatMap(([, text]) => [...text.matchAll(/Fault::new\(\s*"(sql\.[a-z]+)"/g)].map(([, code]) => (code ?? '').replace('.', '_'))))]],
      ['via', ['password', 'oidc', 'invitation']],
    ]
    expect(said.filter(([, values]) => values.length < 2)).toEqual([])
    expect(said.flatMap(([name, values]) => missing(values.map((v) => `${spoken[name]?.[0]}${v}`)))).toEqual([])
  })
})
