import { accessible, expect, noSidewaysScroll, picture, prefer, test } from './support/fixtures'
import { type Server, startEmpty } from './support/server'
import { balanced, check, choose, commit, csv, drop, setUp, told } from './support/steps'
import { langs, words } from './support/words'

/** Headings nobody knows, days whose day and month cannot be told apart, amounts with a comma. */
const odd = {
  'zh-CN': { file: '流水.csv', heads: ['甲列', '乙列', '丙列', '丁列', '戊列'], fields: ['订单号', '客户编号', '下单时间', '实付金额', '门店'] },
  en: { file: 'bons.csv', heads: ['bon', 'wer', 'wann', 'betrag', 'wo'], fields: ['order number', 'customer number', 'order time', 'paid', 'shop'] },
}
const rows = [
  ['B1', 'K1', '03/04/2026', '1.234,50', 'Ost'],
  ['B2', 'K2', '05/04/2026', '88,00', 'West'],
  ['B3', 'K2', '06/04/2026', '12,00', 'West'],
]

for (const lang of langs)
  test.describe(`a mapping made by hand, ${lang}`, () => {
    test.use({ locale: lang })
    let server: Server | undefined

    test.beforeAll(async () => {
      server = await startEmpty()
    })
    test.afterAll(async () => {
      await server?.stop()
    })

    test('a file nobody recognises brings orders, and wrong guesses are corrected', async ({ page }, info) => {
      test.slow()
      const t = words(lang)
      const { file, heads, fields } = odd[lang]
      await prefer(page, lang)
      await setUp(page, server, t, 'Kontor', 'Ada')
      const guess = (code: string) => page.locator(`.guesses [data-code=${code}]`)
      const field = (i: number) => t('imports.target_of', { name: heads[i] ?? '' })

      await test.step('it is said that nothing was recognised', async () => {
        await drop(page, t, [csv(file, [heads, ...rows])])
        await expect(guess('guess_no_kind')).toBeVisible()
      })

      await test.step('columns are given their meaning, and what follows is told', async () => {
        for (const [i, name] of fields.entries()) await choose(page, field(i), name)
        await expect(guess('guess_kinds')).toContainText(lang === 'en' ? 'orders' : '订单')
        await expect(guess('guess_no_kind')).toHaveCount(0)
        await expect(guess('guess_decimal_comma')).toContainText(heads[3] ?? '')
        await expect(guess('guess_date_ambiguous')).toContainText('MM/DD/YYYY')
        await expect(guess('guess_date_ambiguous')).toHaveClass('warn')
        await noSidewaysScroll(page)
        await accessible(page)
        await picture(page, info, 'odd', true)
      })

      await test.step('as guessed, 03/04 is in March', async () => {
        await check(page, t)
        await expect(page.getByText(t('imports.days', { from: '2026-03-04', to: '2026-06-04' }))).toBeVisible()
        await page.getByRole('button', { name: t('imports.back_to_map') }).click()
      })

      await test.step('day first, said for the file, is asked about no more', async () => {
        await Promise.all([told(page), choose(page, t('imports.date_order'), t('imports.date_dmy'))])
        await expect(guess('guess_date_ambiguous')).toHaveCount(0)
        await expect(guess('guess_date_order')).toContainText('DD/MM/YYYY')
        await check(page, t)
        await expect(page.getByText(t('imports.days', { from: '2026-04-03', to: '2026-04-06' }))).toBeVisible()
        await page.getByRole('button', { name: t('imports.back_to_map') }).click()
      })

      await test.step('one column alone, the decimal mark, the encoding and the time zone can be said as well', async () => {
        const column = t('imports.date_order_of', { name: heads[2] ?? '' })
        await Promise.all([told(page), choose(page, column, t('imports.date_mdy'))])
        await expect(guess('guess_date_ambiguous')).toContainText('MM/DD/YYYY')
        await Promise.all([told(page), choose(page, column, t('imports.date_file', { order: t('imports.date_dmy') }))])
        await expect(guess('guess_date_order')).toContainText('DD/MM/YYYY')
        await Promise.all([told(page), choose(page, t('imports.decimal_mark'), t('imports.decimal_point'))])
        await expect(page.locator('tr').filter({ hasText: heads[3] }).getByText(t('imports.valid', { share: '100%' }))).toHaveCount(0)
        await Promise.all([told(page), choose(page, t('imports.decimal_mark'), t('imports.decimal_comma'))])
        await expect(page.locator('tr').filter({ hasText: heads[3] }).getByText(t('imports.valid', { share: '100%' }))).toBeVisible()
        await Promise.all([told(page), choose(page, t('imports.encoding'), 'GB18030')])
        // other bytes may be other headings; these are read anew either way
        await Promise.all([told(page), choose(page, t('imports.encoding'), 'UTF-8')])
        for (const [i, name] of fields.entries()) await choose(page, field(i), name)
        await choose(page, t('imports.date_order'), t('imports.date_dmy'))
        await Promise.all([told(page), choose(page, t('imports.time_zone'), 'Europe/Berlin')])
        await expect(guess('guess_time_zone')).toContainText('Europe/Berlin')
        await expect(guess('guess_date_order')).toContainText('DD/MM/YYYY')
      })

      await test.step('whether a column recognises customers can be said', async () => {
        const box = page.getByRole('checkbox', { name: t('imports.identify_of', { name: heads[1] ?? '' }) })
        await Promise.all([told(page), box.uncheck()])
        await check(page, t)
        await balanced(page, 3, 0, 3, 0)
        await page.getByRole('button', { name: t('imports.back_to_map') }).click()
        await Promise.all([told(page), box.check()])
      })

      await test.step('it imports', async () => {
        await check(page, t)
        await balanced(page, 3, 3, 0, 0)
        await expect(page.locator('.facts').first().locator('dd').first()).toHaveText('2')
        await expect(page.getByRole('row', { name: new RegExp(`^${t('imports.kind_orders')} 3 0 0`) })).toBeVisible()
        await commit(page, t, 3)
      })

      await test.step('a table is pasted and seen, goes the way of a file, and waits where one looks first', async () => {
        await page.goto(`${server?.url}/imports`)
        await expect(page.getByRole('button', { name: t('imports.paste'), exact: true })).toBeVisible()
        await page.evaluate((text) => {
          const data = new DataTransfer()
          data.setData('text/plain', text)
          document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
        }, [heads, ...rows].map((r) => r.join('\t')).join('\r\n'))
        const dialog = page.getByRole('dialog')
        await expect(dialog.getByText(t('imports.paste_found', { n: rows.length, columns: heads.length }), { exact: true })).toBeVisible()
        await accessible(page)
        await picture(page, info, 'paste')
        await dialog.getByRole('button', { name: t('imports.paste_go'), exact: true }).click()
        await expect(page).toHaveURL(/\/imports\/imp_/)
        await expect(page.getByRole('button', { name: t('imports.check') })).toBeVisible()
        const here = new URL(page.url()).pathname
        await page.goto(`${server?.url}/`)
        await page.getByTestId('notices').getByRole('link', { name: t('today.asking_one', { n: '1' }), exact: true }).click()
        await expect(page).toHaveURL(new RegExp(`${here}$`))
        await expect(page.getByRole('button', { name: t('imports.check') })).toBeVisible()
      })
    })
  })
