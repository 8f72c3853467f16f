import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, picture, prefer, settled, test } from './support/fixtures'
import { type Server, startDemo } from './support/server'
import { words } from './support/words'

/** Texts that are markup or script to some reader: each would call `xss`. */
const polyglots = [
  '<script>xss()</script>', '<img src=x onerror=xss()>', '<svg onload=xss()>', '<svg><script>xss()</script></svg>', '<body onload=xss()>', '<iframe srcdoc="<script>parent.xss()</script>">',
  '<iframe src="javascript:parent.xss()">', '<a href="javascript:xss()">x</a>', '<details open ontoggle=xss()>', '<input autofocus onfocus=xss()>', '<select autofocus onfocus=xss()>', '<textarea autofocus onfocus=xss()>',
  '<video><source onerror=xss()></video>', '<audio src=x onerror=xss()>', '<object data="javascript:xss()">', '<embed src="javascript:xss()">', '<math><mtext><script>xss()</script></mtext></math>', '<style>@import "javascript:xss()"</style>',
  '<link rel=stylesheet href="javascript:xss()">', '<meta http-equiv=refresh content="0;url=javascript:xss()">', '<base href="javascript:xss()//">', '<form action="javascript:xss()"><button>x</button></form>',
  '"><img src=x onerror=xss()>', "'><img src=x onerror=xss()>", '`><img src=x onerror=xss()>', '--><img src=x onerror=xss()>', ']]><img src=x onerror=xss()>', '</title><script>xss()</script>', '</textarea><script>xss()</script>', '</style><script>xss()</script>',
  '</script><script>xss()</script>', '" onmouseover="xss()', "' onfocus='xss()' autofocus='", 'javascript:xss()', 'data:text/html,<script>parent.xss()</script>', '&lt;img src=x onerror=xss()&gt;', '\\u003cimg src=x onerror=xss()\\u003e',
  "{{constructor.constructor('xss()')()}}", '${xss()}', '<<img src=x onerror=xss()//<</img>', '<template><img src=x onerror=xss()></template><noscript><p title="</noscript><img src=x onerror=xss()>">', "jaVasCript:/*-/*`/*'/*\"/**/(/* */onerror=xss() )//%0D%0A</title/</style/</script/--!>\\x3csVg/<sVg/oNloAd=xss()//>",
]

