import { accessible, expect, picture, prefer, settled, test } from './support/fixtures'
import { type Server, startDemo } from './support/server'
import { langs, words } from './support/words'

/** Three customers whose figures are reckoned by hand: [days ago, paid] of each order. */
const named: Record<string, [number, number][]> = { 'J2-A': [[2, 1000], [20, 500.5], [45, 250]], 'J2-B': [[200, 60]], 'J2-C': [[1, 300], [8, 300], [15, 300], [22, 300], [29, 300], [36, 300]] }
const ago = (days: number) => new Date(Date.now() + 8 * 3_600_000 - days * 86_400_000).toISOString().slice(0, 10)
const digits = (text: string | null) => Number((text ?? '').replace(/[^0-9]/g, ''))

/** The base is understood: three ways of scoring, cells that add up, figures that agree with those by hand, a cell that follows an order. */
for (const lang of langs)
  test.describe(`the base, ${lang}`, () => {
    test.use({ locale: lang, extraHTTPHeaders: { 'X-Zhiyin-CSRF': '1' } })
    let server: Server | undefined
    test.beforeAll(async () => { server = await startDemo(lang, 800) })
    test.afterAll(async () => { await server?.stop() })

    test('scorings, cells, three customers by hand, and a new order', async ({ page }, info) => {
      test.slow()
      const t = words(lang)
      const at = (path: string) => `${server?.url}${path}`
      await prefer(page, lang)
      expect((await page.request.post(at('/api/v1/session'), { data: { email: server?.email, password: server?.password } })).ok()).toBe(true)
      const bought = async (customer: string, orders: [number, number][]) => {
        for (const [days, paid] of orders) {
          const posted = await page.request.post(at('/api/v1/orders'), { data: { number: `${customer}-${days}`, at: `${ago(days)}T00:00:01`, paid, customer: { id: customer } } })
          expect(posted.status(), await posted.text()).toBe(202)
        }
      }
      for (const [customer, orders] of Object.entries(named)) await bought(customer, orders)
      const figures = async (customer: string) => {
        const found = (await (await page.request.get(at(`/api/v1/customers?q=${customer}&columns=recency_days,orders,net,rfm_r,rfm_f`))).json()) as { items: { values: Record<string, { value?: number } | number> }[] }
        return found.items[0]?.values
      }

      await test.step('recency, frequency and money are those by hand', async () => {
        for (const [customer, orders] of Object.entries(named)) {
          await expect.poll(async () => (await figures(customer)) !== undefined, { timeout: 10_000 }).toBe(true)
          await page.goto(at(`/customers?q=${customer}&columns=recency_days,orders,net`))
          await settled(page)
          const row = page.locator('[data-row-key], a.person').first()
          const net = orders.reduce((sum, [, paid]) => sum + paid, 0)
          await expect(row).toContainText(net.toLocaleString('en', { maximumFractionDigits: 2 }))
          await expect(row).toContainText(String(Math.min(...orders.map(([days]) => days))))
          await expect(row).toContainText(String(orders.length))
        }
      })

      await test.step('in each scoring the cells add up to the buyers', async () => {
        await page.goto(at('/classification'))
        await settled(page)
        const card = page.getByRole('region', { name: t('classification.rfm'), exact: true })
        for (const scoring of ['quantile', 'bins', 'kmeans'] as const) {
          const data = (await (await page.request.get(at(`/api/v1/rfm?scoring=${scoring}`))).json()) as { buyers: number; cells: { r: number; customers: number }[]; grounds: { of: string; have: number; need: number }[] }
          expect(data.cells.filter((c) => c.r > 0).reduce((sum, c) => sum + c.customers, 0)).toBe(data.buyers)
          await page.goto(at(`/classification?scoring=${scoring}`))
          await settled(page)
          await expect(card).toContainText(t(`classification.scoring_${scoring}_note`))
          expect(data.grounds[0]).toEqual({ of: 'buyers', have: data.buyers, need: 500 })
          await expect(card.getByTestId('grounds').locator('li.worse'), 'what is missing is said').toHaveCount(data.grounds.filter((g) => g.have < g.need).length)
          await card.getByRole('button', { name: t('common.show_table') }).click()
          const cells = await card.locator('tbody tr td:nth-child(2)').allTextContents()
          expect(cells.map(digits).reduce((a, b) => a + b, 0), scoring).toBe(data.buyers)
        }
        await accessible(page)
        await picture(page, info, 'cells')
      })

      await test.step('clusters say how far they can be trusted, and cells what they leave after the cost of goods', async () => {
        await page.goto(at('/classification?scoring=kmeans'))
        await settled(page)
        const card = page.getByRole('region', { name: t('classification.rfm'), exact: true })
        await card.getByText(t('classification.edges_and_fit'), { exact: true }).click()
        const fit = (await (await page.request.get(at('/api/v1/rfm/fit'))).json()) as { axes: { axis: string; n: number; silhouette: number; same: { mean: number } }[] }
        const shown = card.getByRole('group', { name: t('classification.fit'), exact: true })
        for (const a of fit.axes) {
          const row = shown.getByRole('row', { name: new RegExp(`^${t(`classification.axis_${a.axis}`)}`) })
          await expect(row).toContainText(String(Number(a.silhouette.toFixed(2))))
          await expect(row).toContainText(`${Math.round(a.same.mean * 100)}%`)
          await expect(row).toContainText(a.n.toLocaleString('en'))
        }
        await accessible(page)
        await shown.scrollIntoViewIfNeeded()
        await picture(page, info, 'fit')
        await card.getByText(t('classification.view_margin'), { exact: true }).click()
        await expect(page).toHaveURL(/view=margin/)
        await settled(page)
        await picture(page, info, 'margin')
      })

      await test.step('an order moves its customer to another cell', async () => {
        const before = await figures('J2-B')
        expect(JSON.stringify(before)).toContain('200')
        await bought('J2-B', [[0, 90]])
        // a page that is open says that it waits, and is right by itself once it is in
        await page.goto(at('/customers?q=J2-B&columns=recency_days,orders,net'))
        await expect(page.locator('[data-row-key], a.person').first()).toContainText('150', { timeout: 10_000 })
        await expect(page.getByTestId('waiting')).toHaveCount(0)
        await expect.poll(async () => JSON.stringify((await figures('J2-B'))?.recency_days), { timeout: 10_000 }).toMatch(/\b0\b/)
        expect((await figures('J2-B'))?.rfm_r).not.toEqual(before?.rfm_r)
      })
    })
  })
