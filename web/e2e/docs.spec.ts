import { request } from '@playwright/test'
import { accessible, expect, noSidewaysScroll, picture, prefer, settled, test } from './support/fixtures'
import { type Server, startEmpty } from './support/server'
import { choose, setUp } from './support/steps'
import { langs, words } from './support/words'

/** A program comes in: a token, the reference it is written from, an order it posts, and the order in the lists. */
for (const lang of langs)
  test.describe(`the door for programs, ${lang}`, () => {
    test.use({ locale: lang })
    let server: Server | undefined
    test.beforeAll(async () => { server = await startEmpty() })
    test.afterAll(async () => { await server?.stop() })

    test('token, reference, post, move', async ({ page }, info) => {
      // the reference of two hundred operations is long to look through
      test.slow()
      const t = words(lang)
      const at = (path: string) => `${server?.url}${path}`
      const look = async () => { await noSidewaysScroll(page); await accessible(page) }
      await prefer(page, lang)
      await setUp(page, server, t, lang === 'en' ? 'Harbour Coffee' : '小满茶铺', lang === 'en' ? 'Ada' : '林溪')

      await page.goto(at('/settings/tokens'))
      await settled(page)
      await page.getByRole('button', { name: t('tokens.new'), exact: true }).first().click()
      const drawer = page.getByRole('dialog')
      await drawer.getByLabel(t('tokens.name'), { exact: true }).fill('till')
      // who posts facts may import
      await choose(page, t('access.role'), t('access.role_manager'))
      await drawer.getByRole('button', { name: t('tokens.make'), exact: true }).click()
      const secret = await page.getByTestId('secret').inputValue()
      await drawer.getByRole('button', { name: t('common.done'), exact: true }).click()
      await look()

      await page.getByRole('link', { name: t('tokens.reference'), exact: true }).click()
      await expect(page).toHaveURL(at(`/docs/${lang}`))
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(lang === 'en' ? 'Zhiyin API reference' : '知音 API 参考')
      await look()
      await picture(page, info, 'reference')
      const orders = page.locator('#post_orders')
      await orders.scrollIntoViewIfNeeded()
      await expect(orders.getByText('/api/v1/orders', { exact: true })).toBeVisible()
      await expect(orders.getByText('imports:write', { exact: true })).toBeVisible()
      await picture(page, info, 'reference-orders')
      await page.getByRole('link', { name: lang === 'en' ? '中文' : 'English', exact: true }).click()
      await expect(page).toHaveURL(at(lang === 'en' ? '/docs/zh-CN' : '/docs/en'))

      const program = await request.newContext({ extraHTTPHeaders: { authorization: `Bearer ${secret}` } })
      const order = { number: 'D-1', at: '2026-03-01T10:00:00+08:00', paid: 128.5, customer: { id: 'C-1' }, lines: [{ product: 'P-7', quantity: 1, paid: 128.5 }] }
      for (const again of [false, true]) {
        const said = await program.post(at('/api/v1/orders'), { data: order, headers: { 'idempotency-key': 'one' } })
        expect(said.status()).toBe(202)
        expect(said.headers()['idempotency-replayed']).toBe(again ? 'true' : undefined)
        expect((await said.json()).accepted).toBe(1)
      }

      // a base as small as this one moves them in a second; on a large one they wait, and can be hurried
      const waits = { waiting: 1, oldest_at: new Date().toISOString(), lag_seconds: 40, complete_until: new Date().toISOString(), due_at: new Date(Date.now() + 200_000).toISOString(), failing: null, last: null }
      await page.route('**/api/v1/inbox', (route) => route.fulfill({ json: waits }))
      await page.goto(at('/imports'))
      await settled(page)
      await expect(page.getByRole('button', { name: t('imports.inbox_move'), exact: true })).toBeVisible()
      await look()
      await picture(page, info, 'inbox')
      await page.unroute('**/api/v1/inbox')
      await page.getByRole('button', { name: t('imports.inbox_move'), exact: true }).click()
      await expect(page.getByRole('button', { name: t('imports.inbox_move'), exact: true })).toHaveCount(0, { timeout: 20_000 })
      await expect(page.getByText('API orders').first()).toBeVisible()
      await look()
      const seen = await program.get(at('/api/v1/customers?q=C-1&columns=orders'))
      expect((await seen.json()).items[0].values.orders.value).toBe(1)
      await program.dispose()
    })
  })