/** What others bring is text and never more; what other pages ask for in a reader's name is not done. @desktop */
test.describe('what others bring', { tag: '@desktop' }, () => {
  test.use({ locale: 'en' })
  let server: Server | undefined
  test.beforeAll(async () => { server = await startDemo('en', 60) })
  test.afterAll(async () => { await server?.stop() })

  const csrf = { 'X-Zhiyin-CSRF': '1' }
  const html = '"\'><img src=x onerror=xss()><svg/onload=xss()>'
  const script = '</title></script><script>xss()</script>{{7*7}}'
  const both = { zh: html, en: html }

  test('names, tags, notes, products, shops, fields, labels and files that are markup stay text on every page', async ({ page, complaints }, info) => {
    test.slow()
    const at = (path: string) => `${server?.url}${path}`
    const ran: string[] = []
    await page.exposeFunction('xss', () => { ran.push(page.url()) })
    page.on('dialog', (d) => { ran.push(`dialog on ${page.url()}`); void d.dismiss() })
    await prefer(page, 'en')
    const send = async <T = unknown>(path: string, data: unknown, method = 'post', headers = {}) => {
      const answer = await page.request[method as 'post'](at(`/api/v1${path}`), { headers: { ...csrf, ...headers }, data })
      expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true)
      return (await answer.json().catch(() => null)) as T
    }
    const get = async <T>(path: string) => (await (await page.request.get(at(`/api/v1${path}`))).json()) as T
    await send('/session', { email: server?.email, password: server?.password })

    // everything a person, a file or a program can name
    await send('/workspace', { name: html, lang: 'en' }, 'put')
    await send('/features', { key: 'custom.shade', label: both, description: both, group: 'custom', value: 'text', definition: { kind: 'attribute', key: 'custom.shade' }, entry: { kind: 'choice', options: [{ key: 'x', label: both }] } })
    await send('/customers', { id: 'HX1', name: `${html}${script}`, attributes: { city: html, occupation: script, interests: html }, custom: { shade: 'x', note: html } })
    await send('/customers', { id: 'HX2', name: html, kind: 'organisation', attributes: { industry: html }, contact: { name: html, role: script } })
    const day = (await get<{ today: string }>('/overview')).today
    for (const [n, evil] of polyglots.entries()) await send('/customers', { id: `HP${n}`, name: evil, attributes: { city: evil, occupation: evil }, custom: { note: evil } })
    await send('/orders', { number: `N${html}`, at: day, paid: 99_000, customer: { id: 'HX1' }, store: html, channel: script, payment: html, coupon: html, lines: [{ product: 'P1', name: html, category: html, brand: script, paid: 99_000 }] })
    await send('/interactions', { at: day, kind: html, channel: script, customer: { id: 'HX1' } })
    await send('/answers', { at: day, question: 'nps', score: 2, comment: `${html}${script}`, channel: html, customer: { id: 'HX1' } })
    await send('/inbox/move', undefined)
    let id = ''
    await expect.poll(async () => (id = (await get<{ items: { id: string }[] }>('/customers?q=HX1')).items[0]?.id ?? ''), { timeout: 60_000 }).not.toBe('')
    const firm = (await get<{ items: { id: string }[] }>('/customers?q=HX2')).items[0]?.id ?? ''
    const tag = await send<{ id: string }>('/tags', { name: html.slice(0, 40), colour: 'red' })
    await send('/changes', { kind: 'tag_add', subject: tag.id, customers: [id], except: [] }, 'post', { 'Idempotency-Key': 'hostile-tag' })
    await send(`/customers/${id}/notes`, { body: `${html}${script}` })
    await send('/segments', { key: 'hostile', label: both, description: both, rule_text: `city = "${html.replaceAll('"', '\\"')}"` }).catch(() => send('/segments', { key: 'hostile', label: both, description: both, rule_text: 'net > 900' }))
    await send('/views', { name: html.slice(0, 60), audience: 'everyone', query: { sort: '-net' } })
    const group = (n: string, by: string) => ({ id: n, width: 2, title: both, show: { kind: 'group', by, measures: [{ stat: 'sum', feature: 'net' }], limit: 5 } })
    const board = await send<{ id: string }>('/dashboards', { name: both, audience: 'everyone', tiles: [group('a', 'city'), group('b', 'custom.shade'), group('c', 'occupation')] })
    await send('/sql/questions', { name: html.slice(0, 60), text: `SELECT '${html.replaceAll("'", "''")}'` })
    const object = await send<{ id: string }>('/objects', { label: both, sections: [{ label: both, fields: [{ key: 'who', label: both, kind: 'customer' }, { key: 'what', label: both, help: both, kind: 'text' }] }] })
    await send(`/objects/${object.id}/records`, { values: { who: id, what: html } })
    await send('/webhooks', { url: 'http://1.1.1.1/', description: html, types: ['segment.entered'], segments: ['hostile'] })
    await send('/invitations', { email: 'x@example.com', name: html, role: 'agent', personal: 'by_role' }).catch(() => undefined)
    await send('/tokens', { name: html.slice(0, 60), role: 'analyst', personal: 'by_role', days: 30 }).catch(() => undefined)

    const clean = async () => {
      await settled(page)
      expect(await page.locator('img[src="x"], svg[onload], main script, main style').count(), `markup on ${page.url()}`).toBe(0)
    }
    await page.goto(at('/imports'))
    await page.locator('input[type=file]').setInputFiles({ name: `${html.replaceAll('/', ' ')}.csv`, mimeType: 'text/csv', buffer: Buffer.from(`Member no,Name,Birthday,"${html.replaceAll('"', '""')}"\r\nHX9,"${html.replaceAll('"', '""')}","${script}","${script}"\r\n,"${html.replaceAll('"', '""')}",1990-01-01,2\r\n`) })
    await expect(page.getByRole('heading', { level: 2 }).first()).toContainText('onerror')
    await clean()
    // cells that are refused are shown as they stand
    await page.getByRole('button', { name: words('en')('imports.check') }).click()
    await expect(page.getByRole('heading', { name: words('en')('imports.dry_run') })).toBeVisible()
    await clean()
    const file = new URL(page.url()).pathname

    const paths = [
      '/', '/customers?columns=tags,owner,class.by_city,city,custom.shade,custom.note,occupation,net&sort=-net', `/customers?rule=${encodeURIComponent('net > 900')}&segment=hostile`, '/customers?q=HP&columns=city,occupation,custom.note', `/customers/${id}`, `/customers/${id}?why=segment.hostile`, `/customers/${firm}`, '/changes', '/duplicates', '/data-quality',
      '/segments', '/segments/hostile', '/dashboards', `/dashboards/${board.id}`, `/dashboards/${board.id}?edit=on`, '/classification', '/classifications/by_city', '/features?q=shade', '/features?open=custom.shade', '/objects', `/objects/${object.id}`, '/sql', '/imports', file,
      '/settings', '/settings/account', '/settings/users', '/settings/tokens', '/settings/webhooks', '/settings/mail', '/jobs', '/audit',
    ]
    for (const path of paths)
      await test.step(path, async () => {
        await page.goto(at(path))
        await clean()
        if (path.includes('q=HP')) await expect(page.locator('main')).toContainText('<svg onload=xss()>')
        // charts write their hints as markup
        for (const box of await page.locator('canvas').all()) {
          await box.scrollIntoViewIfNeeded()
          for (const [x, y] of [[0.2, 0.3], [0.5, 0.5], [0.6, 0.8]] as const) {
            const b = await box.boundingBox()
            if (b) await page.mouse.move(b.x + b.width * x, b.y + b.height * y)
          }
        }
        await clean()
      })
    await test.step('found by the search over everything', async () => {
      await page.goto(at('/'))
      await settled(page)
      await page.keyboard.press('Control+k')
      await page.keyboard.type('onerror')
      await expect(page.getByRole('option').first()).toBeVisible()
      await clean()
    })
    await page.goto(at(`/customers/${id}`))
    await expect(page.getByRole('heading', { level: 1 })).toContainText('<img src=x onerror=xss()>')
    await picture(page, info, 'profile')
    expect(ran).toEqual([])
    expect(complaints).toEqual([])
  })

  // another port of the same machine is the same site, to which cookies travel; another name of it is another site
  for (const host of ['127.0.0.1', 'localhost'])
    test(`a page at ${host} changes nothing in the reader's name`, async ({ page, complaints }) => {
      const at = (path: string) => `${server?.url}/api/v1${path}`
      const form = (id: string, path: string, kind = 'text/plain') => `<form id="${id}" method="post" enctype="${kind}" action="${at(path)}" target="${id}-in"><input name='{"name":"${id}","colour":"red","x":"' value='"}'></form><iframe name="${id}-in"></iframe>`
      const elsewhere = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end(`<!doctype html><title>x</title>${form('a', '/tags')}${form('b', '/inbox/move')}${form('c', '/tags', 'application/x-www-form-urlencoded')}`))
      await new Promise<void>((ready) => elsewhere.listen(0, () => ready()))
      expect((await page.request.post(at('/session'), { headers: csrf, data: { email: server?.email, password: server?.password } })).ok()).toBe(true)
      const tags = async () => ((await (await page.request.get(at('/tags'))).json()) as { items: unknown[] }).items.length
      const before = await tags()
      const answered: [string, number][] = []
      page.on('response', (r) => { if (r.url().startsWith(at(''))) answered.push([r.request().method(), r.status()]) })
      await page.goto(`http://${host}:${(elsewhere.address() as AddressInfo).port}/`)
      const read = await page.evaluate(async (api) => {
        for (const f of document.forms) f.submit()
        const ask = (path: string, init: RequestInit) => fetch(api + path, { credentials: 'include', ...init }).then((r) => (r.type === 'opaque' ? 'nothing to see' : r.text()), () => 'refused')
        const body = JSON.stringify({ name: 'forged', colour: 'red' })
        return Promise.all([
          ask('/tags', { method: 'POST', mode: 'no-cors', body }),
          ask('/tags', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Zhiyin-CSRF': '1' }, body }),
          ask('/session', { method: 'DELETE' }),
          ask('/session', { method: 'DELETE', headers: { 'X-Zhiyin-CSRF': '1' } }),
          ask('/customers', {}),
        ])
      }, at(''))
      expect(read, 'not even an answer without content is given').toEqual(['refused', 'refused', 'refused', 'refused', 'refused'])
      // the forms arrive, and are refused
      await expect.poll(() => answered.filter(([method]) => method === 'POST').length).toBeGreaterThanOrEqual(3)
      expect(answered.filter(([method, status]) => method !== 'GET' && method !== 'OPTIONS' && status < 400)).toEqual([])
      expect(await tags(), 'the session is still there, and no tag is new').toBe(before)
      elsewhere.close()
      // what the browser says of all it refused is no complaint
      complaints.splice(0)
    })
})
