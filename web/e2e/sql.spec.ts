import { type BrowserContextOptions } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { accessible, expect, listen, noSidewaysScroll, picture, prefer, settled, test } from './support/fixtures'
import { type Server, startDemo } from './support/server'
import { langs, words } from './support/words'

/** A question in SQL: asked, mended where it does not fit, taken along, kept and found again. */
for (const lang of langs)
  test.describe(`questions in SQL, ${lang}`, () => {
    let server: Server | undefined
    test.beforeAll(async () => {
      test.setTimeout(180_000)
      server = await startDemo(lang, 800)
    })
    test.afterAll(async () => { await server?.stop() })

    test('asked, mended, taken along and kept', async ({ browser, contextOptions }, info) => {
      test.setTimeout(180_000)
      const t = words(lang)
      const context = await browser.newContext({ ...info.project.use, ...contextOptions, baseURL: server?.url, locale: lang, extraHTTPHeaders: { 'X-Zhiyin-CSRF': '1' }, reducedMotion: 'reduce', acceptDownloads: true } as BrowserContextOptions)
      await context.request.post('/api/v1/session', { data: { email: server?.email, password: server?.password } })
      const page = await context.newPage()
      const said = listen(page)
      await prefer(page, lang)
      const question = page.getByRole('textbox', { name: t('sql.question') })
      const told = page.getByTestId('sql-said')
      const whole = async (name: string) => {
        await settled(page)
        await noSidewaysScroll(page)
        await accessible(page)
        await picture(page, info, name, true)
      }

      await test.step('the first question is there to be asked', async () => {
        await page.goto('/sql')
        await whole('begin')
        await question.press('Control+Enter')
        await expect(told).toContainText(t('sql.as_of', { day: '' }).trim())
        const total = (await page.locator('table.data-table tbody tr td:nth-child(2)').allTextContents()).reduce((n, x) => n + Number(x), 0)
        expect(total).toBe(800)
        await whole('answer')
      })

      await test.step('what does not fit is marked where it stands', async () => {
        await question.fill('SELECT customer,\n  nett\nFROM features')
        await page.getByRole('button', { name: t('sql.run'), exact: true }).click()
        await expect(page.locator('.sql-fault')).toContainText(t('sql.at', { line: 2, column: 3 }).trim())
        expect(await question.evaluate((e: HTMLTextAreaElement) => e.value.slice(e.selectionStart, e.selectionEnd))).toBe('nett')
        await whole('fault')
        await question.fill('DROP TABLE orders')
        await page.getByRole('button', { name: t('sql.run'), exact: true }).click()
        await expect(page.locator('.sql-fault')).toContainText('SELECT')
      })

      await test.step('tables and columns are put into it', async () => {
        await question.fill('SELECT ')
        const side = page.getByRole('complementary', { name: t('sql.tables') })
        await side.getByRole('searchbox').fill('external_id')
        await side.getByRole('button', { name: /external_id/ }).click()
        await expect(question).toHaveValue('SELECT external_id')
        await question.pressSequentially(' FROM customers ORDER BY 1 LIMIT 3')
        await page.getByRole('button', { name: t('sql.run'), exact: true }).click()
        await expect(told).toContainText(t('sql.rows', { count: 3, n: '3' }))
      })

      await test.step('the answer is taken along whole', async () => {
        const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV', exact: true }).click()])
        expect(readFileSync(await file.path(), 'utf8').trim().split('\r\n')).toHaveLength(4)
      })

      await test.step('a long one is stopped', async () => {
        await question.fill('SELECT sum(a.net + d.net) FROM features a, features b, features c, features d')
        await page.getByRole('button', { name: t('sql.run'), exact: true }).click()
        await page.getByRole('button', { name: t('sql.stop'), exact: true }).click()
        await expect(page.getByRole('status').filter({ hasText: t('sql.stopped') })).toBeVisible()
      })

      await test.step('it is kept and found again', async () => {
        await question.fill('SELECT 1 AS one')
        await page.getByRole('button', { name: t('sql.save_as'), exact: true }).click()
        await page.getByLabel(t('dashboards.name')).fill('XYZ')
        await accessible(page)
        await page.getByRole('dialog').getByRole('button', { name: t('common.save') }).click()
        await expect(page.getByText(t('sql.saved', { name: 'XYZ' }))).toBeVisible()
        await question.fill('SELECT 2')
        await page.getByTestId('sql-kept').click()
        await accessible(page)
        await page.locator('.sql-list').getByRole('button', { name: /XYZ/ }).first().click()
        await expect(question).toHaveValue('SELECT 1 AS one')
        await page.getByTestId('sql-history').click()
        await picture(page, info, 'history')
        await accessible(page)
        await page.locator('.sql-list').getByRole('button', { name: /SELECT external_id/ }).first().click()
        await expect(question).toHaveValue(/external_id/)
      })
      expect(said.filter((s) => !/422/.test(s))).toEqual([])
      await context.close()
    })
  })
