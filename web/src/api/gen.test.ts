// The types of the API are those of its document: by hash, and made again where the generator is installed (`make codegen` installs it;
// where everything must be proven the check installs it itself).
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const hash = (bytes: string) => createHash('sha256').update(bytes).digest('hex')
const generator = at('../../tools/openapi/generate.mjs')

test('the types say which document they were made from, and it is the one we have', () => {
  const [first, ...rest] = readFileSync(at('./gen/schema.d.ts'), 'utf8').split('\n')
  const [, document, types] = /^\/\/ openapi\.json sha256 (\w+); types sha256 (\w+)$/.exec(first ?? '') ?? []
  expect(document, 'run `make codegen`').toBe(hash(readFileSync(at('../../../crates/api/tests/it/snapshots/openapi.json'), 'utf8')))
  expect(types, 'changed by hand: run `make codegen`').toBe(hash(rest.join('\n')))
})

const required = process.env.CI === 'true' || process.env.ZHIYIN_REQUIRE_DATA === '1'

test.skipIf(!required && !existsSync(at('../../tools/openapi/node_modules')))('made again they are the same', { timeout: 120_000 }, () => {
  execFileSync(process.execPath, [generator, '--check'], { stdio: 'pipe' })
})
