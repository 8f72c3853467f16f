import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server as Listener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { accessible, expect, noSidewaysScroll, picture, prefer, settled, test } from './support/fixtures'
import { shop } from './support/files'
import { type Server, startEmpty } from './support/server'
import { check, choose, commit, drop, setUp } from './support/steps'
import { langs, words } from './support/words'
import { people } from './support/files'

interface Heard { headers: IncomingHttpHeaders; body: string }

/** As the receiver verifies it. */
function verified(secret: string, { headers, body }: Heard): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = createHmac('sha256', key).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`).digest('base64')
  return String(headers['webhook-signature']).split(' ').includes(`v1,${expected}`)
}

/** A program of somebody else is told who enters a segment. */
for (const lang of langs)
  test.describe(`webhooks, ${lang}`, () => {
    test.use({ locale: lang })
    let server: Server | undefined
    let sink: Listener | undefined
    let status = 204
    const heard: Heard[] = []
    test.beforeAll(async () => {
      sink = createServer((request, response) => {
        let body = ''
        request.on('data', (piece: Buffer) => { body += piece.toString() })
        request.on('end', () => { heard.push({ headers: request.headers, body }); response.writeHead(status).end('nobody sees this') })
      })
      await new Promise<void>((resolve) => sink?.listen(0, '127.0.0.1', resolve))
      server = await startEmpty('--egress-allow', `127.0.0.1:${(sink.address() as AddressInfo).port}`)
    })
    test.afterAll(async () => {
      await server?.stop()
      sink?.close()
    })

    test('made, tested, told, turned and taken away', async ({ page }, info) => {
      test.slow()
      const t = words(lang)
      const url = `http://127.0.0.1:${(sink?.address() as AddressInfo).port}/in`
      const drawer = page.getByRole('dialog')
      const button = (name: string) => page.getByRole('button', { name, exact: true })
      const sure = (name: string) => page.locator('.ant-popconfirm, .ant-popover').getByRole('button', { name, exact: true }).click()
      const step = async (name: string) => {
        await noSidewaysScroll(page)
        await accessible(page)
        await picture(page, info, name, true)
      }
      await prefer(page, lang)
      await setUp(page, server, t, 'Shop', 'Owner')
      const { files, orders } = shop(lang)
      await drop(page, t, files)
      await check(page, t)
      await commit(page, t, orders + people)
      const csrf = { 'X-Zhiyin-CSRF': '1' }
      const segment = await page.request.post(`${server?.url}/api/v1/segments`, { headers: csrf, data: { key: 'regulars', label: { zh: '常客', en: 'Regulars' }, rule_text: 'orders >= 9' } })
      expect(segment.ok(), await segment.text()).toBe(true)

      await page.goto(`${server?.url}/settings/webhooks`)
      await settled(page)
      await expect(page.getByText(t('webhooks.none'), { exact: true })).toBeVisible()
      await step('none')
      await button(t('webhooks.new')).first().click()
      // what leads inside is refused, in words, at its field
      await drawer.getByLabel(t('webhooks.url'), { exact: true }).fill('http://169.254.169.254/latest/meta-data/')
      await drawer.getByRole('button', { name: t('webhooks.make'), exact: true }).click()
      await expect(drawer.getByRole('alert')).toContainText('[egress]')
      await accessible(page)
      await drawer.getByLabel(t('webhooks.url'), { exact: true }).fill(url)
      await drawer.getByLabel(t('webhooks.description'), { exact: true }).fill('ERP')
      await choose(page, t('webhooks.segments'), lang === 'en' ? 'Regulars' : '常客')
      await page.keyboard.press('Escape')
      await step('new')
      await drawer.getByRole('button', { name: t('webhooks.make'), exact: true }).click()
      const secret = await page.getByTestId('secret').inputValue()
      expect(secret).toMatch(/^whsec_/)
      await step('made')
      await drawer.getByRole('button', { name: t('common.done'), exact: true }).click()

      await page.getByRole('link', { name: 'ERP', exact: true }).click()
      await expect(page.getByRole('heading', { level: 1, name: 'ERP' })).toBeVisible()
      await button(t('webhooks.test')).click()
      await expect(page.locator('[data-delivery=sent]')).toHaveCount(1)
      expect(heard).toHaveLength(1)
      expect(verified(secret, heard[0] as Heard)).toBe(true)
      // an endpoint that does not take it: said so, and nothing of what it says
      status = 500
      await button(t('webhooks.test')).click()
      await expect(page.locator('[data-delivery=dead]')).toHaveCount(1)
      await expect(page.getByText('HTTP 500').first()).toBeVisible()
      await expect(page.getByText('nobody sees this')).toHaveCount(0)
      status = 204

      // somebody becomes a regular
      await expect.poll(async () => ((await (await page.request.get(`${server?.url}/api/v1/jobs?kind=announce&state=done`)).json()) as { items: unknown[] }).items.length).toBeGreaterThan(0)
      const more = Array.from({ length: 9 }, (_, i) => ({ number: `N${i}`, at: '2026-10-31', paid: 12_00, customer: { id: 'M1001' } }))
      for (const row of more) expect((await page.request.post(`${server?.url}/api/v1/orders`, { headers: csrf, data: row })).status()).toBe(202)
      await page.request.post(`${server?.url}/api/v1/inbox/move`, { headers: csrf })
      await expect.poll(() => heard.length, { timeout: 60_000 }).toBe(3)
      const news = heard[2] as Heard
      expect(verified(secret, news)).toBe(true)
      const told = JSON.parse(news.body) as { type: string; data: { customers: { id: string }[] } }
      expect(told.type).toBe('segment.entered')
      expect(told.data.customers).toHaveLength(1)
      expect(news.body).not.toMatch(/M1001|138\d{8}/)
      await page.reload()
      await settled(page)
      await expect(page.locator('[data-delivery=sent]')).toHaveCount(2)
      await step('one')
      await page.locator('[data-delivery=sent]').first().getByRole('button').click()
      await expect(drawer.getByText(told.data.customers[0]?.id ?? '')).toBeVisible()
      await step('delivery')
      await drawer.getByRole('button', { name: t('webhooks.resend'), exact: true }).click()
      await expect.poll(() => heard.length, { timeout: 30_000 }).toBe(4)
      expect(heard[3]?.headers['webhook-id']).toBe(news.headers['webhook-id'])
      await page.keyboard.press('Escape')
      await expect(drawer).toHaveCount(0)

      await button(t('webhooks.turn')).click()
      await sure(t('webhooks.turn'))
      const next = await page.getByTestId('secret').inputValue()
      expect(next).not.toBe(secret)
      await accessible(page)
      await drawer.getByRole('button', { name: t('common.done'), exact: true }).click()
      await expect(drawer).toHaveCount(0)
      await button(t('webhooks.test')).click()
      await expect.poll(() => heard.length).toBe(5)
      expect(verified(secret, heard[4] as Heard) && verified(next, heard[4] as Heard), 'both secrets are good for a day').toBe(true)

      await button(t('webhooks.edit')).click()
      await drawer.getByRole('switch').click()
      await drawer.getByRole('button', { name: t('common.save'), exact: true }).click()
      await expect(page.locator('.hook-off').filter({ hasText: t('webhooks.state_off') })).toBeVisible()
      await page.goto(`${server?.url}/settings/webhooks`)
      await settled(page)
      await step('list')
      await page.getByRole('link', { name: 'ERP', exact: true }).click()
      await button(t('common.delete')).click()
      await sure(t('common.delete'))
      await expect(page.getByText(t('webhooks.none'), { exact: true })).toBeVisible()
    })
  })
