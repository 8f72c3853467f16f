import { readFileSync } from 'node:fs'
import { expect, looker, prefer, settled, test } from './support/fixtures'
import { type Server, startDemo } from './support/server'
import { langs, words } from './support/words'

const said = {
  'zh-CN': { field: '皮肤类型', options: [['干性', 'Dry'], ['油性', 'Oily']], chosen: '油性', object: ['门店活动', 'Store event'], note: '喜欢下午来', rollup: '近 90 天护肤消费', visits: '参加次数', segment: '油皮' },
  en: { field: 'Skin type', options: [['干性', 'Dry'], ['油性', 'Oily']], chosen: 'Oily', object: ['门店活动', 'Store event'], note: 'Comes in the afternoon', rollup: '90-day skincare spend', visits: 'Events attended', segment: 'Oily skin' },
} as const

/** Change the system without code: a field, a kind of records, a figure over the last orders; each is everywhere at once. */
for (const lang of langs)
  test.describe(`own fields and records, ${lang}`, () => {
    test.use({ locale: lang, extraHTTPHeaders: { 'X-Zhiyin-CSRF': '1' } })
    let server: Server | undefined
    test.beforeAll(async () => { server = await startDemo(lang, 300) })
    test.afterAll(async () => { await server?.stop() })

    test('a field, a form, a record, a figure', async ({ page }, info) => {
      test.slow()
      const t = words(lang)
      const say = said[lang]
      const phone = info.project.name === 'phone'
      const at = (path: string) => `${server?.url}${path}`
      const look = looker(page, info)
      const api = async <T>(path: string) => (await (await page.request.get(at(`/api/v1${path}`))).json()) as T
      const drawer = page.getByRole('dialog')
      const choose = async (label: string, option: string) => {
        await page.getByLabel(label, { exact: true }).click()
        await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').getByText(option, { exact: true }).click()
      }
      await prefer(page, lang)
      expect((await page.request.post(at('/api/v1/session'), { data: { email: server?.email, password: server?.password } })).ok()).toBe(true)
      const people = (await api<{ items: { id: string; name: string; external_id: string }[] }>('/customers?limit=2&rule=orders%20%3E%3D%202')).items
      const one = people[0]?.id ?? ''
      await page.goto(at(`/customers/${one}`))
      await settled(page)

      await test.step('a field, made where it is missed', async () => {
        await page.getByRole('button', { name: `+ ${t('fields.add')}`, exact: true }).first().click()
        await page.getByLabel(t('features.name_zh'), { exact: true }).fill('皮肤类型')
        await page.getByLabel(t('features.name_en'), { exact: true }).fill('Skin type')
        await choose(t('fields.kind'), t('fields.kind_choice'))
        for (const [i, [zh, en]] of say.options.entries()) {
          if (i > 0) await drawer.getByRole('button', { name: `+ ${t('fields.add_option')}`, exact: true }).click()
          await page.getByLabel(t('fields.option_zh', { n: i + 1 }), { exact: true }).fill(zh)
          await page.getByLabel(t('fields.option_en', { n: i + 1 }), { exact: true }).fill(en)
        }
        await look('new-field')
        await drawer.getByRole('button', { name: t('common.save'), exact: true }).click()
        await expect(page.getByText(t('fields.saved', { name: say.field }))).toBeVisible()
      })
      // what files and rules say is the name in the language it was made in
      const stored = lang === 'en' ? 'Oily' : '油性'
      const key = lang === 'zh-CN' ? 'custom.皮肤类型' : 'custom.skin_type'
      const line = page.locator('.own-fields > div').filter({ hasText: say.field })

      await test.step('filled in where it stands, and taken back', async () => {
        await line.getByRole('button').click()
        await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').getByText(say.chosen, { exact: true }).click()
        await expect(line.locator('dd')).toContainText(say.chosen)
        await page.locator('.toast').getByRole('button', { name: t('common.undo'), exact: true }).click()
        await expect(line.locator('dd')).not.toContainText(say.chosen)
        await line.getByRole('button').click()
        await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').getByText(say.chosen, { exact: true }).click()
        await expect(line.locator('dd')).toContainText(say.chosen)
        await look('filled-in')
      })

      await test.step('a column, a filter and a cell that is edited; one that is not says why', async () => {
        await expect.poll(async () => (await api<{ total: number }>(`/customers?rule=${encodeURIComponent(`${key} = "${stored}"`)}`)).total, { timeout: 30_000 }).toBe(1)
        await page.goto(at(`/customers?columns=${encodeURIComponent(`${key},net`)}&rule=${encodeURIComponent(`${key} = "${stored}"`)}`))
        await settled(page)
        if (phone) {
          await expect(page.locator('.person')).toHaveCount(1)
          return
        }
        const row = page.locator('.list tbody tr')
        await expect(row).toHaveCount(1)
        await expect(row.first()).toContainText(say.chosen)
        const cell = row.first().locator('td').nth(1)
        await expect(row.first().locator('td').nth(2)).toHaveAttribute('title', t('fields.locked_from', { from: [t('rule.fact_orders'), t('rule.fact_refunds')].join(t('customers.between')) }))
        await cell.hover()
        await look('list')
        await cell.getByRole('button').click()
        await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').getByText(lang === 'en' ? 'Dry' : '干性', { exact: true }).click()
        // who no longer fits the filter is gone from the list
        await expect(row).toHaveCount(0)
        await page.locator('.toast').getByRole('button', { name: t('common.undo'), exact: true }).last().click()
        await expect(row).toHaveCount(1)
      })

      await test.step('usable in segments, files, dashboards and imports', async () => {
        // the list, narrowed by the field, becomes a segment, and the segment's list a file
        await page.goto(at(`/customers?rule=${encodeURIComponent(`${key} = "${stored}"`)}`))
        await settled(page)
        await page.getByRole('link', { name: t('customers.to_segment'), exact: true }).click()
        await page.getByLabel(t('segments.name'), { exact: true }).fill(say.segment)
        await expect(page.getByTestId('live-count')).toHaveText('1')
        await page.getByRole('button', { name: t('common.save'), exact: true }).click()
        await expect(page.getByRole('heading', { level: 1, name: say.segment })).toBeVisible()
        await page.getByRole('link', { name: t('segments.list') }).click()
        await settled(page)
        await page.getByTestId('export').click()
        const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: t('customers.export_all', { format: 'CSV' }) }).click()])
        expect(readFileSync(await file.path(), 'utf8')).toContain(stored)
        // a tile counts by it
        await page.goto(at('/dashboards'))
        await settled(page)
        await page.getByRole('button', { name: t('dashboards.new'), exact: true }).first().click()
        await page.getByTestId('add-tile').first().click()
        await page.getByRole('button', { name: t('dashboards.kind_bar'), exact: true }).click()
        await page.getByLabel(t('dashboards.by'), { exact: true }).fill(say.field)
        await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').getByText(say.field, { exact: true }).click()
        await expect(page.getByRole('region', { name: t('dashboards.preview') })).toContainText(say.chosen)
        await page.getByRole('button', { name: t('dashboards.put'), exact: true }).click()
        await page.getByRole('button', { name: t('common.save'), exact: true }).click()
        await expect(page.getByText(t('dashboards.saved'))).toBeVisible()
        await look('dashboard')
        expect((await api<{ items: { target: string }[] }>('/imports/targets')).items.map((x) => x.target)).toContain(key)
      })

      await test.step('a kind of records: its form, a record, a wrong one, its list', async () => {
        await page.goto(at('/objects'))
        await settled(page)
        await look('no-objects')
        await page.getByRole('button', { name: t('records.new_object'), exact: true }).first().click()
        await page.getByLabel(t('features.name_zh'), { exact: true }).fill(say.object[0])
        await page.getByLabel(t('features.name_en'), { exact: true }).fill(say.object[1])
        await drawer.getByRole('button', { name: `+ ${t('records.add_field')}`, exact: true }).click()
        await page.getByLabel(t('records.field_zh', { n: 3 }), { exact: true }).fill('备注')
        await page.getByLabel(t('records.field_en', { n: 3 }), { exact: true }).fill('Remark')
        await drawer.getByRole('switch', { name: t('records.required'), exact: true }).last().click()
        await look('builder')
        // what was typed is not lost by a key
        await page.keyboard.press('Escape')
        const asked = page.getByRole('dialog', { name: t('common.leave_unsaved') })
        await asked.getByRole('button', { name: t('common.leave_stay'), exact: true }).click()
        await expect(asked).toHaveCount(0)
        await expect(page.getByLabel(t('features.name_en'), { exact: true })).toHaveValue(say.object[1])
        await drawer.getByRole('button', { name: t('common.save'), exact: true }).click()
        await expect(page.getByRole('heading', { level: 1 })).toHaveText(lang === 'en' ? say.object[1] : say.object[0])
        await settled(page)
        await look('no-records')
        await page.getByRole('button', { name: t('records.new'), exact: true }).first().click()
        await page.getByRole('combobox', { name: lang === 'en' ? 'Customer' : '客户' }).fill(people[0]?.external_id ?? '')
        await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option').first().click()
        await drawer.getByRole('button', { name: t('common.save'), exact: true }).click()
        await expect(drawer.locator('.field-error')).toHaveCount(1)
        await look('refused')
        await page.getByLabel(lang === 'en' ? /^Remark/ : /^备注/).fill(say.note)
        await drawer.getByRole('button', { name: t('common.save'), exact: true }).click()
        await expect(page.getByText(t('records.saved'))).toBeVisible()
        await expect(page.locator('main').getByText(say.note)).toBeVisible()
        await look('records')
      })

      await test.step('columns of one’s own, a view that is kept, many records at once and as they were', async () => {
        const main = page.locator('main')
        const first = page.getByRole('checkbox', { name: t('work.select_one', { name: '#1' }), exact: true })
        const bar = page.getByTestId('bulk')
        const remark = lang === 'en' ? 'Remark' : '备注'
        if (!phone) {
          await page.getByRole('button', { name: new RegExp(t('customers.columns')) }).click()
          await page.getByRole('button', { name: t('customers.column_earlier', { name: remark }), exact: true }).click()
          await expect(page).toHaveURL(/columns=/)
          await look('record-columns')
          await page.keyboard.press('Escape')
          await expect(main.locator('thead th').nth(2)).toContainText(remark)
        }
        await page.getByLabel(t('records.search'), { exact: true }).fill(say.note)
        await expect(page).toHaveURL(/q=/)
        await page.getByTestId('views').getByRole('button', { name: `+ ${t('work.save_view')}`, exact: true }).click()
        await page.getByLabel(t('work.view_name'), { exact: true }).fill('VIP')
        await page.getByRole('dialog').getByRole('button', { name: t('common.save'), exact: true }).click()
        await expect(page.locator('.view-tab[aria-current]')).toHaveText('VIP')
        await page.getByTestId('views').getByRole('button', { name: t('records.all'), exact: true }).click()
        await expect(page.getByLabel(t('records.search'), { exact: true })).toHaveValue('')
        if (phone) await page.getByRole('button', { name: t('work.pick'), exact: true }).click()
        await first.check()
        await expect(bar).toContainText(t('records.selected', { n: 1 }))
        await look('records-selected')
        await bar.getByRole('button', { name: t('fields.set_many'), exact: true }).click()
        await choose(t('fields.set_which'), remark)
        await page.getByLabel(t('fields.set_value'), { exact: true }).fill('VIP')
        await look('set-record-field')
        await page.getByRole('dialog').getByRole('button', { name: lang === 'en' ? 'Set it in 1 record' : t('records.set_do', { n: 1 }), exact: true }).click()
        await expect(main.getByText('VIP', { exact: true }).last()).toBeVisible()
        await expect(main.getByText(say.note)).toHaveCount(0)
        await page.locator('.toast-undo').click()
        await expect(main.getByText(say.note)).toBeVisible()
        await first.check()
        await bar.getByRole('button', { name: t('common.delete'), exact: true }).click()
        await page.locator('.ant-popconfirm').getByRole('button', { name: t('common.delete'), exact: true }).click()
        await expect(page.getByText(t('records.none'), { exact: true })).toBeVisible()
        await page.locator('.toast-undo').last().click()
        await expect(main.getByText(say.note)).toBeVisible()
      })

      await test.step('on the customer’s page; deleted there and back', async () => {
        await page.goto(at(`/customers/${one}`))
        await settled(page)
        const group = page.getByTestId('records-of')
        await expect(group).toContainText(say.note)
        // among what happened, too, and from there to the record itself
        const told = page.locator('.tl > li').filter({ has: page.locator('.dot.record') })
        await expect(told).toContainText(say.note)
        await page.getByRole('group', { name: t('customers.timeline_filter') }).getByRole('button', { name: t('customers.type_record'), exact: true }).click()
        await expect(page.locator('.tl > li')).toHaveCount(1)
        await told.getByRole('link').click()
        await expect(drawer.getByLabel(lang === 'en' ? /^Remark/ : /^备注/)).toHaveValue(say.note)
        await page.goto(at(`/customers/${one}`))
        await settled(page)
        await group.getByRole('button').first().click()
        await drawer.getByRole('button', { name: t('common.delete'), exact: true }).click()
        await page.locator('.ant-popover, .ant-popconfirm').getByRole('button', { name: t('common.delete'), exact: true }).click()
        await expect(group).toHaveCount(0)
        await page.locator('.toast').getByRole('button', { name: t('common.undo'), exact: true }).last().click()
        await expect(group).toContainText(say.note)
        await look('customer')
      })

      await test.step('a figure over the records stands on the page, and changes with the next record', async () => {
        await page.goto(at('/features?open=new'))
        await settled(page)
        await page.getByLabel(t('features.name_zh'), { exact: true }).fill(said['zh-CN'].visits)
        await page.getByLabel(t('features.name_en'), { exact: true }).fill(said.en.visits)
        await drawer.getByRole('button', { name: t('features.kind_records') }).click()
        await choose(t('features.records_of'), say.object[lang === 'en' ? 1 : 0])
        await choose(t('features.records_stat'), t('features.stat_count'))
        await look('figure')
        await drawer.getByRole('button', { name: t('common.save'), exact: true }).click()
        await expect(page.getByText(t('features.saved', { name: say.visits }))).toBeVisible()
        const attended = lang === 'en' ? 'custom.events_attended' : 'custom.参加次数'
        const visits = async () => (await api<{ features: { key: string; value: { value?: number } }[] }>(`/customers/${one}`)).features.find((x) => x.key === attended)?.value.value ?? 0
        await expect.poll(visits, { timeout: 30_000 }).toBe(1)
        const object = (await api<{ items: { id: string; sections: { fields: { key: string; kind: string }[] }[] }[] }>('/objects')).items[0]
        const record = (await api<{ items: { values: Record<string, { value: unknown }> }[] }>(`/objects/${object?.id}/records`)).items[0]
        const values = Object.fromEntries(Object.entries(record?.values ?? {}).map(([key, v]) => [key, v.value]))
        const written = await page.request.post(at(`/api/v1/objects/${object?.id}/records`), { data: { values } })
        expect(written.ok(), await written.text()).toBe(true)
        await expect.poll(visits, { timeout: 30_000 }).toBe(2)
        await page.goto(at(`/customers/${one}`))
        await settled(page)
        const shown = page.locator('.own-fields > div').filter({ hasText: say.visits })
        await expect(shown.locator('dd')).toHaveText('2')
        await expect(shown.getByRole('button'), 'nobody fills it in by hand').toHaveCount(0)
        await look('figure-on-the-page')
        await page.goto(at(`/customers?rule=${encodeURIComponent(`${attended} >= 2`)}&columns=${encodeURIComponent(attended)}`))
        await settled(page)
        await expect(page.locator('main').getByText(people[0]?.name ?? '').first()).toBeVisible()
      })

      await test.step('a figure over the lines of orders changes with the next order', async () => {
        const category = lang === 'en' ? 'Skincare' : '护肤'
        await page.goto(at('/features?open=new'))
        await settled(page)
        await page.getByLabel(t('features.name_zh'), { exact: true }).fill('近 90 天护肤消费')
        await page.getByLabel(t('features.name_en'), { exact: true }).fill('90-day skincare spend')
        await page.getByLabel(t('features.key'), { exact: true }).fill('skincare_90d')
        await choose(t('rule.fact'), t('rule.fact_lines'))
        // a long list: typed for
        await page.getByLabel(t('rule.measure'), { exact: true }).fill(t('rule.measure_sum', { field: t('rule.field_gross') }))
        await page.keyboard.press('Enter')
        await drawer.getByRole('button', { name: t('rule.only_where') }).click()
        await choose(t('rule.field'), t('rule.field_category'))
        await page.getByRole('combobox', { name: t('rule.value'), exact: true }).fill(category)
        await page.keyboard.press('Enter')
        // the list of choices closes
        await page.locator('.ant-drawer-title').last().click()
        await drawer.getByRole('button', { name: t('common.save'), exact: true }).click()
        await expect(page.getByText(t('features.saved', { name: lang === 'en' ? '90-day skincare spend' : '近 90 天护肤消费' }))).toBeVisible()
        const made = (await api<{ items: { key: string; definition: unknown }[] }>('/features')).items.find((x) => x.key === 'skincare_90d')?.definition
        expect(made).toEqual({ kind: 'aggregate', fact: 'lines', measure: { of: 'sum', field: 'gross' }, filter: [{ field: 'category', op: '=', values: [category] }], window: { days: 90 } })
        const value = async () => (await api<{ features: { key: string; value: { value?: number } }[] }>(`/customers/${one}`)).features.find((x) => x.key === 'skincare_90d')?.value.value ?? 0
        const before = await value()
        const day = (await api<{ as_of: string }>(`/customers/${one}`)).as_of
        const order = { number: `J14-${lang}-${info.project.name}`, at: day, paid: 100, customer: { id: people[0]?.external_id }, lines: [{ product: 'J14', category, quantity: 1, paid: 100 }] }
        const posted = await page.request.post(at('/api/v1/orders?atomic=true'), { data: order })
        expect(posted.ok(), await posted.text()).toBe(true)
        await page.request.post(at('/api/v1/inbox/move'))
        await expect.poll(value, { timeout: 30_000 }).toBe(before + 10_000)
      })
    })
  })
