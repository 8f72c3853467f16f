import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { constants, cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

/** `data`: where it keeps its business. */
export interface Server { url: string; data: string; setup: string | null; email: string | null; password: string | null; stop: () => Promise<void> }

function bin(): string {
  const path = process.env.ZHIYIN_BIN
  if (!path) throw new Error('set ZHIYIN_BIN to the zhiyin binary')
  return path
}

/** Runs the binary on a free port with a data folder of its own; the folder goes with it, unless it is somebody else's. */
async function start(args: (folder: string) => string[], given?: string, env: Record<string, string> = {}): Promise<Server> {
  const folder = given ?? mkdtempSync(join(tmpdir(), 'zhiyin-e2e-'))
  const told = args(folder)
  const child: ChildProcess = spawn(bin(), told, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
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
      // one that has only just said where it is may not listen to it yet
      const again = setInterval(() => child.kill('SIGTERM'), 1000)
      child.once('exit', () => { clearInterval(again); if (!given) rmSync(folder, { recursive: true, force: true }); resolve() })
      child.kill('SIGTERM')
    })
  return { url: address.address ?? '', data: told[told.indexOf('--data') + 1] ?? '', setup: address.setup ?? null, email: address.email ?? null, password: address.password ?? null, stop }
}

const serve = (folder: string, ...more: string[]) => ['serve', '--data', folder, '--listen', '127.0.0.1:0', '--json', '--quiet', ...more]

/** An empty server that waits for its first owner. */
export const startEmpty = (...more: string[]) => start((folder) => serve(folder, ...more))

/** A server of what lies in a folder, which stays. */
export const startIn = (folder: string) => start((own) => serve(own), folder)

/** A command of the binary, to its end. */
export const command = (...args: string[]) => execFileSync(bin(), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

const faketime = ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`).find((path) => existsSync(path))
export const hasFaketime = faketime !== undefined

/** A folder of several servers, one after the other, and its end. */
export function folderOf() {
  const folder = mkdtempSync(join(tmpdir(), 'zhiyin-e2e-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** The real binary in a folder of one's own, on a day one says (`2027-03-31 10:00:00`, UTC): the machine's clock is set for it alone. */
export const startOn = (day: string, folder: string) =>
  start((own) => serve(own), folder, { LD_PRELOAD: faketime ?? '', FAKETIME: `@${day}`, DONT_FAKE_MONOTONIC: '1', TZ: 'UTC' })

const demo = (data: string, lang: string, customers: number) => ['demo', '--data', data, '--port', '0', '--customers', String(customers), '--lang', lang, '--json', '--quiet']

/** A folder with the sample business, for copies: made by whoever needs it first in this run (`samples.ts`); nobody serves it. */
async function sample(lang: string, customers: number, samples: string): Promise<string> {
  const ready = join(samples, `${lang}-${customers}`)
  const making = `${ready}.making`
  while (!existsSync(ready)) {
    try { mkdirSync(making) } catch { await sleep(100); continue }
    try {
      if (existsSync(ready)) break
      const made = await start((folder) => demo(folder, lang, customers), making)
      await made.stop()
      renameSync(making, ready)
    } finally {
      rmSync(making, { recursive: true, force: true })
    }
  }
  return ready
}

/** The sample business, in a folder of its own. */
export async function startDemo(lang: string, customers: number): Promise<Server> {
  const samples = process.env.ZHIYIN_SAMPLES
  const made = samples && (await sample(lang, customers, samples))
  return start((folder) => {
    const data = join(folder, 'demo')
    if (made) cpSync(made, data, { recursive: true, mode: constants.COPYFILE_FICLONE })
    return demo(data, lang, customers)
  })
}

/** An empty server that is reached at an address of its own, which it knows. */
export const startAt = (port: number, ...more: string[]) => start((folder) => ['serve', '--data', folder, '--listen', `127.0.0.1:${port}`, '--origin', `http://127.0.0.1:${port}`, '--json', '--quiet', ...more])
