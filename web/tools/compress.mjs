// After `vite build`: a .br and .gz beside every text file, so that the server never compresses anything twice.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const walk = (folder) => readdirSync(folder).flatMap((name) => { const path = join(folder, name); return statSync(path).isDirectory() ? walk(path) : [path] })
const dist = new URL('../dist', import.meta.url).pathname
for (const path of walk(dist)) {
  if (/\.(br|gz)$/.test(path)) rmSync(path)
}
for (const path of walk(dist)) {
  if (!/\.(js|css|svg|json)$/.test(path)) continue
  const raw = readFileSync(path)
  if (raw.length < 1024) continue
  writeFileSync(`${path}.gz`, gzipSync(raw, { level: 9 }))
  writeFileSync(`${path}.br`, brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length } }))
}
