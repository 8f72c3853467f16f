import type { Browser, BrowserContextOptions, Locator, Page } from '@playwright/test'
import { accessible as noFinding, expect, noSidewaysScroll, picture, prefer, settled, test } from './support/fixtures'
import { type Server, startDemo } from './support/server'
import { type Lang, langs, words } from './support/words'

/** Any figure → its customers → a segment: the number clicked, the list behind it and the segment made of it agree. */
let server: Server | undefined
let state: { cookies: []; origins: [] } | undefined

test.beforeAll(async ({ browser }) => {
  test.setTimeout(180_000)
  server = await startDemo('en', 800)
  const context = await browser.newContext({ baseURL: server?.url, extraHTTPHeaders: { 'X-Zhiyin-CSRF': '1' } })
  const signed = await context.request.post('/api/v1/session', { data: { email: server.email, password: server.password } })
  expect(signed.ok()).toBe(true)
  state = (await context.storageState()) as never
  await context.close()
})
test.afterAll(async () => {
  await server?.stop()
})

type T = ReturnType<typeof words>

/** What lies half below the bar that stays is as small as it looks; it is judged where it can be used. */
async function judge(page: Page) {
  await page.evaluate(() => window.scrollTo(0, 0))
  await noFinding(page)
}

async function open(browser: Browser, options: BrowserContextOptions, lang: Lang): Promise<Page> {
  const context = await browser.newContext({ ...options, baseURL: server?.url, locale: lang, storageState: state, reducedMotion: 'reduce', extraHTTPHeaders: { 'X-Zhiyin-CSRF': '1' } } as never)
  const page = await context.newPage()
  await prefer(page, lang)
  return page
}

const digits = (text: string | null | undefined) => Number(/[\d,]+/.exec(text ?? '')?.[0].replaceAll(',', ''))
/** The number of customers in a name like `R5 × F5: 12, ¥3,400`. */
const counted = async (x: Locator) => Number(/: ([\d,]+)/.exec((await x.getAttribute('aria-label')) ?? '')?.[1]?.replaceAll(',', ''))
const panel = (page: Page) => page.getByRole('dialog')

/** The overview, once its figures stand. */
async function overview(page: Page, search = '') {
  await page.goto(`/classification${search}`)
  await settled(page)
}

/** The panel says the number, its list has as many. Leaves the list open. */
async function list(page: Page, t: T, n: number) {
  await expect(panel(page).getByTestId('picked').locator('dd').first()).toHaveText(n.toLocaleString('en'))
  await panel(page).getByRole('link', { name: t('classification.see_list'), exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: t('customers.title') })).toBeVisible()
  await settled(page)
  await expect.poll(async () => digits(await page.locator('.page-note').textContent()), { message: 'as many on the list' }).toBe(n)
}

