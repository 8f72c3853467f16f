import { type BrowserContextOptions } from '@playwright/test'
import { accessible, expect, listen, noSidewaysScroll, prefer, settled, test } from './support/fixtures'
import { type Server, startDemo } from './support/server'
import { langs, words } from './support/words'

/** A definition is changed with its consequences seen first, looked at over time, and put back. */
for (const lang of langs)
  test.describe(`definitions over time, ${lang}`, () => {
    let server: Server | undefined
    test.beforeAll(async () => {
      test.setTimeout(180_000)
      server = await startDemo(lang, 800)
    })
    test.afterAll(async () => { await server?.stop() })

    test('who would come and go, sizes over time, and the way back', async ({ browser, contextOptions }, info) => {
      test.setTimeout(180_000)
      const t = words(lang)
      const context = await browser.newContext({ ...info.project.use, ...contextOptions, baseURL: server?.url, locale: lang, extraHTTPHeaders: { 'X-Zhiyin-CSRF': '1' }, reducedMotion: 'reduce' } as BrowserContextOptions)
      await context.request.post('/api/v1/session', { data: { email: server?.email, password: server?.password } })
      const made = await context.request.post('/api/v1/segments', { data: { key: 'loyal', label: { zh: '熟客', en: 'Loyal' }, description: { zh: '', en: '' }, rule_text: 'orders_12m >= 4' } })
      expect(made.ok(), await made.text()).toBe(true)
      const page = await context.newPage()
      const said = listen(page)
      await prefer(page, lang)
      const card = (title: string) => page.getByRole('region', { name: title, exact: true })
      const number = (text: string | null) => Number((text ?? '').replace(/[^0-9]/g, ''))

      await test.step('a changed rule says who would come and go', async () => {
        await page.goto('/segments/loyal')
        await settled(page)
        await expect(page.getByTestId('moves')).toContainText(t('versions.moves_none'))
        const before = number(await page.getByTestId('live-count').textContent())
        if (info.project.name === 'phone') await page.getByText(t('rule.as_text'), { exact: true }).first().click()
        await page.getByRole('textbox', { name: t('rule.as_text') }).fill('orders_12m >= 6')
        const leaving = page.getByTestId('moves').locator('div', { hasText: t('versions.moves_out') }).locator('b')
        await expect(leaving).toBeVisible()
        const left = number(await leaving.textContent())
        await expect.poll(async () => number(await page.getByTestId('live-count').textContent())).toBe(before - left)
        await accessible(page)
        await page.screenshot({ path: info.outputPath('moves.png'), fullPage: true })
        await page.getByRole('button', { name: t('common.save'), exact: true }).click()
        await expect(page.getByText('loyal · v2')).toBeVisible()
      })

      await test.step('sizes over time open their customers', async () => {
        const trend = card(t('versions.trend'))
        await expect(trend.getByRole('img')).toBeVisible()
        await expect(trend.locator('.trend-pending')).toHaveCount(0, { timeout: 30_000 })
        await trend.getByRole('button', { name: t('common.show_table') }).click()
        await expect(trend.locator('tbody tr')).toHaveCount(13)
        await noSidewaysScroll(page)
        await accessible(page)
        const entered = trend.locator('tbody tr td:nth-child(4) a').last()
        const n = number(await entered.textContent())
        expect(n).toBeGreaterThan(0)
        await entered.click()
        await expect(page.locator('.page-note')).toContainText(n.toLocaleString('en'))
        await settled(page)
        await accessible(page)
        await page.goBack()
      })

      await test.step('an earlier version is read and put back', async () => {
        await settled(page)
        const first = page.getByTestId('version-1')
        await first.getByRole('button').first().click()
        await expect(first).toContainText('orders_12m >= 4')
        await page.screenshot({ path: info.outputPath('versions.png'), fullPage: true })
        await accessible(page)
        await first.getByRole('button', { name: t('versions.restore'), exact: true }).click()
        await page.locator('.ant-popconfirm, .ant-popover').getByRole('button', { name: t('versions.restore'), exact: true }).click()
        await expect(page.getByText('loyal · v3')).toBeVisible()
        await expect(page.getByTestId('moves')).toContainText(t('versions.moves_none'))
      })

      await test.step('a classification says what a change would do', async () => {
        await page.goto('/classifications/lifecycle')
        await settled(page)
        await expect(card(t('versions.trend')).getByRole('img')).toBeVisible()
        await noSidewaysScroll(page)
        await accessible(page)
        await page.screenshot({ path: info.outputPath('classification.png'), fullPage: true })
        await page.getByRole('button', { name: t('classification.edit'), exact: true }).click()
        await page.getByRole('button', { name: t('classification.move_down') }).first().click()
        await expect(page.getByTestId('class-preview')).toBeVisible()
        await expect(page.getByTestId('class-preview').locator('.bar').first()).toBeVisible()
        await noSidewaysScroll(page)
        await accessible(page)
        await page.screenshot({ path: info.outputPath('class-preview.png'), fullPage: true })
      })
      expect(said).toEqual([])
      await context.close()
    })
  })
