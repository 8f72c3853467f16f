// The reviewed API document of the api crate → src/api/gen/schema.d.ts
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const web = fileURLToPath(new URL('../../', import.meta.url))
const document = fileURLToPath(new URL('../../../crates/api/tests/it/snapshots/openapi.json', import.meta.url))
if (!existsSync(`${here}node_modules`)) execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: here, stdio: 'inherit' })
mkdirSync(`${web}src/api/gen`, { recursive: true })
execFileSync(process.execPath, [`${here}node_modules/openapi-typescript/bin/cli.js`, document, '-o', `${web}src/api/gen/schema.d.ts`, '--default-non-nullable=false'], { stdio: 'inherit' })
