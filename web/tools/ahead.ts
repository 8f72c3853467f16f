import { readFileSync } from 'node:fs'
import type { Plugin, Rollup } from 'vite'

type Chunk = Rollup.OutputChunk

/** Pages people open by their address, as the router writes them. */
const opened = ['/', '/classification', '/customers', '/customers/$id', '/segments', '/segments/new', '/segments/$key']
/** What one language needs besides its texts. */
const spoken = {
  'zh-CN': ['/i18n/locales/zh-CN/index.ts', '/antd/locale/zh_CN.js', '/dayjs/dayjs.min.js', '/dayjs/locale/zh-cn.js'],
  en: ['/i18n/locales/en/index.ts', '/antd/locale/en_US.js', '/dayjs/dayjs.min.js'],
}

/** Writes into the page which files its language and its address need, so that `boot.js` fetches them beside the entry and not after it has run. */
export function ahead(): Plugin {
  return {
    name: 'ahead',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        if (!bundle) return
        const chunks = Object.values(bundle).filter((one): one is Chunk => one.type === 'chunk')
        const closure = (of: Chunk, seen = new Set<string>()): Set<string> => {
          if (seen.has(of.fileName)) return seen
          seen.add(of.fileName)
          for (const name of of.imports) closure(bundle[name] as Chunk, seen)
          return seen
        }
        const entry = new Set(chunks.filter((c) => c.isEntry).flatMap((c) => [...closure(c)]))
        const files: string[] = []
        /** Places in `files` of all that a module needs; what the entry has is there anyway. */
        const needs = (what: string, is: (module: string) => boolean): number[] => {
          const of = chunks.filter((c) => c.moduleIds.some(is))
          if (!of.length) throw new Error(`ahead: nothing was built of ${what}`)
          const names = of.flatMap((c) => [...closure(c)]).filter((name) => !entry.has(name)).flatMap((name) => [name, ...((bundle[name] as Chunk & { viteMetadata?: { importedCss: Set<string> } }).viteMetadata?.importedCss ?? [])])
          return [...new Set(names)].map((name) => (files.includes(name) ? files.indexOf(name) : files.push(name) - 1))
        }
        const router = readFileSync(new URL('../src/router.tsx', import.meta.url), 'utf8')
        const page = (path: string) => {
          const at = router.indexOf(`path: '${path}',`)
          const module = at < 0 ? undefined : /import\('\.(\/areas\/[^']+)'\)/.exec(router.slice(at))?.[1]
          if (!module) throw new Error(`ahead: the router has no ${path}`)
          return [`^${path.replace(/\$\w+/, '[^/]+')}$`, needs(path, (id) => id.endsWith(`/src${module}.tsx`))]
        }
        const langs = Object.entries(spoken).map(([lang, modules]) => [lang, [...new Set(modules.flatMap((name) => needs(name, (id) => id.endsWith(name))))]])
        const told = { files, pages: opened.map(page), ...Object.fromEntries(langs) }
        const boot = '<script src="/boot.js"></script>'
        if (!html.includes(boot)) throw new Error('ahead: the page has no boot.js')
        return html.replace(boot, () => `<script type="application/json" id="ahead">${JSON.stringify(told)}</script>\n    ${boot}`)
      },
    },
  }
}