/** From the panel to a saved segment of as many; a fixed list says so itself. */
async function segment(page: Page, t: T, n: number, name: string, fixed = false) {
  await panel(page).getByRole('link', { name: t('classification.make_segment'), exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: t('segments.new') })).toBeVisible()
  if (!fixed) {
    await expect(page.getByTestId('live-count')).toHaveText(n.toLocaleString('en'))
    // the sample: some of them, each a link to who it is
    const sample = page.locator('.sample a')
    await expect(sample).toHaveCount(Math.min(10, n))
    for (const link of await sample.all()) expect(await link.getAttribute('href')).toMatch(/^\/customers\/cus_/)
    await expect(page.getByText(t('segments.sample', { n: Math.min(10, n) }), { exact: true })).toBeVisible()
  }
  await page.getByLabel(t('segments.name'), { exact: true }).fill(name)
  await page.getByRole('button', { name: t('common.save'), exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
  if (fixed) await expect(page.getByText(t('segments.static_note', { n: n.toLocaleString('en') }))).toBeVisible()
  await page.getByRole('link', { name: t('segments.list'), exact: true }).click()
  await settled(page)
  await expect.poll(async () => digits(await page.locator('.page-note').textContent()), { message: 'as many in the segment' }).toBe(n)
}

/** A card of the overview by its heading. */
const card = (page: Page, name: string) => page.locator('.card').filter({ has: page.getByRole('heading', { name, exact: true }) }).first()

/** Clicks down the middle of a drawing until something of it opens. */
async function clickInside(page: Page, drawing: Locator, across: number) {
  await drawing.scrollIntoViewIfNeeded()
  await expect(drawing.locator('canvas')).toBeVisible()
  const box = await drawing.boundingBox()
  if (!box) throw new Error('no drawing')
  for (let part = 0.12; part < 0.95; part += 0.07) {
    // below the panel that is just opening, it cannot be clicked
    await drawing.click({ position: { x: box.width * across, y: box.height * part }, timeout: 3000 }).catch(() => undefined)
    if (await panel(page).waitFor({ timeout: 500 }).then(() => true, () => false)) return
  }
  throw new Error('nothing opened')
}

// every figure in both languages on each size; axe, and what the server alone answers for, in one language on each
const thorough = { 'zh-CN': 'desktop', en: 'phone' }
for (const lang of langs)
  test.describe(`any figure opens its customers, ${lang}`, () => {
    let page: Page
    let full = true
    const t = words(lang)
    const accessible = async (x: Page) => { if (full) await judge(x) }
    test.beforeEach(async ({ browser, contextOptions }, info) => {
      test.setTimeout(240_000)
      full = thorough[lang] === info.project.name
      page = await open(browser, { ...info.project.use, ...contextOptions } as BrowserContextOptions, lang)
    })
    test.afterEach(async () => {
      await page.context().close()
    })

    test('a cell of the heat map, whatever it shows', async ({}, info) => {
      for (const view of ['people', 'money', 'change'] as const) {
        await overview(page, `?view=${view}`)
        const cell = page.locator('.heat-cell:not([aria-label*=": 0,"])').first()
        const n = await counted(cell)
        expect(n).toBeGreaterThan(0)
        await cell.click()
        await expect(panel(page).getByRole('link', { name: t('classification.see_list') })).toBeVisible()
        if (view === 'change') {
          await accessible(page)
          // a change is between two days: the edges of both, or the word that they are the same
          const edges = page.getByTestId('edges')
          await expect(edges.locator('table')).toHaveCount(2)
          for (const table of await edges.locator('table').all()) await expect(table.locator('thead th')).toHaveText([t('classification.score'), /^\d{4}-\d\d-\d\d$/, /^\d{4}-\d\d-\d\d$/])
        }
        await picture(page, info, `heat-${view}`)
        await list(page, t, n)
      }
      await overview(page)
      const first = page.locator('.heat-cell:not([aria-label*=": 0,"])').first()
      const m = await counted(first)
      await first.click()
      await segment(page, t, m, `${lang} cell`)
      // the list of segments says what its scores mean, in days and orders
      await page.goto('/segments')
      await expect(page.getByRole('row').filter({ hasText: `${lang} cell` }).getByTestId('scores')).toContainText(/\d{4}-\d\d-\d\d.*R \d.*F \d/)
      // by another scoring, too
      await overview(page, '?scoring=bins')
      const cell = page.locator('.heat-cell:not([aria-label*=": 0,"])').first()
      const n = await counted(cell)
      await cell.click()
      await list(page, t, n)
    })

    test('a segment of a group counts the same on its page, in the list of segments and in its list', async ({}, info) => {
      await page.goto('/segments')
      await settled(page)
      const row = page.locator('tr').filter({ hasText: 'unhappy_buyers' })
      await expect(row).toContainText(t('segments.in_group', { group: 'care', rank: 3 }))
      const n = digits(await row.locator('td').nth(2).textContent())
      await row.getByRole('link').first().click()
      await expect(page.getByTestId('live-count')).toHaveText(n.toLocaleString('en'))
      const funnel = page.getByTestId('funnel')
      const [matched = 0, first = 0, second = 0, members = 0] = (await funnel.locator('dd').allTextContents()).map(digits)
      expect([matched - first - second, members]).toEqual([n, n])
      await accessible(page)
      await noSidewaysScroll(page)
      await picture(page, info, 'group')
      await page.getByRole('link', { name: t('segments.list'), exact: true }).click()
      await settled(page)
      await expect.poll(async () => digits(await page.locator('.page-note').textContent())).toBe(n)
    })

    test('a band of the flow, a class of it, and who is new', async ({}, info) => {
      await overview(page)
      const flow = card(page, t('classification.flow'))
      // who came, who moved and who stayed are everybody
      const all = (await (await page.request.get('/api/v1/overview')).json()) as { customers: number }
      const sums = ((await flow.getByTestId('flow-sums').textContent()) ?? '').split('·').map(digits)
      expect(sums.length).toBeGreaterThan(1)
      expect(sums.reduce((a, b) => a + b, 0)).toBe(all.customers)
      await clickInside(page, flow.locator('[role=img]:has(canvas)'), 0.5)
      await accessible(page)
      await picture(page, info, 'flow')
      const n = digits(await panel(page).getByTestId('picked').locator('dd').first().textContent())
      await list(page, t, n)
      await page.goBack()
      await settled(page)
      // its table: every band is a button
      await flow.getByRole('button', { name: t('common.show_table') }).click()
      const bands = flow.locator('td .drill')
      expect(await bands.count()).toBeGreaterThan(3)
      await noSidewaysScroll(page)
      await accessible(page)
      const band = bands.last()
      const m = await counted(band)
      await band.click()
      await list(page, t, m)
      await page.goBack()
      await settled(page)
      await flow.getByRole('button', { name: t('common.show_table') }).click()
      await flow.locator('td .drill').last().click()
      await segment(page, t, m, `${lang} moved`, true)
    })

    test('who was no customer yet', async () => {
      // a day on which some were not there
      const from = (await (await page.request.get('/api/v1/overview')).json()) as { as_of: string }
      const early = new Date(Date.parse(from.as_of) - 500 * 86_400_000).toISOString().slice(0, 10)
      const moves = (await (await page.request.get(`/api/v1/flow?classification=lifecycle&from=${early}&to=${from.as_of}`)).json()) as { links: { source: string; target: string; customers: number }[] }
      const came = moves.links.filter((l) => l.source === 'not.yet')
      expect(came.length).toBeGreaterThan(0)
      for (const link of came) {
        const got = (await (await page.request.get(`/api/v1/customers?limit=1&was.lifecycle=not.yet@${early}&class.lifecycle=${link.target}`)).json()) as { total: number }
        expect(got.total, link.target).toBe(link.customers)
      }
      await overview(page, `?from=${early}`)
      const flow = card(page, t('classification.flow'))
      await flow.getByRole('button', { name: t('common.show_table') }).click()
      const band = flow.locator('td .drill').first()
      const n = await counted(band)
      await band.click()
      await list(page, t, n)
      await noSidewaysScroll(page)
    })

    test('a cohort, and who of it came back', async ({}, info) => {
      await overview(page)
      const cohorts = card(page, t('classification.cohorts'))
      await cohorts.scrollIntoViewIfNeeded()
      const cells = cohorts.locator('.triangle .drill:not([aria-label*=": 0,"])')
      // the size of a cohort, its first month, a later one
      const row = cohorts.locator('.triangle tbody tr').nth(3)
      const name = `${lang} cohort`
      for (const [i, at] of [0, 1, 3].entries()) {
        const cell = row.locator('.drill').nth(at)
        const n = await counted(cell)
        expect(n).toBeGreaterThan(0)
        await cell.click()
        await expect(panel(page)).toBeVisible()
        if (i === 2) {
          await accessible(page)
          await picture(page, info, 'cohort')
          await segment(page, t, n, name)
          await overview(page)
          await row.locator('.drill').nth(at).click()
        }
        await list(page, t, n)
        await overview(page)
      }
      expect(await cells.count()).toBeGreaterThan(10)
      // every cell says what its rule counts
      const all = (await (await page.request.get('/api/v1/cohorts?months=12')).json()) as { cohorts: { month: string; size: number; values: number[] }[] }
      const end = (month: string, after: number) => { const [y = 0, m = 1] = month.split('-').map(Number); return [new Date(Date.UTC(y, m - 1 + after, 1)), new Date(Date.UTC(y, m + after, 0))].map((d) => d.toISOString().slice(0, 10)) }
      for (const c of full ? all.cohorts.slice(2, 6) : [])
        for (const [k, n] of c.values.entries()) {
          const [a, b] = end(c.month, 0)
          const [from, to] = end(c.month, k)
          const rule = `min(orders.day) between ${a} and ${b}${k ? ` and count(orders, day >= ${from}, day <= ${to}) >= 1` : ''}`
          const got = (await (await page.request.get(`/api/v1/customers?limit=1&rule=${encodeURIComponent(rule)}`)).json()) as { total: number }
          expect(got.total, `${c.month} +${k}`).toBe(n)
        }
      await cohorts.getByRole('button', { name: t('common.show_table') }).click()
      await noSidewaysScroll(page)
      await accessible(page)
    })

    test('the best of the value curve', async ({}, info) => {
      await overview(page)
      const curve = card(page, t('classification.curve'))
      await clickInside(page, curve.locator('[role=img]:has(canvas)'), 0.4)
      await accessible(page)
      await picture(page, info, 'curve')
      const n = digits(await panel(page).getByTestId('picked').locator('dd').first().textContent())
      expect(n).toBeGreaterThan(0)
      await list(page, t, n)
      await page.goBack()
      await settled(page)
      // the best 10 %
      await curve.locator('.top-list .drill').nth(2).click()
      const best = digits(await panel(page).getByTestId('picked').locator('dd').first().textContent())
      await segment(page, t, best, `${lang} best`)
      await overview(page)
      await curve.getByRole('button', { name: t('common.show_table') }).click()
      const point = curve.locator('td .drill').nth(7)
      const m = await counted(point)
      await accessible(page)
      await point.click()
      await list(page, t, m)
    })

    test('a class, in its bar and in its table', async ({}, info) => {
      await overview(page)
      const bars = page.locator('.groups .bar:not(.none)')
      const bar = bars.nth(1)
      const n = digits(await bar.locator('.bar-count').textContent())
      await bar.click()
      await list(page, t, n)
      await page.goto('/classifications/lifecycle')
      await settled(page)
      const figure = card(page, t('classification.figures')).locator('.drill').nth(1)
      const m = await counted(figure)
      await accessible(page)
      await figure.click()
      await segment(page, t, m, `${lang} class`)
      await picture(page, info, 'class')
    })

    test('the keyboard opens them, too', async ({}, info) => {
      test.skip(info.project.name === 'phone', 'phones have none')
      await overview(page)
      for (const target of [page.locator('.triangle .drill').first(), page.locator('.top-list .drill').first(), page.locator('.heat-cell').first()]) {
        await target.focus()
        await page.keyboard.press('Enter')
        await expect(panel(page)).toBeVisible()
        await page.keyboard.press('Escape')
        await expect(panel(page)).toBeHidden()
      }
    })

    test('a customer: what happened, and what would change it', async ({}, info) => {
      const best = (await (await page.request.get('/api/v1/customers?limit=1&sort=-orders')).json()) as { items: { id: string }[] }
      const id = best.items[0]?.id ?? ''
      await page.goto(`/customers/${id}`)
      await settled(page)
      const told = (await (await page.request.get(`/api/v1/customers/${id}/timeline?limit=200`)).json()) as { items: { type: string; day: string; amount: number | null }[] }
      const lines = page.locator('.tl li')
      await expect(lines.first()).toBeVisible()
      await expect(page.locator('.tl .dot.course').first()).toBeVisible()
      const all = await page.locator('.tl time').allTextContents()
      expect(all, 'newest first').toEqual([...all].sort().reverse())
      const days = await page.locator('.tl > li').filter({ has: page.locator('.dot:not(.course)') }).locator('time').allTextContents()
      expect(days.length).toBeGreaterThan(5)
      expect(days, 'as the server says').toEqual(told.items.slice(0, days.length).map((x) => x.day))
      // among what happened, where they came and went
      const course = (await (await page.request.get(`/api/v1/customers/${id}/course`)).json()) as { items: { day: string }[] }
      const turns = await page.locator('.tl > li').filter({ has: page.locator('.dot.course') }).locator('time').allTextContents()
      const turned = [...new Set(course.items.map((x) => x.day))].filter((day) => !told.items[days.length] || day >= (days.at(-1) ?? ''))
      expect(turns).toEqual(turned)
      await page.getByRole('group', { name: t('customers.timeline_filter') }).getByRole('button', { name: t('customers.type_order'), exact: true }).click()
      await expect(page.locator('.tl .dot:not(.order)')).toHaveCount(0)
      await expect.poll(() => page.locator('.tl .dot.order').count()).toBeGreaterThan(3)
      await expect(page.locator('.tl .amount').first()).toHaveText(/\d/)
      await accessible(page)
      await picture(page, info, 'timeline')
      // going back closes why, and stays with the customer
      await page.locator('.class-line').first().click()
      await expect(page).toHaveURL(/why=/)
      await expect(page.getByTestId('change')).toBeVisible()
      await page.goBack()
      await expect(page.getByTestId('change')).toBeHidden()
      await expect(page).toHaveURL(new RegExp(`/customers/${id}(?!.*why=)`))
      // every class says what would change it, or why nothing would
      for (const subject of ['lifecycle', 'interaction_frequency', 'purchase_intent', 'by_city', 'age_group', 'returns', 'segment.warm_leads', 'segment.champions']) {
        await page.goto(`/customers/${id}?why=${subject}`)
        await settled(page)
        const change = page.getByTestId('change')
        await expect(change).toBeVisible()
        await expect(change).toContainText(lang === 'en' ? /[a-z]{3,} [a-z]+/ : /[\u4e00-\u9fff]{4,}/)
      }
      await accessible(page)
      await picture(page, info, 'why')
      await page.goto(`/customers/${id}?why=by_city`)
      await settled(page)
      await picture(page, info, 'why-city')
    })
  })
