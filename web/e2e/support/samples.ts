import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Each sample business is made once in a run and lies here until its end (`server.ts` makes and copies it). */
export default function samples() {
  const folder = mkdtempSync(join(tmpdir(), 'zhiyin-samples-'))
  process.env.ZHIYIN_SAMPLES = folder
  return () => rmSync(folder, { recursive: true, force: true })
}
