import { expect, looker, picture, prefer, settled, test } from './support/fixtures'
import { type Server, startDemo } from './support/server'
import { choose } from './support/steps'
import { langs, words } from './support/words'

const said = {
  'zh-CN': { name: '秦岭', city: '西安', product: '龙井 250 克', kind: '试饮会' },
  en: { name: 'Quentin Lark', city: 'Leeds', product: 'Longjing 250 g', kind: 'Tasting evening' },
}

/** A customer, an order and a visit entered by hand at the counter: checked as the server checks, entered once, and they count at once. */
for (const lang of langs)
  test.describe(`entered by hand, ${lang}`, () => {
    test.use({ locale: lang })
    let server: Server | undefined
    test.beforeAll(async () => { server = await startDemo(lang, 120) })
    test.afterAll(async () => { await server?.stop() })

    test('a customer, an order, a visit', async ({ page }, info) => {
      test.slow()
      const t = words(lang)
      const say = said[lang]
      const phone = info.project.name === 'phone'
      const at = (path: string) => `${server?.url}${path}`
      const look = looker(page, info, true)
      const form = page.getByRole('dialog')
      const field = (key: string) => form.locator(`[id="entry-${key}"]`)
      const save = () => form.getByRole('button', { name: t('common.save'), exact: true }).click()
      const begin = async (kind: string) => {
        await page.getByRole('button', { name: t(phone ? 'shell.menu' : 'entry.new'), exact: true }).click()
        await page.locator(phone ? '.rail' : '.menu').getByRole('button', { name: t(`entry.new_${kind}`), exact: true }).click()
        await expect(form.getByRole('button', { name: t('common.save'), exact: true })).toBeVisible()
      }
      await prefer(page, lang)
      expect((await page.request.post(at('/api/v1/session'), { headers: { 'X-Zhiyin-CSRF': '1' }, data: { email: server?.email, password: server?.password } })).ok()).toBe(true)
      await page.goto(at('/'))
      await settled(page)

      await test.step('a customer: refused field by field, then in, and their page opens', async () => {
        await begin('customer')
        await save()
        await expect(form.getByRole('alert')).toHaveCount(1)
        await field('name').fill(say.name)
        await field('phone').fill('12')
        await field('city').fill(say.city)
        await save()
        await expect(form.locator('.field', { has: page.locator('#entry-phone') }).locator('.field-error')).toBeVisible()
        await look('refused')
        await field('phone').fill('13877770001')
        await save()
        await expect(page.getByRole('heading', { level: 1, name: say.name })).toBeVisible({ timeout: 40_000 })
        await settled(page)
        await expect(page.getByText('138 7777 0001')).toBeVisible()
        await look('profile')
      })

      const id = page.url().split('/').at(-1) ?? ''
      const of = async (key: string) => ((await (await page.request.get(at(`/api/v1/customers/${id}`))).json()) as { features: { key: string; value: { value?: unknown } }[] }).features.find((x) => x.key === key)?.value.value
      await test.step('an order of theirs, saved with two clicks, is one', async () => {
        await page.getByRole('button', { name: `+ ${t('entry.new_order')}`, exact: true }).click()
        await expect(form.getByText(say.name)).toBeVisible()
        await save()
        await expect(form.locator('.field-error')).toHaveCount(1)
        await form.getByRole('button', { name: `+ ${t('entry.add_line')}`, exact: true }).click()
        await form.getByLabel(t('entry.line_name', { n: 1 }), { exact: true }).fill(say.product)
        await form.getByLabel(t('entry.line_paid', { n: 1 }), { exact: true }).fill('380.5')
        await look('order')
        await form.getByRole('button', { name: t('common.save'), exact: true }).dblclick()
        await expect(form).toBeHidden()
        await expect.poll(() => of('net'), { timeout: 30_000 }).toBe(38_050)
        expect(await of('orders')).toBe(1)
      })

      await test.step('found by an address, too; what is somebody else’s stays theirs', async () => {
        const other = ((await (await page.request.get(at('/api/v1/customers?limit=20'))).json()) as { items: { id: string; name: string; phone: string }[] }).items.find((c) => c.phone && c.id !== id)
        const value = page.locator('#identify-value')
        await page.getByRole('button', { name: `+ ${t('entry.add_identifier')}`, exact: true }).click()
        await value.fill(other?.phone ?? '')
        await value.press('Enter')
        await expect(page.locator('.who').getByRole('alert')).toContainText(t('entry.belongs', { name: other?.name ?? '' }))
        await look('belongs')
        await choose(page, t('entry.which'), t('entry.email'))
        await value.fill('lark@example.com')
        await value.press('Enter')
        await expect(page.locator('.who').getByRole('link', { name: 'lark@example.com' })).toBeVisible({ timeout: 30_000 })
      })

      await test.step('a slip is corrected, what was not theirs is removed, and that can be taken back', async () => {
        const known = (text: string) => page.locator('.who').getByRole('link', { name: text, exact: true })
        await page.getByRole('button', { name: t('entry.correct', { value: 'lark@example.com' }), exact: true }).click()
        await page.locator('#identify-value').fill('q.lark@example.com')
        await look('correct')
        await page.locator('#identify-value').press('Enter')
        await expect(known('q.lark@example.com')).toBeVisible()
        await expect(known('lark@example.com')).toHaveCount(0)
        await page.getByRole('button', { name: t('entry.remove_one', { value: 'q.lark@example.com' }), exact: true }).click()
        await picture(page, info, 'remove')
        await page.locator('.ant-popconfirm, .ant-popover').getByRole('button', { name: t('entry.remove'), exact: true }).click()
        await expect(known('q.lark@example.com')).toHaveCount(0)
        await page.keyboard.press('ControlOrMeta+z')
        await expect(known('q.lark@example.com')).toBeVisible()
      })

      await test.step('visits one after the other, and of a kind of one’s own', async () => {
        await begin('interaction')
        // begun on somebody's page it is theirs
        await expect(form.getByText(say.name)).toBeVisible()
        await field('kind').fill(say.kind)
        await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').getByText(say.kind, { exact: true }).last().click()
        await form.getByRole('button', { name: t('entry.save_next'), exact: true }).click()
        await expect(page.getByText(t('entry.saved_next'))).toBeVisible()
        await look('interaction')
        await page.keyboard.press('Escape')
        await expect(form).toBeHidden()
        await expect(page.locator('main').getByText(new RegExp(say.kind)).first()).toBeVisible({ timeout: 30_000 })
      })
    })
  })
