import { type BrowserContextOptions } from '@playwright/test'
import { accessible, expect, listen, noSidewaysScroll, prefer, settled, test } from './support/fixtures'
import { type Server, startDemo } from './support/server'
import { langs, words } from './support/words'

/** A dashboard from a template: numbers that open their customers, filters that stay in the address, a tile of one's own. */
for (const lang of langs)
  test.describe(`dashboards, ${lang}`, () => {
    let server: Server | undefined
    test.beforeAll(async () => {
      test.setTimeout(180_000)
      server = await startDemo(lang, 800)
    })
    test.afterAll(async () => { await server?.stop() })

    test('from a template to a dashboard of the team', async ({ browser, contextOptions }, info) => {
      test.setTimeout(600_000)
      const t = words(lang)
      const phone = info.project.name === 'phone'
      const context = await browser.newContext({ ...info.project.use, ...contextOptions, baseURL: server?.url, locale: lang, extraHTTPHeaders: { 'X-Zhiyin-CSRF': '1' }, reducedMotion: 'reduce' } as BrowserContextOptions)
      await context.request.post('/api/v1/session', { data: { email: server?.email, password: server?.password } })
      const page = await context.newPage()
      const said = listen(page)
      await prefer(page, lang)
      const number = (text: string | null) => Number((text ?? '').replace(/[^0-9]/g, ''))
      const tile = (id: string) => page.getByTestId(`tile-${id}`)
      const whole = async (name: string) => {
        await settled(page)
        await noSidewaysScroll(page)
        await accessible(page)
        await page.screenshot({ path: info.outputPath(`${name}.png`), fullPage: true })
      }

      await test.step('templates fill at once', async () => {
        await page.goto('/dashboards')
        await expect(page.getByText(t('dashboards.none'), { exact: true })).toBeVisible()
        await whole('empty')
        await page.getByTestId('template-owner').getByRole('button').click()
        await expect(tile('customers').locator('.dash-big')).toHaveText('800')
        await expect(page.locator('.dash-tile')).toHaveCount(8)
        await expect(page.getByText(t('dashboards.pending', { count: 2 }).replace(/\d+/, '')).first()).toBeHidden({ timeout: 60_000 })
        await expect(tile('customers').locator('.better, .worse, .soft b, b').first()).toBeVisible({ timeout: 60_000 })
        await whole('owner')
      })

      await test.step('a number opens exactly its customers, and back keeps the filter', async () => {
        const risk = number(await tile('risk').locator('.dash-big').textContent())
        expect(risk).toBeGreaterThan(0)
        await tile('value').locator('button.dash-bar-name').first().click()
        await expect(page).toHaveURL(/class\.rfm_8=/)
        await expect(page.getByTestId('board-as-of')).toContainText('800')
        const row = tile('value').locator('li').first()
        await expect(tile('customers').locator('.dash-big')).not.toHaveText('800')
        const n = number(await tile('customers').locator('.dash-big').textContent())
        expect(n).toBeLessThan(800)
        await settled(page)
        await row.locator('a.drill').click()
        await expect(page).toHaveURL(/\/customers\?.*class\.rfm_8=/)
        await expect(page.locator('.page-note')).toContainText(n.toLocaleString('en'))
        await page.goBack()
        await expect(page).toHaveURL(/class\.rfm_8=/)
        await expect(tile('customers').locator('.dash-big')).toHaveText(n.toLocaleString('en'))
        await whole('narrowed')
        await page.getByRole('button', { name: t('dashboards.clear') }).click()
        await expect(tile('customers').locator('.dash-big')).toHaveText('800')
        await page.goBack()
        await expect(page).toHaveURL(/class\.rfm_8=/)
        await page.goForward()
        await expect(tile('customers').locator('.dash-big')).toHaveText('800')
      })

      await test.step('a picture reads as a table', async () => {
        const moves = tile('moves')
        await moves.getByRole('button', { name: new RegExp(t('common.show_table')) }).click()
        await expect(moves.locator('tbody tr').first()).toBeVisible()
        const cell = moves.locator('tbody tr:not(.sum) a.drill').first()
        const n = number((await cell.evaluate((e) => e.firstChild?.textContent)) ?? '')
        await whole('moves')
        await cell.click()
        await expect(page.locator('.page-note')).toContainText(n.toLocaleString('en'))
        await page.goBack()
        await settled(page)
      })

      await test.step('the whole screen, and Esc leaves it', async () => {
        await page.getByRole('button', { name: t('dashboards.full'), exact: true }).click()
        await expect(page.getByTestId('wall')).toBeVisible()
        await settled(page)
        await accessible(page)
        await page.screenshot({ path: info.outputPath('wall.png') })
        await page.keyboard.press('Escape')
        await expect(page.getByTestId('wall')).toHaveCount(0)
      })

      await test.step('a tile is added with its numbers in sight, moved, taken back', async () => {
        await page.getByRole('button', { name: t('dashboards.edit'), exact: true }).click()
        await settled(page)
        await page.getByTestId('add-tile').click()
        await page.getByRole('button', { name: t('dashboards.kind_bar'), exact: true }).click()
        const preview = page.getByRole('region', { name: t('dashboards.preview') })
        await expect(preview.locator('.dash-bars li').first()).toBeVisible()
        await page.getByLabel(t('dashboards.tile_title')).fill('ABC')
        await settled(page)
        await accessible(page)
        await page.screenshot({ path: info.outputPath('tile-form.png') })
        await page.getByRole('button', { name: t('dashboards.put'), exact: true }).click()
        const made = page.getByRole('region', { name: 'ABC', exact: true })
        await expect(made.locator('.dash-bars li').first()).toBeVisible()
        const order = () => page.locator('.dash-tile').evaluateAll((all) => all.map((e) => e.getAttribute('data-testid')))
        const before = await order()
        await made.getByRole('button', { name: new RegExp(t('dashboards.earlier')) }).focus()
        await page.keyboard.press('Enter')
        await expect.poll(order).not.toEqual(before)
        await page.getByRole('button', { name: t('common.undo'), exact: true }).click()
        await expect.poll(order).toEqual(before)
        await made.getByRole('button', { name: new RegExp(t('dashboards.wider')) }).click()
        await whole('editor')
        // what is unsaved is not lost by accident
        if (!phone) {
          await page.getByRole('link', { name: t('dashboards.title') }).first().click()
          await expect(page.getByRole('dialog')).toBeVisible()
          await page.getByRole('dialog').getByRole('button').first().click()
        }
        await page.locator('.ant-segmented-item', { hasText: t('dashboards.everyone') }).click()
        await page.getByRole('button', { name: t('common.save'), exact: true }).click()
        await expect(page.getByText(t('dashboards.saved'))).toBeVisible()
        await expect(page.locator('.dash-tile')).toHaveCount(9)
      })

      await test.step('cohorts and scores', async () => {
        for (const key of ['retention', 'rfm']) {
          await page.goto('/dashboards')
          await page.getByTestId(`template-${key}`).getByRole('button').click()
          await expect(page.locator('.grid-table').first()).toBeVisible()
          await expect(page.locator('.dash-tile .loading')).toHaveCount(0, { timeout: 60_000 })
          await whole(key)
        }
      })

      await test.step('a dashboard is deleted and comes back', async () => {
        await page.goto('/dashboards')
        await expect(page.getByTestId('dashboard')).toHaveCount(3)
        await whole('list')
        await page.getByTestId('dashboard').first().getByRole('button', { name: t('common.delete') }).click()
        await expect(page.getByTestId('dashboard')).toHaveCount(2)
        await page.locator('.toast-undo').click()
        await expect(page.getByTestId('dashboard')).toHaveCount(3)
        await page.getByTestId('dashboard').first().getByRole('button', { name: t('dashboards.copy') }).click()
        await expect(page.locator('.dash-tile')).toHaveCount(9)
      })
      expect(said).toEqual([])
      await context.close()
    })
  })
