// The reviewed API document of the api crate → src/api/gen/schema.d.ts. Its first line holds the hashes of the document and of the
// types, by which `xtask tidy` and a unit test see types that are older than the document, or changed by hand.
// `--check` writes nothing and fails if the file is not what would be written.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const document = at('../../../crates/api/tests/it/snapshots/openapi.json')
const types = at('../../src/api/gen/schema.d.ts')
const hash = (bytes) => createHash('sha256').update(bytes).digest('hex')

if (!existsSync(at('node_modules'))) execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: at('.'), stdio: 'inherit' })
const body = execFileSync(process.execPath, [at('node_modules/openapi-typescript/bin/cli.js'), document, '--default-non-nullable=false'], { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'] })
const text = `// openapi.json sha256 ${hash(readFileSync(document))}; types sha256 ${hash(body)}\n${body}`
if (process.argv.includes('--check')) {
  if (readFileSync(types, 'utf8') !== text) {
    console.error('src/api/gen/schema.d.ts is not what the API document gives: run `make codegen`')
    process.exit(1)
  }
} else {
  mkdirSync(at('../../src/api/gen'), { recursive: true })
  writeFileSync(types, text)
}
