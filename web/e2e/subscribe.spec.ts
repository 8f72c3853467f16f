import { accessible, expect, noSidewaysScroll, picture, prefer, settled, test } from './support/fixtures'
import { type Server, startDemo } from './support/server'
import { langs, words } from './support/words'

/** A dashboard by mail: without a mail server it says so; with one it is subscribed, changed and stopped, also by the link of a mail. */
for (const lang of langs)
  test.describe(`dashboards by mail, ${lang}`, () => {
    test.use({ locale: lang, extraHTTPHeaders: { 'X-Zhiyin-CSRF': '1' } })
    let server: Server | undefined
    test.beforeAll(async () => { server = await startDemo(lang, 300) })
    test.afterAll(async () => { await server?.stop() })

    test('subscribed, changed and stopped', async ({ page }, info) => {
      test.slow()
      const t = words(lang)
      const at = (path: string) => `${server?.url}${path}`
      await prefer(page, lang)
      expect((await page.request.post(at('/api/v1/session'), { data: { email: server?.email, password: server?.password } })).ok()).toBe(true)
      const [template] = ((await (await page.request.get(at('/api/v1/dashboards/templates'))).json()) as { items: { name: unknown; tiles: unknown }[] }).items
      const made = (await (await page.request.post(at('/api/v1/dashboards'), { data: { name: template?.name, tiles: template?.tiles } })).json()) as { id: string }
      const panel = page.getByTestId('subscribe')
      const button = (key: string) => page.getByRole('button', { name: t(key), exact: true })

      await page.goto(at(`/dashboards/${made.id}`))
      await settled(page)
      await button('dashboards.subscribe').click()
      await expect(panel).toContainText(t('dashboards.no_mail'))
      await page.keyboard.press('Escape')

      const relay = { host: 'mail.example.com', port: 587, security: 'starttls', username: 'crm', password: 'geheim-4711', from_address: 'crm@example.com' }
      expect((await page.request.put(at('/api/v1/mail'), { data: relay })).ok()).toBe(true)
      await page.reload()
      await settled(page)
      await button('dashboards.subscribe').click()
      await expect(panel).toContainText(server?.email ?? '')
      await accessible(page)
      await noSidewaysScroll(page)
      await picture(page, info, 'panel')
      await panel.getByRole('button', { name: t('dashboards.subscribe'), exact: true }).click()
      await expect(page.getByText(t('dashboards.subscribed'), { exact: true })).toBeVisible()

      await page.reload()
      await settled(page)
      await button('dashboards.subscribe').click()
      await expect(panel.getByRole('button', { name: t('common.save'), exact: true })).toBeVisible()
      await expect(panel).toContainText(/08:00/)
      await panel.getByRole('button', { name: t('dashboards.unsubscribe'), exact: true }).click()
      await expect(page.getByText(t('dashboards.unsubscribed'), { exact: true })).toBeVisible()

      // the link of a mail that is over
      await page.goto(at(`/unsubscribe?token=${'0'.repeat(48)}`))
      await settled(page)
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(t('session.unsubscribe'))
      await accessible(page)
      await noSidewaysScroll(page)
      await picture(page, info, 'unsubscribe')
      await page.getByRole('button', { name: t('session.unsubscribe_do'), exact: true }).click()
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(t('session.unsubscribe_gone'))
    })
  })
