import { accessible, expect, looker, noSidewaysScroll, picture, prefer, settled, test } from './support/fixtures'
import { type Server, startDemo } from './support/server'
import { langs, words } from './support/words'

/** Can the numbers be trusted? A finding leads to exactly its customers; somebody who does not want to be profiled is neutral at once, and is profiled again when they say so. */
for (const lang of langs)
  test.describe(`data quality and refusal, ${lang}`, () => {
    test.use({ locale: lang, extraHTTPHeaders: { 'X-Zhiyin-CSRF': '1' } })
    let server: Server | undefined
    test.beforeAll(async () => { server = await startDemo(lang, 600) })
    test.afterAll(async () => { await server?.stop() })

    test('what is wrong, whom it touches, and the list of them', async ({ page }, info) => {
      test.slow()
      const t = words(lang)
      const at = (path: string) => `${server?.url}${path}`
      const look = looker(page, info, true)
      const api = async <T>(path: string) => (await (await page.request.get(at(`/api/v1${path}`))).json()) as T
      await prefer(page, lang)
      expect((await page.request.post(at('/api/v1/session'), { data: { email: server?.email, password: server?.password } })).ok()).toBe(true)

      await page.goto(at('/data-quality'))
      await settled(page)
      const truth = await api<{ score: number; findings: { code: string; count: number; customers: number | null; link: string | null }[] }>('/data-quality')
      await expect(page.getByTestId('score')).toHaveText(String(truth.score))
      await page.getByRole('button', { name: t('quality.how') }).click()
      await look('quality')

      const lacking = truth.findings.find((f) => f.code === 'no_phone')
      if (!lacking?.customers) throw new Error('everybody has a phone')
      await page.locator('[data-finding="no_phone"] a').click()
      await expect(page).toHaveURL(/finding=no_phone/)
      await expect(page.getByText(t('customers.total', { count: lacking.customers, n: lacking.customers }))).toBeVisible()
      await expect(page.getByRole('button', { name: t('customers.remove_filter', { filter: '' }).trim().slice(0, 4) }).first()).toBeVisible()
      await look('those-without-phone')
    })

    test('picked on a phone, all at once @phone', async ({ page }, info) => {
      const t = words(lang)
      const at = (path: string) => `${server?.url}${path}`
      const neutral = async () => ((await (await page.request.get(at('/api/v1/overview'))).json()) as { not_profiled: number }).not_profiled
      await prefer(page, lang)
      expect((await page.request.post(at('/api/v1/session'), { data: { email: server?.email, password: server?.password } })).ok()).toBe(true)
      const before = await neutral()
      await page.goto(at('/customers?sort=net'))
      await settled(page)
      await page.getByRole('button', { name: t('work.pick'), exact: true }).click()
      const boxes = page.locator('.pickable input')
      await boxes.nth(0).check()
      await boxes.nth(1).check()
      await expect(page.getByTestId('bulk')).toContainText('2')
      await noSidewaysScroll(page)
      await accessible(page)
      await page.getByRole('button', { name: t('work.profiling'), exact: true }).click()
      await picture(page, info, 'picked')
      await page.getByRole('dialog').getByRole('button', { name: t('work.refuse'), exact: true }).click()
      const dialog = page.getByRole('dialog')
      await expect(dialog).toContainText(t('work.selected', { n: 2 }))
      await dialog.getByRole('button', { name: t('work.refuse_do'), exact: true }).click()
      await expect.poll(neutral).toBe(before + 2)
      await page.getByRole('button', { name: t('common.undo'), exact: true }).click()
      await expect.poll(neutral).toBe(before)
    })

    test('somebody who does not want to be profiled', async ({ page }, info) => {
      test.slow()
      const t = words(lang)
      const at = (path: string) => `${server?.url}${path}`
      const api = async <T>(path: string) => (await (await page.request.get(at(`/api/v1${path}`))).json()) as T
      await prefer(page, lang)
      expect((await page.request.post(at('/api/v1/session'), { data: { email: server?.email, password: server?.password } })).ok()).toBe(true)
      const place = info.project.name === 'phone' ? 1 : 0
      const one = (await api<{ items: { id: string }[] }>('/customers?limit=2&rule=orders%20%3E%3D%202')).items[place]
      if (!one) throw new Error('nobody bought twice')
      const before = (await api<{ not_profiled: number }>('/overview')).not_profiled
      await page.goto(at(`/customers/${one.id}`))
      await settled(page)
      const open = page.getByTestId('refusal')
      await open.getByRole('button', { name: t('work.refuse'), exact: true }).click()
      const dialog = page.getByRole('dialog')
      await expect(dialog.getByText(t('work.refuse_text'))).toBeVisible()
      await accessible(page)
      await picture(page, info, 'asked')
      await dialog.getByRole('button', { name: t('work.refuse_do'), exact: true }).click()
      await expect(open.getByText(t('work.refuses'), { exact: true })).toBeVisible()
      await expect(open).toContainText(t('work.said_in_person').toLowerCase().slice(0, 2))
      expect((await api<{ not_profiled: number }>('/overview')).not_profiled).toBe(before + 1)
      await settled(page)
      await noSidewaysScroll(page)
      await accessible(page)
      await picture(page, info, 'refused', true)
      await page.locator('.class-line').first().click()
      await expect(page.getByTestId('why')).toContainText(lang === 'en' ? 'standard prices' : '标准价格')
      await page.keyboard.press('Escape')

      // they say otherwise
      await open.getByRole('button', { name: t('work.refusal_back'), exact: true }).click()
      await page.getByRole('dialog').getByRole('button', { name: t('work.refusal_back_do'), exact: true }).click()
      await expect(open.getByText(t('work.refuses'), { exact: true })).toHaveCount(0)
      expect((await api<{ not_profiled: number }>('/overview')).not_profiled).toBe(before)
    })
  })
