import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface Server { url: string; setup: string | null; email: string | null; password: string | null; stop: () => Promise<void> }

function bin(): string {
  const path = process.env.ZHIYIN_BIN
  if (!path) throw new Error('set ZHIYIN_BIN to the zhiyin binary')
  return path
}

/** Runs the binary on a free port with a data folder of its own; the folder goes with it, unless it is somebody else's. */
async function start(args: (folder: string) => string[], given?: string, env: Record<string, string> = {}): Promise<Server> {
  const folder = given ?? mkdtempSync(join(tmpdir(), 'zhiyin-e2e-'))
  const child: ChildProcess = spawn(bin(), args(folder), { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => { said = (said + chunk.toString()).slice(-4000) })
  const address = await new Promise<Record<string, string>>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no address after 120 s\n${said}`)), 120_000)
    child.once('exit', (code) => { clearTimeout(timer); reject(new Error(`the server ended with ${code}\n${said}`)) })
    if (!child.stdout) return
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return
      const found = JSON.parse(line) as Record<string, string>
      if (!found.address) return
      clearTimeout(timer)
      resolve(found)
    })
  })
  child.removeAllListeners('exit')
  const stop = () =>
    new Promise<void>((resolve) => {
      child.once('exit', () => { if (!given) rmSync(folder, { recursive: true, force: true }); resolve() })
      child.kill('SIGTERM')
    })
  return { url: address.address ?? '', setup: address.setup ?? null, email: address.email ?? null, password: address.password ?? null, stop }
}

/** An empty server that waits for its first owner. */
export const startEmpty = (...more: string[]) => start((folder) => ['serve', '--data', folder, '--listen', '127.0.0.1:0', '--json', '--quiet', ...more])

const faketime = ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`).find((path) => existsSync(path))
export const hasFaketime = faketime !== undefined

/** A folder of several servers, one after the other, and its end. */
export function folderOf() {
  const folder = mkdtempSync(join(tmpdir(), 'zhiyin-e2e-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** The real binary in a folder of one's own, on a day one says (`2027-03-31 10:00:00`, UTC): the machine's clock is set for it alone. */
export const startOn = (day: string, folder: string) =>
  start((own) => ['serve', '--data', own, '--listen', '127.0.0.1:0', '--json', '--quiet'], folder, { LD_PRELOAD: faketime ?? '', FAKETIME: `@${day}`, DONT_FAKE_MONOTONIC: '1', TZ: 'UTC' })

/** The sample business. */
export const startDemo = (lang: string, customers: number) => start((folder) => ['demo', '--data', join(folder, 'demo'), '--port', '0', '--customers', String(customers), '--lang', lang, '--json', '--quiet'])

/** An empty server that is reached at an address of its own, which it knows. */
export const startAt = (port: number, ...more: string[]) => start((folder) => ['serve', '--data', folder, '--listen', `127.0.0.1:${port}`, '--origin', `http://127.0.0.1:${port}`, '--json', '--quiet', ...more])
