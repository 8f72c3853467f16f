import { accessible, expect, noSidewaysScroll, prefer, settled, test } from './support/fixtures'
import { people, shop } from './support/files'
import { type Server, startEmpty } from './support/server'
import { check, commit, drop, setUp } from './support/steps'
import { langs, words } from './support/words'

const password = 'a long enough password'
const names = { 'zh-CN': { first: '小满茶铺', second: '山雀咖啡', owner: '林溪', founder: '周岚' }, en: { first: 'Harbour Coffee', second: 'Brand B', owner: 'Ada', founder: 'Grace' } }

/** Two businesses on one server: added, founded by the link, worked in, switched between, left one by one. */
for (const lang of langs)
  test.describe(`businesses, ${lang}`, () => {
    test.use({ locale: lang, permissions: ['clipboard-read', 'clipboard-write'] })
    let server: Server | undefined
    test.beforeAll(async () => { server = await startEmpty() })
    test.afterAll(async () => { await server?.stop() })

    test('added, founded, switched between and left one by one', async ({ page }, info) => {
      test.slow()
      const t = words(lang)
      const who = names[lang]
      const at = (path: string) => `${server?.url}${path}`
      const step = async (name: string) => {
        await settled(page)
        await noSidewaysScroll(page)
        await accessible(page)
        await page.screenshot({ path: info.outputPath(`${name}.png`) })
      }
      const drawer = page.getByRole('dialog')
      const menu = page.getByTestId('business')

      await prefer(page, lang)
      await setUp(page, server, t, who.first, who.owner)
      await test.step('the owner adds a business', async () => {
        await page.goto(at('/settings'))
        await page.getByRole('link', { name: t('businesses.to_list'), exact: true }).click()
        await expect(page.getByText(t('businesses.none'), { exact: true })).toBeVisible()
        await expect(menu, 'with one business there is nothing to switch').toHaveCount(0)
        await step('none')
        await page.getByRole('button', { name: t('businesses.add'), exact: true }).click()
        await drawer.getByLabel(t('businesses.slug'), { exact: true }).fill('api')
        await drawer.getByRole('button', { name: t('businesses.make'), exact: true }).click()
        await expect(drawer.getByRole('alert')).toContainText('api')
        await drawer.getByLabel(t('businesses.slug'), { exact: true }).fill('brand-b')
        await accessible(page)
        await drawer.getByRole('button', { name: t('businesses.make'), exact: true }).click()
        await expect(page.getByTestId('secret')).toBeVisible()
        await accessible(page)
        await page.screenshot({ path: info.outputPath('link.png') })
      })
      const link = await page.getByTestId('secret').inputValue()
      expect(link.startsWith(at('/w/brand-b/setup')) && link.includes('#token=')).toBe(true)
      await drawer.getByRole('button', { name: t('common.copy'), exact: true }).click()
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link)
      await drawer.getByRole('button', { name: t('common.done'), exact: true }).click()
      await expect(page.getByRole('row').filter({ hasText: '/w/brand-b' })).toContainText(t('businesses.state_waiting'))
      await step('waiting')

      await test.step('its founder sets it up by the link and brings a file', async () => {
        await page.goto(link)
        await expect(page.getByRole('heading', { name: t('session.setup') })).toBeVisible()
        await step('setup')
        await page.getByLabel(t('session.workspace_name')).fill(who.second)
        await page.getByLabel(t('session.name'), { exact: true }).fill(who.founder)
        await page.getByLabel(t('session.email')).fill('founder@example.com')
        await page.getByLabel(t('session.password'), { exact: true }).fill(password)
        await page.getByRole('button', { name: t('session.create') }).click()
        await expect(page.getByRole('heading', { name: t('imports.title'), level: 1, exact: true })).toBeVisible()
        expect(new URL(page.url()).pathname).toBe('/w/brand-b/imports')
        // until then it may reckon otherwise
        const card = page.locator('#business')
        const paysIn = async () => (await (await page.request.get(at('/w/brand-b/api/v1/session'))).json()).workspace.currency.code as string
        const was = await paysIn()
        await page.goto(at('/w/brand-b/settings'))
        for (const code of ['EUR', was]) {
          await card.getByRole('combobox', { name: t('session.currency'), exact: true }).fill(code)
          await page.locator('.ant-select-dropdown:visible .ant-select-item-option').filter({ hasText: code }).click()
          await card.getByRole('button', { name: t('common.save'), exact: true }).click()
          await expect(card.getByRole('button', { name: t('common.save'), exact: true })).toBeDisabled()
          expect(await paysIn()).toBe(code)
        }
        await accessible(page)
        await step('reckons')
        await page.goto(at('/w/brand-b/imports'))
        const { files, orders } = shop(lang)
        await drop(page, t, files)
        await check(page, t)
        await commit(page, t, orders + people)
        await page.goto(at('/w/brand-b/customers'))
        await expect(page.getByText(shop(lang).memberName, { exact: true }).first()).toBeVisible()
        await step('theirs')
        await page.goto(at('/w/brand-b/settings'))
        await expect(card.getByText(t('settings.fixed_note'), { exact: true })).toBeVisible()
        await expect(card.getByRole('combobox', { name: t('session.currency'), exact: true })).toHaveCount(0)
      })

      await test.step('the top bar switches to the first, where nothing of it is', async () => {
        await expect(menu).toContainText(who.second)
        await menu.click()
        await accessible(page)
        await page.screenshot({ path: info.outputPath('menu.png') })
        await page.getByRole('link', { name: who.first }).click()
        await expect(page).toHaveURL(at('/'))
        await expect(menu).toContainText(who.first)
        await page.goto(at('/customers'))
        await settled(page)
        await expect(page.getByText(shop(lang).memberName, { exact: true })).toHaveCount(0)
        await page.goto(at('/settings/businesses'))
        await expect(page.getByRole('row').filter({ hasText: '/w/brand-b' })).toContainText(String(people))
        await step('list')
        await page.keyboard.press('Control+K')
        await page.getByRole('combobox').fill(who.second)
        await expect(page.getByRole('option', { name: who.second })).toBeVisible()
        await page.keyboard.press('Enter')
        await expect(page).toHaveURL(at('/w/brand-b/'))
        await expect(menu).toContainText(who.second)
      })

      await test.step('signing out of it stays in the first', async () => {
        await page.getByRole('button', { name: t('shell.me', { name: who.founder }) }).click()
        await page.getByRole('button', { name: t('shell.sign_out'), exact: true }).click()
        await expect(page.getByRole('heading', { name: t('session.sign_in') })).toBeVisible()
        expect(new URL(page.url()).pathname).toBe('/w/brand-b/signin')
        await page.goto(at('/'))
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
        await expect(page.getByText(who.first, { exact: true }).first()).toBeVisible()
        await expect(menu, 'it is told of no business it has no session for').toHaveCount(0)
        // and back by its address
        await page.keyboard.press('Control+K')
        await page.getByRole('combobox').fill(t('shell.other_business').slice(0, 6))
        await page.getByRole('option', { name: t('shell.other_business') }).click()
        await drawer.getByLabel(t('shell.business_address'), { exact: true }).fill('https://elsewhere.example.com/w/brand-b')
        await drawer.getByRole('button', { name: t('shell.business_go'), exact: true }).click()
        await expect(drawer.getByRole('alert')).toHaveText(t('shell.business_address_wrong'))
        await accessible(page)
        await drawer.getByLabel(t('shell.business_address'), { exact: true }).fill('brand-b')
        await drawer.getByRole('button', { name: t('shell.business_go'), exact: true }).click()
        await expect(page).toHaveURL(/\/w\/brand-b\/signin/)
        await page.getByLabel(t('session.email')).fill('founder@example.com')
        await page.getByLabel(t('session.password'), { exact: true }).fill(password)
        await page.getByRole('button', { name: t('session.sign_in'), exact: true }).click()
        await expect(page).toHaveURL(at('/w/brand-b/'))
        await expect(menu).toContainText(who.second)
      })

      await test.step('archived, it is no page of anybody', async () => {
        await page.goto(at('/settings/businesses'))
        await page.getByRole('button', { name: t('businesses.archive_of', { name: who.second }) }).click()
        await page.locator('.ant-popconfirm, .ant-popover').getByRole('button', { name: t('businesses.archive'), exact: true }).click()
        await expect(page.getByText(t('businesses.archived', { name: who.second }))).toBeVisible()
        await step('archived')
        await page.goto(at('/w/brand-b/customers'))
        await expect(page.getByText(t('errors.page_missing'), { exact: true })).toBeVisible()
        await page.goto(at('/settings/businesses'))
        await page.getByRole('button', { name: t('businesses.reopen_of', { name: 'brand-b' }) }).click()
        await expect(page.getByText(t('businesses.reopened', { name: 'brand-b' }))).toBeVisible()
        await page.goto(at('/w/brand-b/customers'))
        await expect(page.getByText(shop(lang).memberName, { exact: true }).first()).toBeVisible()
      })
    })
  })
