import { expect, looker, prefer, settled, test } from './support/fixtures'
import { type Server, startDemo } from './support/server'
import { langs, words } from './support/words'

/** Somebody asks to be forgotten: what would go and stay, a reason, the name typed, the receipt; then they are a customer again. */
for (const lang of langs)
  test.describe(`erasing a person, ${lang}`, () => {
    test.use({ locale: lang, extraHTTPHeaders: { 'X-Zhiyin-CSRF': '1' } })
    let server: Server | undefined
    test.beforeAll(async () => { server = await startDemo(lang, 300) })
    test.afterAll(async () => { await server?.stop() })

    test('asked for, confirmed, and told by a receipt', async ({ page }, info) => {
      test.slow()
      const t = words(lang)
      const at = (path: string) => `${server?.url}${path}`
      const look = looker(page, info, true)
      const api = async <T>(path: string) => (await (await page.request.get(at(`/api/v1${path}`))).json()) as T
      await prefer(page, lang)
      expect((await page.request.post(at('/api/v1/session'), { data: { email: server?.email, password: server?.password } })).ok()).toBe(true)

      await page.goto(at('/erasures'))
      await settled(page)
      await look('nobody-yet')

      const one = (await api<{ items: { id: string; name: string }[] }>('/customers?limit=1&rule=orders%20%3E%3D%202')).items[0]
      if (!one) throw new Error('nobody bought twice')
      const buyers = (await api<{ buyers: number }>('/overview')).buyers
      await page.goto(at(`/customers/${one.id}`))
      await settled(page)
      await page.getByRole('button', { name: t('erasures.erase'), exact: true }).click()
      const dialog = page.getByRole('dialog')
      await expect(dialog.getByRole('heading', { name: t('erasures.will_stay'), exact: true })).toBeVisible()
      const go = dialog.getByRole('button', { name: t('erasures.do_it'), exact: true })
      await expect(go).toBeDisabled()
      await dialog.getByLabel(t('erasures.reason'), { exact: true }).fill(one.name)
      await dialog.getByLabel(t('erasures.type_name', { name: one.name }), { exact: true }).fill(one.name)
      await look('asked')
      // a reason that names them is refused, in words
      await go.click()
      await expect(dialog.getByRole('alert')).toBeVisible()
      await dialog.getByLabel(t('erasures.reason'), { exact: true }).fill(lang === 'en' ? 'Asked for it in the shop' : '本人到店要求')
      await go.click()
      await expect(page.getByRole('heading', { level: 1, name: t('erasures.receipt') })).toBeVisible()
      await expect(page.getByText(t('erasures.now_done'))).toBeVisible({ timeout: 60_000 })
      await settled(page)
      await expect(page.getByRole('main')).not.toContainText(one.name)
      await look('receipt')

      // gone from the lists, and the figures are as they were
      expect((await page.request.get(at(`/api/v1/customers/${one.id}`))).status()).toBe(404)
      expect((await api<{ buyers: number }>('/overview')).buyers).toBe(buyers)
      const receipt = page.url()
      const json = await api<{ kept: { key: string }[] }>(`/erasures/${receipt.split('/').pop()}`)
      expect(json.kept.map((l) => l.key)).toContain('orders')

      await page.getByRole('button', { name: t('erasures.lift'), exact: true }).click()
      await page.getByRole('dialog').getByRole('button', { name: t('erasures.lift'), exact: true }).click()
      await expect(page.getByText(t('erasures.lifted_at'))).toBeVisible()
      await page.goto(at('/erasures'))
      await settled(page)
      await expect(page.getByText(t('erasures.state_lifted'))).toBeVisible()
      await look('list')
    })
  })
