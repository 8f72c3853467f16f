// How soon a page is there and how it answers, in a real browser, on a server that holds a large base: `make bench` reads what this prints.
// node tools/screens.mjs URL ID: URL of the server, ID of a customer; EMAIL and PASSWORD of somebody who may see all.
import { chromium } from '@playwright/test'

const [url, id] = process.argv.slice(2)
const { EMAIL, PASSWORD } = process.env
const ROUNDS = Number(process.env.ROUNDS ?? 5)
const pages = { today: '/', customers: '/customers', customer: `/customers/${id}`, segment: `/segments/new?rule=${encodeURIComponent('net >= 5000 and recency_days > 60')}`, overview: '/classification' }
const desktop = { viewport: { width: 1440, height: 900 } }
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2, slow: { cpu: 4, bytes: (9 * 1024 * 1024) / 8, latency: 60 } }

/** Runs in the page before anything else: what the browser itself says of painting, moving, blocking and answering. */
function watch() {
  const seen = (window.__seen = { lcp: 0, cls: 0, blocked: 0, events: [] })
  const on = (type, each, more) => new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true, ...more })
  on('largest-contentful-paint', (e) => (seen.lcp = e.startTime))
  on('layout-shift', (e) => (seen.cls += e.hadRecentInput ? 0 : e.value))
  on('longtask', (e) => (seen.blocked += Math.max(0, e.duration - 50)))
  on('event', (e) => e.interactionId && seen.events.push(e.duration), { durationThreshold: 16 })
}

const rows = '.ant-table-row, .cards li, [data-row-key]'
const quiet = (page) => page.waitForLoadState('networkidle')

async function open(browser, { slow, ...shape }) {
  const context = await browser.newContext({ ...shape, baseURL: url, locale: 'en', timezoneId: 'Asia/Shanghai' })
  const signedIn = await context.request.post('/api/v1/session', { data: { email: EMAIL, password: PASSWORD }, headers: { Origin: url, 'X-Zhiyin-Csrf': '1' } })
  if (!signedIn.ok()) throw new Error(`signing in: ${signedIn.status()} ${await signedIn.text()}`)
  await context.addInitScript(watch)
  const page = await context.newPage()
  if (slow) {
    const wire = await context.newCDPSession(page)
    await wire.send('Emulation.setCPUThrottlingRate', { rate: slow.cpu })
    await wire.send('Network.enable')
    await wire.send('Network.emulateNetworkConditions', { offline: false, latency: slow.latency, downloadThroughput: slow.bytes, uploadThroughput: slow.bytes })
  }
  return page
}

/** A page opened by its address: nothing of it in the browser's cache. */
async function loads(browser, shape, path) {
  const all = []
  for (let n = 0; n < ROUNDS; n++) {
    const page = await open(browser, shape)
    await page.goto(path)
    // a slow processor leaves the wire quiet before anything is drawn
    await page.waitForFunction(() => document.querySelector('h1') && !document.querySelector('main .loading'))
    await quiet(page)
    await page.waitForTimeout(300)
    const { lcp, cls, blocked } = await page.evaluate(() => window.__seen)
    all.push({ lcp, cls, blocked })
    await page.context().close()
  }
  return all
}

/** What somebody does in a list: find, sort, turn the page, look, go elsewhere and back. How long each answer took to be painted. */
async function uses(browser) {
  const page = await open(browser, desktop)
  const routes = []
  const go = async (link, there) => {
    const begun = await page.evaluate(() => performance.now())
    await page.locator(link).first().click()
    await page.locator(there).first().waitFor()
    routes.push((await page.evaluate(() => performance.now())) - begun)
    await quiet(page)
  }
  await page.goto('/customers')
  await page.locator(rows).first().waitFor()
  for (let n = 0; n < ROUNDS; n++) {
    for (const key of ['j', 'j', 'k', ' ', 'Escape']) await page.keyboard.press(key)
    await page.locator('th button.sort').first().click()
    await quiet(page)
    await go('nav a[href="/segments"], aside a[href="/segments"]', 'h1, h2')
    await go('nav a[href="/customers"], aside a[href="/customers"]', rows)
  }
  const { events } = await page.evaluate(() => window.__seen)
  await page.context().close()
  return { events, routes }
}

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic', '--no-first-run'] })
const found = { desktop: {}, phone: {} }
for (const [name, path] of Object.entries(pages)) {
  found.desktop[name] = await loads(browser, desktop, path)
  found.phone[name] = await loads(browser, phone, path)
}
found.use = await uses(browser)
await browser.close()
console.log(JSON.stringify(found))
