import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { expect, looker, picture, prefer, settled, test } from './support/fixtures'
import { cells } from './support/steps'
import { type Server, startDemo } from './support/server'
import { langs, words } from './support/words'

/** A long list goes along in the background: seen in the tray, stopped, run again, downloaded by itself; small ones at once; and what is done every day. */
for (const lang of langs)
  test.describe(`jobs, ${lang}`, () => {
    test.use({ locale: lang })
    let server: Server | undefined
    test.beforeAll(async () => {
      test.setTimeout(240_000)
      server = await startDemo(lang, 25_000)
    })
    test.afterAll(async () => { await server?.stop() })

    const tray = (page: Page) => page.getByTestId('tray')
    const lines = (page: Page) => page.locator('.tray li')

    test('exported in the background', async ({ page }, info) => {
      test.slow()
      const t = words(lang)
      const phone = info.project.name === 'phone'
      const at = (path: string) => `${server?.url}${path}`
      const look = looker(page, info)
      await prefer(page, lang)
      await page.goto(at('/signin'))
      await page.locator('#email').fill(server?.email ?? '')
      await page.locator('#password').fill(server?.password ?? '')
      await page.locator('button[type=submit]').click()
      await expect(page.getByRole('heading', { level: 1, name: t('today.title') })).toBeVisible()
      const order = async (name: string) => {
        await page.getByTestId('export').click()
        await page.getByRole('button', { name, exact: true }).click()
      }

      await test.step('a short list is there at once', async () => {
        await page.goto(at('/customers?rule=net+%3E+20000&sort=-net'))
        await settled(page)
        const heads = await page.locator('table.list thead th').allInnerTexts()
        await page.getByTestId('export').click()
        // the open menu covers parts of what is under it, which axe takes for small targets
        await picture(page, info, 'menu')
        const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: t('customers.export_shown', { format: 'CSV' }), exact: true }).click()])
        const rows = cells(readFileSync(await file.path(), 'utf8').replace(/^\ufeff/, ''))
        expect(rows[0]?.slice(0, 4)).toEqual(lang === 'en' ? ['Customer number', 'Name', 'Phone', 'E-mail'] : ['客户编号', '姓名', '手机', '邮箱'])
        // behind who they are exactly the columns on screen, in their order, and classes by their names
        if (!phone) expect(rows[0]?.slice(4)).toEqual(heads.slice(2).map((h) => h.replace(/[↑↓]/, '').trim()))
        if (!phone) expect(rows[1]?.slice(4).join()).toContain(await page.locator('table.list tbody tr').first().locator('.chip').last().innerText())
        expect(file.suggestedFilename()).toMatch(/^customers-\d{4}-\d\d-\d\d\.csv$/)
        await expect(page.getByText(t('jobs.export_ready', { name: file.suggestedFilename() }))).toBeVisible()
      })

      await test.step('a long one shows how far it is, survives a reload, and is stopped', async () => {
        await page.goto(at('/customers'))
        await settled(page)
        await order(t('customers.export_all', { format: 'XLSX' }))
        await expect(page.locator('.badge')).toHaveText('1')
        await page.reload()
        await expect(page.locator('.badge')).toHaveText('1')
        await tray(page).click()
        await expect(lines(page).first().getByRole('progressbar')).toBeVisible()
        // looked at more closely when it is stopped: it may be over before everything is measured
        await picture(page, info, 'running')
        const stop = () => lines(page).first().getByRole('button', { name: new RegExp(`^${t('jobs.cancel')}`) }).click()
        const over = () => expect(lines(page).first()).toHaveAttribute('data-state', /^(cancelled|done)$/, { timeout: 60_000 })
        await stop()
        await over()
        // a quick machine may have been done before it heard: once more, stopped as soon as it is there
        if ((await lines(page).first().getAttribute('data-state')) === 'done') {
          await page.goto(at('/customers'))
          await settled(page)
          await tray(page).click()
          await page.keyboard.press('Escape')
          await order(t('customers.export_all', { format: 'XLSX' }))
          await tray(page).click()
          await stop()
          await over()
        }
        await expect(lines(page).first()).toHaveAttribute('data-state', 'cancelled')
        await expect(page.locator('.badge')).toHaveCount(0)
        // the open tray covers parts of what is under it, which axe takes for small targets
        await page.locator('.list-tools').evaluateAll((all: HTMLElement[]) => all.forEach((tools) => { tools.style.visibility = 'hidden' }))
        await look('stopped')
      })

      await test.step('run again, it waits in the tray of a page that was reloaded', async () => {
        await lines(page).first().getByRole('button', { name: new RegExp(`^${t('jobs.retry')}`) }).click()
        await expect(lines(page).first()).toHaveAttribute('data-state', 'done', { timeout: 150_000 })
        const [file] = await Promise.all([page.waitForEvent('download'), lines(page).first().getByRole('link', { name: new RegExp(`^${t('jobs.download')}`) }).click()])
        expect(file.suggestedFilename()).toMatch(/^customers-.*\.xlsx$/)
        expect(readFileSync(await file.path()).subarray(0, 2).toString()).toBe('PK')
        await look('done')
      })

      await test.step('while somebody works elsewhere, it comes by itself', async () => {
        await page.keyboard.press('Escape')
        await order(t('customers.export_shown', { format: 'Parquet' }))
        const [file] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), phone ? page.locator('.bottom a').nth(1).click() : page.locator('.rail').getByRole('link', { name: t('shell.segments'), exact: true }).click()])
        expect(readFileSync(await file.path()).subarray(0, 4).toString()).toBe('PAR1')
      })

      await test.step('the history says what went on, and what is done every day', async () => {
        await tray(page).click()
        await page.getByRole('link', { name: t('jobs.all'), exact: true }).click()
        await expect(page.getByRole('heading', { level: 1, name: t('jobs.title'), exact: true })).toBeVisible()
        await settled(page)
        await expect(page.locator('.jobs [data-state=done]').filter({ hasText: 'PARQUET' })).toBeVisible()
        await expect(page.locator('[data-schedule]')).toHaveCount(7)
        for (const kind of ['roll', 'sweep', 'tidy']) await expect(page.locator(`[data-schedule=${kind}]`)).toContainText(t('jobs.state_done'))
        await look('history')
        await page.evaluate(() => { localStorage.setItem('zhiyin.theme', 'dark') })
        await page.goto(at('/jobs?kind=export'))
        await settled(page)
        await expect(page.locator('.jobs [data-job]')).toHaveCount(3)
        await tray(page).click()
        await look('history-dark')
      })
    })
  })
