import { expect, looker, prefer, settled, test } from './support/fixtures'
import { type Server, startDemo } from './support/server'
import { langs, words } from './support/words'

const said = {
  'zh-CN': { field: '会员等级', pick: '金卡', other: '银卡', text: '备注' },
  en: { field: 'Card', pick: 'Gold', other: 'Silver', text: 'Remark' },
} as const

/** One own field of everybody a list shows: looked at before, done as one change, and taken back. */
for (const lang of langs)
  test.describe(`a field of many, ${lang}`, () => {
    test.use({ locale: lang, extraHTTPHeaders: { 'X-Zhiyin-CSRF': '1' } })
    let server: Server | undefined
    test.beforeAll(async () => { server = await startDemo(lang, 300) })
    test.afterAll(async () => { await server?.stop() })

    test('set for all matching, told before, undone', async ({ page }, info) => {
      test.slow()
      const t = words(lang)
      const say = said[lang]
      const phone = info.project.name === 'phone'
      const at = (path: string) => `${server?.url}${path}`
      const look = looker(page, info)
      const total = async (rule: string) => ((await (await page.request.get(at(`/api/v1/customers?limit=1&rule=${encodeURIComponent(rule)}`))).json()) as { total: number }).total
      await prefer(page, lang)
      expect((await page.request.post(at('/api/v1/session'), { data: { email: server?.email, password: server?.password } })).ok()).toBe(true)
      const make = async (key: string, label: string, kind: string, options: string[]) => {
        const named = { zh: label, en: label }
        const data = { key, label: named, description: named, group: 'custom', value: 'text', definition: { kind: 'attribute', key }, entry: { kind, options: options.map((o) => ({ key: o, label: { zh: o, en: o } })), personal: false } }
        const r = await page.request.post(at('/api/v1/features'), { data })
        expect(r.ok(), await r.text()).toBe(true)
      }
      await make('custom.card', say.field, 'choice', [say.pick, say.other])
      await make('custom.remark', say.text, 'text', [])
      const rule = `custom.card = "${say.pick}"`
      const people = await total('orders >= 0')

      if (!phone) await test.step('what a file said is put right where it stands, and back; what is computed says from what', async () => {
        await page.goto(at('/customers?columns=city,net'))
        await settled(page)
        const row = page.locator('.list tbody tr').first()
        const city = row.locator('td').nth(1)
        const before = (await city.innerText()).trim()
        await expect(row.locator('td').nth(2)).toHaveAttribute('title', new RegExp(t('rule.fact_orders')))
        await row.hover()
        await city.getByRole('button').click()
        await city.getByRole('textbox').fill('Reykjavik')
        await look('put-right')
        await page.keyboard.press('Enter')
        await expect(city).toHaveText('Reykjavik')
        await page.locator('h1').click()
        await page.keyboard.press('Control+z')
        await expect(city).toHaveText(before)
      })

      const columns = encodeURIComponent('custom.card,net')
      await page.goto(at(`/customers?columns=${columns}`))
      await settled(page)
      const bulk = page.getByTestId('bulk')
      const panel = page.getByTestId('set-field')
      const dialog = page.getByRole('dialog').filter({ has: panel })
      const everybody = async () => {
        const pick = page.getByRole('button', { name: t('work.pick'), exact: true })
        if (phone && await pick.count()) await pick.click()
        await (phone ? page.locator('.person input').first() : page.getByLabel(t('work.select_page'), { exact: true })).check()
        await bulk.getByRole('button', { name: t('work.select_all', { count: people, n: String(people) }), exact: true }).click()
      }
      const choose = async (label: string, option: string) => {
        await dialog.getByLabel(label, { exact: true }).click()
        await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').getByText(option, { exact: true }).click()
      }
      const act = (n: number) => dialog.getByRole('button', { name: t('fields.set_do', { count: n, n: String(n) }), exact: true })

      await test.step('which field, which value, and what that comes to', async () => {
        await everybody()
        await bulk.getByRole('button', { name: t('fields.set_many'), exact: true }).click()
        await expect(dialog).toContainText(t('fields.set_title', { n: String(people) }))
        await choose(t('fields.set_which'), say.field)
        // nobody has anything: clearing it changes nothing
        await expect(panel).toContainText(t('fields.set_same', { n: String(people) }))
        await expect(dialog.getByRole('button', { name: t('fields.set_none'), exact: true })).toBeDisabled()
        await choose(t('fields.set_value'), say.pick)
        await expect(panel).toContainText(t('fields.set_changed', { n: String(people) }))
        await look('told-before')
        expect(await total(rule)).toBe(0)
      })

      await test.step('done as one change, and seen', async () => {
        await act(people).click()
        await expect(page.getByText(t('work.done_field_set', { count: people, n: String(people), name: say.field }))).toBeVisible()
        await expect(dialog).toHaveCount(0)
        await expect(bulk).toHaveCount(0)
        await expect.poll(() => total(rule), { timeout: 30_000 }).toBe(people)
        await expect(page.locator(phone ? '.person' : '.list tbody tr').first()).toContainText(say.pick)
        await look('set')
      })

      if (!phone) await test.step('its options are counted beside the list, those without it among them', async () => {
        const facets = page.getByTestId('facets')
        await facets.getByLabel(t('work.add_facet'), { exact: true }).click()
        await page.keyboard.type(say.field)
        await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').getByText(say.field, { exact: true }).click()
        const choice = (name: string) => facets.locator('.facet').filter({ hasText: say.field }).locator('.filter-class').filter({ hasText: name })
        await expect(choice(say.pick).locator('.num')).toHaveText(String(people))
        await choice(say.pick).click()
        await expect(choice(say.pick)).toHaveAttribute('aria-pressed', 'true')
        expect(new URL(page.url()).searchParams.get('f.custom.card')).toBe(say.pick)
        await expect(page.locator('.chip.on').filter({ hasText: `${say.field}: ${say.pick}` })).toBeVisible()
        await look('facet')
        await choice(say.pick).click()
      })

      await test.step('the rest by the same way: a text of some, who has it already is told', async () => {
        await everybody()
        await bulk.getByRole('button', { name: t('fields.set_many'), exact: true }).click()
        await choose(t('fields.set_which'), say.text)
        await dialog.getByLabel(t('fields.set_value'), { exact: true }).fill('2026')
        await expect(act(people)).toBeEnabled()
        await choose(t('fields.set_which'), say.field)
        await choose(t('fields.set_value'), say.pick)
        await expect(panel).toContainText(t('fields.set_same', { n: String(people) }))
        await look('the-same')
        await dialog.getByRole('button', { name: t('common.cancel'), exact: true }).click()
        await expect(dialog).toHaveCount(0)
      })

      await test.step('another kind: told before what of it is lost or read otherwise, done, and taken back', async () => {
        await page.goto(at('/features?open=custom.card'))
        await settled(page)
        const turn = async (kind: 'number' | 'text') => {
          await page.getByLabel(t('fields.kind'), { exact: true }).click()
          await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').getByText(t(`fields.kind_${kind}`), { exact: true }).click()
        }
        const report = page.getByTestId('kind-change')
        const box = page.getByRole('dialog').filter({ has: report })
        await turn('number')
        await expect(report).toContainText(t('fields.turn_lost', { count: people, n: String(people) }))
        await look('kind-lost')
        await box.getByRole('button', { name: t('common.cancel'), exact: true }).click()
        await expect(box).toHaveCount(0)
        await turn('text')
        await expect(report).toContainText(t('fields.turn_kept', { count: people, n: String(people) }))
        await box.getByRole('button', { name: t('fields.turn_do', { to: t('fields.kind_text') }), exact: true }).click()
        await expect(page.getByText(t('fields.turn_done', { name: say.field }))).toBeVisible()
        expect(await total(rule), 'what was said is still said').toBe(people)
        await page.locator('.toast').getByRole('button', { name: t('common.undo'), exact: true }).last().click()
        await expect(page.getByText(t('fields.turn_back', { name: say.field }))).toBeVisible()
      })

      await test.step('among the changes, and back', async () => {
        await page.goto(at('/changes'))
        await settled(page)
        await expect(page.getByText(t('work.what_field_set', { name: say.field })).first()).toBeVisible()
        await look('changes')
        await page.getByRole('button', { name: t('common.undo'), exact: true }).first().click()
        await expect(page.getByText(t('work.undone', { count: people, n: String(people) }), { exact: true })).toBeVisible()
        await expect.poll(() => total(rule), { timeout: 30_000 }).toBe(0)
      })
    })
  })
