import { test as base, expect, type Page, type TestInfo } from '@playwright/test'
import axe from 'axe-core'

/** Complaints of the browser: console errors, uncaught exceptions, refused styles or scripts. Expected refusals (422 while typing) are not. */
export function listen(page: Page): string[] {
  const said: string[] = []
  page.on('console', (m) => {
    if (m.type() === 'error' && !/status of (401|404|409|422)/.test(m.text())) said.push(m.text())
  })
  page.on('pageerror', (e) => said.push(e.message))
  return said
}

export const test = base.extend<{ complaints: string[] }>({
  complaints: [
    async ({ page }, use) => {
      const said = listen(page)
      await use(said)
      expect(said, 'console and content security policy').toEqual([])
    },
    { auto: true },
  ],
})
export { expect }

/** Nothing sticks out sideways. */
export async function noSidewaysScroll(page: Page) {
  // not innerWidth: a phone's layout grows with what sticks out
  expect(await page.evaluate(() => document.documentElement.scrollWidth), 'sideways scroll').toBeLessThanOrEqual(page.viewportSize()?.width ?? 0)
  // the names at the bottom of a phone stand beside one another, not over
  expect(await page.evaluate(() => [...document.querySelectorAll('.bottom a span')].filter((name) => name.getBoundingClientRect().width > (name.parentElement?.clientWidth ?? 0)).map((name) => name.textContent)), 'names that do not fit').toEqual([])
}

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** No axe finding of any impact. Seen from the top: what scrolled half under the bar is no finding. */
export async function accessible(page: Page) {
  await page.evaluate(() => window.scrollTo(0, 0))
  // a bar at the bottom lies over whatever happens to be scrolled there: for the look it stands in the page
  const bars = (position: string) => page.evaluate((p) => document.querySelectorAll<HTMLElement>('.bottom, .sticky-bar').forEach((bar) => { bar.style.position = p }), position)
  await bars('static')
  // once a document: what was run before is quick (there are no frames, into which it would have to go, too)
  expect(page.frames(), 'no frames').toHaveLength(1)
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
  const violations = await page.evaluate((tags) => (window as unknown as { axe: typeof axe }).axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] }).then((found) => found.violations), rules)
  await bars('')
  expect(violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.target.join(' ')} ${n.failureSummary ?? ''}`).join(' | ')}`)).toEqual([])
}

/** A picture among the results, if somebody wants to look: `PICTURES=1`. */
export async function picture(page: Page, info: TestInfo, name: string, fullPage = false) {
  if (process.env.PICTURES) await page.screenshot({ path: info.outputPath(`${name}.png`), fullPage })
}

/** Looks at a page as it is now: nothing beside the screen, nothing that axe has against it, and a picture of it. */
export const looker = (page: Page, info: TestInfo, fullPage = false) => async (name: string) => {
  await noSidewaysScroll(page)
  await accessible(page)
  await picture(page, info, name, fullPage)
}

/** Watches what moves by itself; every answer of the server takes a moment of its own length, so that the page is seen with each of them missing. */
export async function watchMoves(page: Page) {
  await page.addInitScript(() => {
    const moved: { by: number; what: string }[] = []
    Object.assign(window, { moved })
    new PerformanceObserver((list) => {
      for (const shift of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean; sources: { node: Node | null }[] })[])
        if (!shift.hadRecentInput) moved.push({ by: shift.value, what: shift.sources.map(({ node }) => (node instanceof Element ? `${node.tagName} ${node.className}` : node?.nodeName)).join(', ') })
    }).observe({ type: 'layout-shift', buffered: true })
  })
  await page.route('**/api/v1/**', async (route) => {
    const sum = [...new URL(route.request().url()).pathname].reduce((n, c) => (n * 31 + c.charCodeAt(0)) % 997, 0)
    await new Promise((resolve) => setTimeout(resolve, 40 + (sum % 9) * 30))
    await route.continue().catch(() => undefined)
  })
}

/** Nothing jumped while the page arrived (CLS 0.05). */
export async function still(page: Page) {
  const moved = await page.evaluate(() => (window as unknown as { moved: { by: number; what: string }[] }).moved)
  // the pages after it are looked at, too
  expect.soft(moved.reduce((n, m) => n + m.by, 0), `${page.url()} ${JSON.stringify(moved)}`).toBeLessThanOrEqual(0.05)
}

/** Nothing is loading any more. */
export async function settled(page: Page) {
  await page.waitForLoadState('networkidle')
  await expect(page.locator('main .loading')).toHaveCount(0)
}

export async function prefer(page: Page, lang: string, theme: 'light' | 'dark' = 'light') {
  await page.addInitScript(([l, t]) => {
    // only the first time: afterwards what the page itself chose counts
    if (sessionStorage.getItem('prefer')) return
    sessionStorage.setItem('prefer', '1')
    localStorage.setItem('zhiyin.lang', l as string)
    localStorage.setItem('zhiyin.theme', t as string)
  }, [lang, theme])
}
