// What a page load carries, gzipped: the entry with all it needs at once, and what each lazy page adds. Fails over budget.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url).pathname
const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, 'utf8'))
const sizes = new Map()
const size = (file) => {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(dist + file), { level: 9 }).length)
  return sizes.get(file)
}
const closure = (key, seen = new Set()) => {
  if (seen.has(key)) return seen
  seen.add(key)
  for (const next of manifest[key].imports ?? []) closure(next, seen)
  return seen
}
const filesOf = (keys) => new Set([...keys].flatMap((k) => [manifest[k].file, ...(manifest[k].css ?? [])]))
const sum = (files) => [...files].reduce((n, f) => n + size(f), 0)
const kb = (n) => (n / 1024).toFixed(1).padStart(7)

const entryKey = Object.keys(manifest).find((k) => manifest[k].isEntry)
const entry = filesOf(closure(entryKey))
// the bar is 230; what was won is kept
const budgets = { entry: 215 * 1024, route: 180 * 1024, chart: 250 * 1024 }
let bad = false
const say = (name, bytes, budget) => {
  const over = bytes > budget
  bad ||= over
  console.log(`${kb(bytes)} KB  ${over ? 'OVER  ' : ''}${name}`)
}
say('entry', sum(entry), budgets.entry)
for (const key of Object.keys(manifest).filter((k) => manifest[k].isDynamicEntry && k.startsWith('src/'))) {
  const added = [...filesOf(closure(key))].filter((f) => !entry.has(f))
  say(`+ ${key}`, sum(added), key.includes('EChart') ? budgets.chart : budgets.route)
}
process.exit(bad ? 1 : 0)
