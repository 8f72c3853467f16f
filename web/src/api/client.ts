import createClient from 'openapi-fetch'
import { at } from './base'
import type { paths } from './gen/schema'
import { Problem } from './problem'

export const API = at('/api/v1')

const client = createClient<paths>({ baseUrl: API, credentials: 'same-origin' })

/** As whom an owner looks on this page, if it is not they themselves; not known at first. */
let looking: { as: string | undefined } | undefined
/** As whom the session looks now. A page that was made for somebody else is loaded anew. */
export function lookingAs(user: string | undefined) {
  if (looking && looking.as !== user) location.reload()
  else looking = { as: user }
}

/** What every request says of its page: that it is ours, and as whom it looks, lest it is done as another. */
const marks = (): Record<string, string> => ({ 'X-Zhiyin-CSRF': '1', ...(looking?.as ? { 'X-Zhiyin-Viewing': looking.as } : {}) })

type Query = Record<string, string | number | boolean | undefined | null>
interface Options { query?: Query; body?: unknown; signal?: AbortSignal; headers?: Record<string, string> }
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

const tidy = (query: Query = {}) => Object.fromEntries(Object.entries(query).filter(([, v]) => v !== undefined && v !== null && v !== ''))

/** A key for one change; `randomUUID` is absent where the page is not served securely. */
export const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('')

/** One call; any refusal becomes a `Problem`. */
export async function call<T>(method: Method, path: string, { query, body, signal, headers }: Options = {}): Promise<T> {
  let answer: { data?: unknown; error?: unknown; response: Response }
  try {
    // `queries.ts` names paths with ids already in them, which the generated types cannot know
    const send = client[method] as unknown as (path: string, init: object) => Promise<typeof answer>
    answer = await send(path, {
      params: { query: tidy(query) },
      ...(body === undefined ? {} : { body }),
      headers: { ...marks(), ...headers },
      signal,
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Problem('offline', 0)
  }
  if (!answer.response.ok) throw told(Problem.of(answer.error, answer.response.status))
  return answer.data as T
}

let onSignedOut = () => {}
/** What to do when the server no longer knows us. */
export function whenSignedOut(f: () => void) {
  onSignedOut = f
}

let onDenied = () => {}
/** What to do when we may less than the page believes: a role was changed while it stood open. */
export function whenDenied(f: () => void) {
  onDenied = f
}

function told(problem: Problem): Problem {
  // a wrong password or a sign-in that took too long ends nobody's session
  if (problem.status === 401 && problem.code !== 'session.wrong' && problem.code !== 'session.code_over') onSignedOut()
  if (problem.code === 'access.viewing_over') location.reload()
  if (problem.code === 'access.denied' || problem.code === 'session.second_factor_due') onDenied()
  return problem
}

/** Sends files and tells how far it is, which `fetch` cannot; aborting stops it. */
export function send<T>(path: string, form: FormData, onSent: (share: number) => void, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', `${API}${path}`)
    for (const [name, value] of Object.entries(marks())) request.setRequestHeader(name, value)
    request.responseType = 'json'
    request.upload.onprogress = (e) => { if (e.lengthComputable) onSent(e.loaded / e.total) }
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) return resolve(request.response as T)
      reject(told(Problem.of(request.response, request.status)))
    }
    request.onerror = () => reject(new Problem('offline', 0))
    request.onabort = () => reject(new DOMException('stopped', 'AbortError'))
    signal.addEventListener('abort', () => request.abort())
    request.send(form)
  })
}

/** A file that is the answer to a question; it is saved as if a link had been clicked. */
export async function download(path: string, body: unknown, signal: AbortSignal): Promise<void> {
  const form = body instanceof FormData
  const answer = await fetch(`${API}${path}`, { method: 'POST', credentials: 'same-origin', headers: { ...marks(), ...(form ? {} : { 'Content-Type': 'application/json' }) }, body: form ? body : JSON.stringify(body), signal })
  if (!answer.ok) throw told(Problem.of(await answer.json().catch(() => null), answer.status))
  save(await answer.blob(), /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1] ?? 'sql')
}

/** Saves something as if a link to it had been clicked. */
export function save(what: Blob, name: string) {
  const address = URL.createObjectURL(what)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
  URL.revokeObjectURL(address)
}

/** A link to a download with the same query as a list. */
export function href(path: string, query: Query = {}): string {
  const search = new URLSearchParams(Object.entries(tidy(query)).map(([k, v]) => [k, String(v)]))
  const text = search.toString()
  return `${API}${path}${text ? `?${text}` : ''}`
}
