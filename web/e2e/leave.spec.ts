import { readFileSync } from 'node:fs'
import { accessible, expect, noSidewaysScroll, picture, prefer, settled, test } from './support/fixtures'
import { people, shop } from './support/files'
import { type Server, startEmpty } from './support/server'
import { check, choose, commit, drop, setUp } from './support/steps'
import { langs, words } from './support/words'

const names = { 'zh-CN': { first: '小满茶铺', second: '山雀咖啡', owner: '林溪', founder: '周岚' }, en: { first: 'Harbour Coffee', second: 'Brand B', owner: 'Ada', founder: 'Grace' } }

/** Leaving: an owner takes everything away from Settings and brings it into an empty business, where every number is the same. */
for (const lang of langs)
  test.describe(`leaving, ${lang}`, () => {
    test.use({ locale: lang })
    let server: Server | undefined
    test.beforeAll(async () => { server = await startEmpty() })
    test.afterAll(async () => { await server?.stop() })

    test('everything is taken away and comes into an empty business the same', async ({ page }, info) => {
      test.slow()
      const t = words(lang)
      const who = names[lang]
      const at = (path: string) => `${server?.url}${path}`
      const step = async (name: string) => {
        await settled(page)
        await noSidewaysScroll(page)
        await accessible(page)
        await picture(page, info, name, true)
      }
      const numbers = async (base: string) => {
        const overview = (await (await page.request.get(at(`${base}/api/v1/overview`))).json()) as { customers: number; orders: number; net: number; classifications: unknown }
        return { customers: overview.customers, orders: overview.orders, net: overview.net, classifications: overview.classifications }
      }

      await prefer(page, lang)
      await setUp(page, server, t, who.first, who.owner)
      const { files, orders, memberName } = shop(lang)
      await drop(page, t, files)
      await check(page, t)
      await commit(page, t, orders + people)
      const before = await numbers('')
      let archive = Buffer.alloc(0)
      await test.step('the owner takes everything away', async () => {
        await page.goto(at('/settings'))
        const card = page.getByRole('heading', { name: t('everything.title') }).locator('..').locator('..')
        await card.scrollIntoViewIfNeeded()
        await step('settings')
        await choose(page, t('everything.format'), t('everything.format_parquet'))
        const download = page.waitForEvent('download')
        await page.getByRole('button', { name: t('everything.take'), exact: true }).click()
        const file = await download
        expect(file.suggestedFilename()).toMatch(/^zhiyin-\d{4}-\d\d-\d\d-parquet\.zip$/)
        archive = readFileSync(await file.path())
        await page.goto(at('/jobs'))
        await expect(page.getByRole('row').filter({ hasText: t('everything.name', { format: 'PARQUET' }) })).toBeVisible()
        await step('jobs')
      })

      await test.step('it is refused where something is', async () => {
        await page.goto(at('/imports'))
        await step('drop')
        await page.locator('input[type=file]').setInputFiles({ name: 'all.zip', mimeType: 'application/zip', buffer: archive })
        await expect(page.getByRole('alert')).toBeVisible()
        await step('refused')
      })

      await test.step('an empty business takes it in, and every number is the same', async () => {
        await page.goto(at('/settings/businesses'))
        const drawer = page.getByRole('dialog')
        await page.getByRole('button', { name: t('businesses.add'), exact: true }).click()
        await drawer.getByLabel(t('businesses.slug'), { exact: true }).fill('brand-b')
        await drawer.getByRole('button', { name: t('businesses.make'), exact: true }).click()
        await expect(page.getByTestId('secret')).toBeVisible()
        await page.goto(await page.getByTestId('secret').inputValue())
        await page.getByLabel(t('session.workspace_name')).fill(who.second)
        await page.getByLabel(t('session.name'), { exact: true }).fill(who.founder)
        await page.getByLabel(t('session.email')).fill('founder@example.com')
        await page.getByLabel(t('session.password'), { exact: true }).fill('a long enough password')
        await page.getByRole('button', { name: t('session.create') }).click()
        await expect(page.getByRole('heading', { name: t('imports.title'), level: 1, exact: true })).toBeVisible()
        await page.locator('input[type=file]').setInputFiles({ name: 'all.zip', mimeType: 'application/zip', buffer: archive })
        await expect(page.getByTestId('compared')).toContainText(String(people))
        await step('arrived')
        expect(await numbers('/w/brand-b')).toEqual(before)
        await page.getByRole('link', { name: t('everything.in_look') }).click()
        await expect(page.getByText(memberName, { exact: true }).first()).toBeVisible()
        await step('customers')
      })
    })
  })
