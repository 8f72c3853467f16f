import { readFile } from 'node:fs/promises'
import { expect, looker, prefer, settled, test } from './support/fixtures'
import { type Server, startDemo } from './support/server'
import { langs, words } from './support/words'
import { xlsx } from './support/xlsx'

/** As an old till writes it, in GBK; Node writes no such letters. */
const gbk = (text: string) => Buffer.from(text, 'base64')
const till = { head: gbk('1sqxo7HgusUsu+HUsbrFLLm6wvLI1cbaLL3wtu4ssbjXogo='), fine: gbk('sPzXsM3qusM='), whenever: gbk('xMTM7A==') }

const said = {
  'zh-CN': { object: ['质保', 'Warranties'], fields: [['质保编号', 'Serial'], ['金额', 'Price'], ['备注', 'Remark']], customer: '会员号' },
  en: { object: ['质保', 'Warranties'], fields: [['质保编号', 'Serial'], ['金额', 'Price'], ['备注', 'Remark']], customer: 'Member no' },
} as const

/** A whole file into a kind of records: a workbook, a file of an old till, corrections, and all of it taken back. */
for (const lang of langs)
  test.describe(`a file of records, ${lang}`, () => {
    test.use({ locale: lang, extraHTTPHeaders: { 'X-Zhiyin-CSRF': '1' } })
    let server: Server | undefined
    test.beforeAll(async () => { server = await startDemo(lang, 300) })
    test.afterAll(async () => { await server?.stop() })

    test('tried, mended, brought, corrected, taken back', async ({ page }, info) => {
      test.slow()
      const t = words(lang)
      const say = said[lang]
      const at = (path: string) => `${server?.url}${path}`
      const look = looker(page, info, true)
      const drawer = page.getByRole('dialog')
      await prefer(page, lang)
      expect((await page.request.post(at('/api/v1/session'), { data: { email: server?.email, password: server?.password } })).ok()).toBe(true)
      const people = ((await (await page.request.get(at('/api/v1/customers?limit=2'))).json()) as { items: { id: string; external_id: string }[] }).items
      const [a, b] = [people[0]?.external_id ?? '', people[1]?.external_id ?? '']
      const field = (key: string, zh: string, en: string, kind: string) => ({ key, label: { zh, en }, kind })
      const form = { label: { zh: say.object[0], en: say.object[1] }, time: 'day', sections: [{ label: { zh: '', en: '' }, fields: [
        { ...field('serial', '质保编号', 'Serial', 'text'), required: true }, field('who', '客户', 'Customer', 'customer'), field('day', '购买日期', 'Bought', 'day'), field('price', '金额', 'Price', 'money'), field('remark', '备注', 'Remark', 'long_text'),
      ] }] }
      const made = await page.request.post(at('/api/v1/objects'), { data: form })
      expect(made.ok(), await made.text()).toBe(true)
      const { id } = (await made.json()) as { id: string }
      await page.goto(at(`/objects/${id}`))
      await settled(page)
      const open = () => page.getByRole('button', { name: t('records.import'), exact: true }).click()
      const drop = (name: string, buffer: Buffer, mimeType = 'text/csv') => page.getByLabel(t('imports.choose'), { exact: true }).setInputFiles({ name, mimeType, buffer })
      const counts = page.getByTestId('import-counts')
      const told = async (made: number, changed: number, same: number, refused: number) => {
        for (const [key, n] of [['made', made], ['changed', changed], ['same', same], ['refused', refused]] as const) await expect(counts.locator('div').filter({ hasText: t(`records.import_${key}`) }).first().locator('dd')).toHaveText(n.toLocaleString('en'), { timeout: 30_000 })
      }
      const target = (header: string) => page.getByLabel(t('imports.target_of', { name: header }), { exact: true })
      const choose = async (box: ReturnType<typeof target>, option: string) => {
        await box.click()
        await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').getByText(option, { exact: true }).click()
      }
      const field_ = (i: number) => say.fields[i]?.[lang === 'en' ? 1 : 0] ?? ''

      await test.step('a workbook, its columns and days', async () => {
        await open()
        await look('drop')
        const day = new Date(Date.UTC(2026, 2, 5))
        await drop('warranties.xlsx', xlsx([['Serial', say.customer, '购买日期', 'Price', '???'], ['W1', a, day, 128.5, 'x'], ['W2', b, new Date(Date.UTC(2026, 2, 6)), 99, 'x'], [null, b, day, 1, null]]), 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
        await told(2, 0, 0, 1)
        await expect(drawer.getByText(t('records.import_left', { names: '???' }))).toBeVisible()
        await choose(target('???'), lang === 'en' ? 'Remark' : '备注')
        await told(2, 0, 0, 1)
        await expect(drawer.getByText(t('records.import_left', { names: '???' }))).toHaveCount(0)
        await look('tried')
        await drawer.getByRole('button', { name: t('records.import_go', { n: 2 }), exact: true }).click()
        await expect(drawer.getByText(t('records.import_done'), { exact: true })).toBeVisible()
        await look('done')
        await drawer.getByRole('button', { name: t('records.import_finish'), exact: true }).click()
        await expect(page.locator('main').getByText('W2', { exact: true })).toBeVisible()
        await look('list')
      })

      const rows = (when: Buffer) => Buffer.concat([till.head, Buffer.from(`W1,${a},2026/3/5,1280.50,`), till.fine, Buffer.from(`\nW3,${b},`), when, Buffer.from(',88,\n')])
      await test.step('a file of an old till: what does not fit is said and taken along', async () => {
        await open()
        await drop('till.csv', rows(till.whenever))
        await expect(counts).toBeVisible()
        await choose(page.getByLabel(t('records.import_match'), { exact: true }), field_(0))
        await told(0, 1, 0, 1)
        await expect(drawer.getByRole('cell', { name: lang === 'en' ? 'a day is wanted, such as 2026-03-05' : '要填日期，如 2026-03-05' })).toBeVisible()
        await look('refused')
        const waiting = page.waitForEvent('download')
        await drawer.getByRole('button', { name: t('records.import_download'), exact: true }).click()
        const text = await readFile(await (await waiting).path(), 'utf8')
        expect(text).toContain('zhiyin_reason')
        expect(text).toContain('W3')
        await drawer.getByRole('button', { name: t('records.import_other'), exact: true }).click()
        await drop('till.csv', rows(Buffer.from('2026/3/7')))
        await expect(counts).toBeVisible()
        await choose(page.getByLabel(t('records.import_match'), { exact: true }), field_(0))
        await told(1, 1, 0, 0)
        await drawer.getByRole('button', { name: t('records.import_go', { n: 2 }), exact: true }).click()
        await expect(drawer.getByText(t('records.import_done'), { exact: true })).toBeVisible()
      })

      await test.step('taken back as one, from where it was said', async () => {
        await drawer.getByRole('button', { name: t('records.import_undo'), exact: true }).click()
        await page.locator('.ant-popover, .ant-popconfirm').getByRole('button', { name: t('common.undo'), exact: true }).click()
        await expect(page.getByText(t('records.import_undone', { removed: 1, restored: 1, kept: 0 }))).toBeVisible()
        await expect(page.locator('main').getByText('W3', { exact: true })).toHaveCount(0)
        await open()
        const recent = page.getByTestId('recent-imports')
        await expect(recent.locator('li')).toHaveCount(2)
        await expect(recent.locator('li').first()).toContainText(t('records.import_is_undone'))
        await look('recent')
        await drop('till.csv', Buffer.from(`Serial,Customer\nW1,${a}\nW2,${b}\n`))
        await told(0, 0, 2, 0)
        await expect(drawer.getByRole('button', { name: t('records.import_nothing'), exact: true })).toBeDisabled()
      })

      await test.step('a large file comes in behind the page, through a reload', async () => {
        await drawer.getByRole('button', { name: t('records.import_other'), exact: true }).click()
        await drop('large.csv', Buffer.from(Array.from({ length: 30_000 }, (_, i) => `L${i},${i % 2 ? a : b}`).reduce((all, line) => `${all}${line}\n`, 'Serial,Customer\n')))
        await told(30_000, 0, 0, 0)
        const accepted = page.waitForResponse((r) => r.url().endsWith('/imports') && r.request().method() === 'POST' && r.ok(), { timeout: 60_000 })
        await drawer.getByRole('button', { name: t('records.import_go', { n: '30,000' }), exact: true }).click()
        // on a fast machine it is in by then
        const answer = await accepted
        if (answer.status() === 202) await expect(drawer.getByTestId('coming-imports').or(drawer.getByText(t('records.import_done'), { exact: true }))).toBeVisible()
        await page.reload()
        await settled(page)
        await expect(page.locator('main')).toContainText(/L2999[89]/, { timeout: 60_000 })
        await open()
        await expect(page.getByTestId('recent-imports').locator('li').first()).toContainText('large.csv')
        await look('brought')
        await page.keyboard.press('Escape')
        await page.getByTestId('tray').click()
        await expect(page.locator('.tray')).toContainText(`large.csv`)
        await look('tray')
      })
    })
  })
