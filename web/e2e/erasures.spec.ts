import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from '@playwright/test'
import { expect, listen, looker, picture, prefer, settled, test } from './support/fixtures'
import { command, folderOf, type Server, startDemo, startIn } from './support/server'
import { langs, words } from './support/words'

/** Files of a folder in which a text stands. */
const holding = (folder: string, text: string) => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((x) => x.isFile() && readFileSync(join(x.parentPath, x.name)).includes(text)).map((x) => x.name)

/** Somebody asks to be forgotten: what would go and stay, a reason, the name typed, the receipt; a backup knows nothing of them on another machine; then they are a customer again. */
for (const lang of langs)
  test.describe(`erasing a person, ${lang}`, () => {
    test.use({ locale: lang, extraHTTPHeaders: { 'X-Zhiyin-CSRF': '1' } })
    let server: Server | undefined
    test.beforeAll(async () => { server = await startDemo(lang, 300) })
    test.afterAll(async () => { await server?.stop() })

    test('asked for, confirmed, and told by a receipt', async ({ page, browser, contextOptions }, info) => {
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

      const one = (await api<{ items: { id: string; name: string }[] }>(`/customers?limit=1&rule=${encodeURIComponent('kind = "person" and orders >= 2')}`)).items[0]
      if (!one) throw new Error('nobody bought twice')
      const phone = (await api<{ identifiers: { kind: string; value: string }[] }>(`/customers/${one.id}`)).identifiers.find((x) => x.kind === 'phone')?.value.slice(-11) ?? ''
      expect(phone).toMatch(/^1\d{10}$/)
      expect((await page.request.post(at('/api/v1/segments'), { data: { key: 'regulars', label: { zh: '常客', en: 'Regulars' }, description: { zh: '', en: '' }, rule_text: 'orders >= 2' } })).ok()).toBe(true)
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

      await test.step('a backup is the same business on another machine, without them', async () => {
        expect(holding(server?.data ?? '', phone).filter((name) => name.includes('.db'))).toEqual([])
        const { folder, remove } = folderOf()
        const [backup, data] = [join(folder, 'backup.zip'), join(folder, 'data')]
        command('backup', '--data', server?.data ?? '', '--to', backup)
        command('restore', '--data', data, backup)
        const there = await startIn(data)
        // a browser of its own, too
        const context = await browser.newContext({ ...info.project.use, ...contextOptions, locale: lang, baseURL: there.url } as BrowserContextOptions)
        const other = await context.newPage()
        const said = listen(other)
        await prefer(other, lang)
        await other.goto('/signin')
        await other.getByLabel(t('session.email')).fill(server?.email ?? '')
        await other.getByLabel(t('session.password'), { exact: true }).fill(server?.password ?? '')
        await other.locator('button[type=submit]').click()
        await expect(other.getByRole('heading', { level: 1, name: t('today.title') })).toBeVisible()
        // the same customers, classes and segments, as people see them
        for (const path of ['/customers?sort=-net', '/classifications/lifecycle', '/segments']) {
          await page.goto(at(path))
          await settled(page)
          await expect(page.getByText(/…$/), 'days of before are being computed').toHaveCount(0, { timeout: 60_000 })
          await other.goto(path)
          // all but when each computed it, and how quickly
          const words = async (of: Page) => {
            await of.evaluate(() => document.querySelectorAll<HTMLElement>('[data-testid=run-line]').forEach((line) => { line.hidden = true }))
            return of.getByRole('main').innerText()
          }
          await expect.poll(() => words(other), { message: path, timeout: 60_000 }).toBe(await words(page))
        }
        await picture(other, info, 'elsewhere')
        await other.goto(`/customers?q=${phone}`)
        await settled(other)
        await expect(other.locator('.page-note')).toContainText('0')
        await context.close()
        await there.stop()
        expect(holding(data, phone)).toEqual([])
        expect(said).toEqual([])
        remove()
      })
      await page.goto(receipt)
      await page.getByRole('button', { name: t('erasures.lift'), exact: true }).click()
      await page.getByRole('dialog').getByRole('button', { name: t('erasures.lift'), exact: true }).click()
      await expect(page.getByText(t('erasures.lifted_at'))).toBeVisible()
      await page.goto(at('/erasures'))
      await settled(page)
      await expect(page.getByText(t('erasures.state_lifted'))).toBeVisible()
      await look('list')
    })
  })
