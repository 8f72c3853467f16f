import { expect, test } from '@playwright/test'
import { prefer, settled } from './support/fixtures'
import { shop } from './support/files'
import { startDemo } from './support/server'
import { langs } from './support/words'

/** Writes docs/shots/<page>-<zh|en>.png; README.md and README.zh-CN.md show them. */
for (const lang of langs)
  test(`screenshots, ${lang}`, async ({ page }) => {
    const server = await startDemo(lang, 10_000)
    const shot = async (name: string) => {
      await settled(page)
      // a panel beside the page, too
      await expect(page.locator('.loading')).toHaveCount(0)
      await page.waitForTimeout(800)
      await page.screenshot({ path: new URL(`../../docs/shots/${name}-${lang === 'en' ? 'en' : 'zh'}.png`, import.meta.url).pathname })
    }
    await prefer(page, lang)
    await page.goto(`${server.url}/signin`)
    await page.locator('#email').fill(server.email ?? '')
    await page.locator('#password').fill(server.password ?? '')
    await page.locator('button[type=submit]').click()
    await page.waitForURL((url) => !url.pathname.includes('signin'))

    await page.goto(`${server.url}/classification`)
    await shot('overview')

    const best = (await (await page.request.get(`${server.url}/api/v1/customers?rule=class.lifecycle+%3D+%22at_risk%22&limit=1`)).json()) as { items: { id: string }[] }
    await page.goto(`${server.url}/customers/${best.items[0]?.id}?why=lifecycle`)
    await shot('customer')

    await page.goto(`${server.url}/segments/new?rule=${encodeURIComponent('net >= 5000 and (class.lifecycle = "at_risk" or recency_days > 60 or sum(orders.net, last 90 days) >= 800)')}`)
    await page.getByTestId('live-count').waitFor()
    await page.locator('.rule-count b').first().waitFor()
    await shot('segment')

    await page.goto(`${server.url}/imports`)
    await page.locator('input[type=file]').setInputFiles(shop(lang).files)
    await page.waitForURL('**/imports/imp_*')
    await shot('import')
    await server.stop()
  })
