import { readFileSync } from 'node:fs'
import { accessible, expect, noSidewaysScroll, picture, prefer, settled, test } from './support/fixtures'
import { badRows, mergedRows, people, shop, twiceRows } from './support/files'
import { type Server, startEmpty } from './support/server'
import { balanced, cells, check, choose, commit, csv, drop, setUp, told } from './support/steps'
import { langs, words } from './support/words'

for (const lang of langs)
  test.describe(`first hour, ${lang}`, () => {
    test.use({ locale: lang })
    let server: Server | undefined

    test.beforeAll(async () => {
      server = await startEmpty()
    })
    test.afterAll(async () => {
      await server?.stop()
    })

    test('from an empty server to an exported segment', async ({ page }, info) => {
      test.slow()
      const t = words(lang)
      const { files, orders, memberName, heads } = shop(lang, 'xlsx')
      const taken = orders + people + mergedRows
      let rejected: string[][] = []
      const phone = info.project.name === 'phone'
      await prefer(page, lang)
      const go = async (name: string) => {
        const short = page.locator('.bottom').getByRole('link', { name: t(`shell.${name}`), exact: true })
        // what has no place at the bottom of a phone is in the menu
        const there = phone && (await short.count()) > 0
        if (phone && !there) await page.getByRole('button', { name: t('shell.menu'), exact: true }).click()
        await (there ? short : page.locator('.rail').getByRole('link', { name: t(`shell.${name}`), exact: true })).click()
        await settled(page)
      }
      const step = async () => {
        await noSidewaysScroll(page)
        // what lies half below a bar that stays is as small as it looks; it is judged where it can be used
        await page.evaluate(() => window.scrollTo(0, 0))
        await accessible(page)
      }

      await test.step('first run with the printed link', async () => {
        await setUp(page, server, t, lang === 'en' ? 'Harbour Coffee' : '小满茶铺', lang === 'en' ? 'Ada' : '林溪', step)
        await expect(page.getByText(t('imports.none'), { exact: true })).toBeVisible()
        await step()
      })

      await test.step('tried with sample data: it comes, says what it is, and goes with one click', async () => {
        const sample = page.getByRole('button', { name: t('sample.try'), exact: true })
        for (const name of ['imports', 'overview', 'customers', 'segments', 'today']) {
          await go(name)
          await expect(sample).toBeVisible()
          await picture(page, info, `empty-${name}`, true)
        }
        await step()
        await sample.click()
        await expect(page.getByText(t('sample.ready'), { exact: true })).toBeVisible({ timeout: 60_000 })
        await expect(page.getByText(t('sample.note'), { exact: true })).toBeVisible()
        await settled(page)
        await picture(page, info, 'sample-today', true)
        await step()
        await go('customers')
        await expect(page.locator('.list-foot')).toContainText(/2,000/)
        await go('imports')
        await expect(page.locator('.data-table .chip').filter({ hasText: t('sample.mark') })).toBeVisible()
        await step()
        await page.getByRole('button', { name: t('sample.remove'), exact: true }).click()
        const asked = page.locator('.ant-popconfirm, .ant-popover').getByRole('button', { name: t('sample.remove'), exact: true })
        await expect(asked).toBeVisible()
        await picture(page, info, 'sample-imports', true)
        await asked.click()
        await expect(page.getByText(t('sample.removed'), { exact: true })).toBeVisible()
        await expect(sample).toBeVisible()
        await expect(page.getByText(t('sample.note'), { exact: true })).toHaveCount(0)
        await picture(page, info, 'sample-gone', true)
        await step()
      })

      await test.step('own files: what was guessed, a mapping corrected, a rule chosen', async () => {
        await drop(page, t, files)
        for (const file of files) await expect(page.getByRole('heading', { name: file.name, level: 2 })).toBeVisible()
        const guessed = (file: number) => page.locator('.guesses').nth(file).locator('li')
        await expect(guessed(0).and(page.locator('[data-code=guess_kinds]'))).toContainText(lang === 'en' ? 'customers' : '客户')
        await expect(guessed(0).and(page.locator('[data-code=guess_custom]'))).toContainText('1')
        await expect(guessed(1).and(page.locator('[data-code=guess_kinds]'))).toContainText(lang === 'en' ? 'orders' : '订单')
        await expect(guessed(1).and(page.locator('[data-code=guess_time_zone]'))).toContainText('Asia/Shanghai')
        await expect(guessed(1).and(page.locator('[data-code=guess_customer_blank]'))).toHaveCount(0)
        // the channel is left out, and thought better of; what follows is told each time
        const field = t('imports.target_of', { name: heads.channel })
        await Promise.all([told(page), choose(page, field, t('imports.ignore'))])
        await expect(guessed(1).and(page.locator('[data-code=guess_ignored]'))).toContainText(heads.channel)
        await Promise.all([told(page), choose(page, field, lang === 'en' ? 'channel' : '渠道')])
        await expect(guessed(1).and(page.locator('[data-code=guess_ignored]'))).toHaveCount(0)
        await Promise.all([told(page), choose(page, t('imports.collision_of', { name: heads.skin }), t('imports.collision_if_blank'))])
        await expect(page.getByRole('checkbox', { name: t('imports.identify_of', { name: heads.phone }) })).toBeChecked()
        await picture(page, info, 'mapping', true)
        await step()
      })

      await test.step('check, rejected rows, import', async () => {
        await check(page, t)
        await expect(page.locator('.facts').first()).toContainText(String(people))
        await expect(page.getByRole('heading', { name: t('imports.reasons') })).toBeVisible()
        await balanced(page, taken + badRows + twiceRows, taken, badRows, twiceRows)
        // who stands twice in the file is one person
        await expect(page.locator('.facts').first().locator('dd').first()).toHaveText(String(people))
        // every reason unfolds to its rows
        const reasons = page.locator('.reason').getByRole('button')
        await expect(reasons).toHaveCount(3)
        await reasons.last().click()
        await expect(reasons.last()).toHaveAttribute('aria-expanded', 'true')
        await expect(page.locator('.reason').last().getByRole('cell').first()).toBeVisible()
        await step()
        const [book] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: t('imports.download_xlsx'), exact: true }).click()])
        expect(book.suggestedFilename()).toMatch(/\.xlsx$/)
        expect(readFileSync(await book.path()).subarray(0, 2).toString()).toBe('PK')
        const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: t('imports.download_csv'), exact: true }).click()])
        rejected = cells(readFileSync(await download.path(), 'utf8'))
        expect(rejected).toHaveLength(1 + badRows)
        expect(rejected.map((r) => r[3])).toEqual(['code', 'date_invalid', 'money_invalid', 'customer_missing'])
        await commit(page, t, taken)
        await step()
      })

      await test.step('rejected rows, mended, come in', async () => {
        const mended: Record<string, string> = { '2026-13-45': '2026-10-15', [lang === 'en' ? 'free' : '免费']: '19.00' }
        const who = rejected[0]?.findIndex((h, i) => i > 6 && h === heads.member) ?? -1
        const rows = rejected.map((r, n) => r.map((c, i) => (n > 0 && i === who && !c ? 'M1003' : i > 6 ? (mended[c] ?? c) : c)))
        await go('imports')
        await drop(page, t, [csv('mended.csv', rows)])
        await check(page, t)
        await balanced(page, badRows, badRows, 0, 0)
        await expect(page.locator('.facts').first().locator('dd').first()).toHaveText('0')
        await commit(page, t, badRows)
      })

      await test.step('the same files again add nothing', async () => {
        await go('imports')
        await drop(page, t, files)
        // what was chosen for files with these headings is remembered
        await expect(page.locator('tr').filter({ has: page.getByText(heads.skin, { exact: true }) })).toContainText(t('imports.collision_if_blank'))
        await check(page, t)
        await balanced(page, taken + badRows + twiceRows, 0, badRows, taken + twiceRows)
        await expect(page.getByText(t('imports.nothing_new'))).toBeVisible()
        await expect(page.getByRole('button', { name: new RegExp(t('imports.import_rows', { count: 0 })) })).toBeDisabled()
        await step()
        await page.getByRole('button', { name: t('imports.discard'), exact: true }).click()
        await page.locator('.ant-popconfirm, .ant-popover').getByRole('button', { name: t('imports.discard'), exact: true }).click()
        await expect(page.getByRole('heading', { name: t('imports.title'), level: 1, exact: true })).toBeVisible()
        await go('imports')
        await page.locator('tbody a').filter({ hasText: files[0]?.name }).first().click()
        await expect(page.getByRole('heading', { name: t('imports.done') })).toBeVisible()
      })

      await test.step('everyone is classified', async () => {
        await page.getByRole('link', { name: t('imports.see_classes') }).click()
        await expect(page.locator('.tile').first()).toContainText(String(people))
        await settled(page)
        await expect(page.locator('.heat-cell')).toHaveCount(25)
        const cells = await page.locator('.heat-cell').evaluateAll((all) => all.map((c) => Number(/: ([\d,]+),/.exec(c.getAttribute('aria-label') ?? '')?.[1]?.replaceAll(',', '') ?? 0)))
        expect(cells.reduce((a, b) => a + b, 0), 'cells add up to all buyers').toBe(30)
        await step()
        await page.locator('.heat-cell[aria-label*=": "]:not(.h0)').first().click()
        await expect(page.getByRole('link', { name: t('classification.see_list') })).toBeVisible()
        await page.keyboard.press('Escape')
      })

      await test.step('a customer, and why', async () => {
        await go('customers')
        await page.getByRole('textbox', { name: t('customers.search') }).fill('M1000')
        await expect(page.getByRole('link', { name: new RegExp(memberName) })).toHaveCount(1)
        await page.getByRole('link', { name: new RegExp(memberName) }).click()
        await expect(page.locator('main').getByRole('heading', { name: t('customers.classes'), exact: true })).toBeVisible()
        await settled(page)
        await step()
        await page.locator('.class-line').filter({ hasText: /RFM 8|RFM 八/ }).first().click()
        await expect(page.getByTestId('why')).toBeVisible()
        await expect(page.getByTestId('why').locator('.mark').first()).toBeVisible()
        await accessible(page)
        await page.keyboard.press('Escape')
      })

      await test.step('a segment with a live count', async () => {
        await go('segments')
        await page.getByRole('link', { name: t('segments.new') }).first().click()
        await page.getByLabel(t('segments.name'), { exact: true }).fill(lang === 'en' ? 'Regulars' : '常客')
        if (phone) await page.getByText(t('rule.as_text'), { exact: true }).first().click()
        const text = page.getByRole('textbox', { name: t('rule.as_text') })
        await text.fill('orders >= 3 and net > ')
        await expect(page.locator('.text-error')).toBeVisible()
        await text.fill('orders >= 3 and net >= 100')
        await expect(page.locator('.text-error')).toHaveCount(0)
        await expect(page.getByTestId('live-count')).toHaveText(/[1-9]/)
        if (phone) await page.getByText(t('rule.as_rows'), { exact: true }).first().click()
        await expect(page.locator('.rule-row')).toHaveCount(2)
        await expect(page.locator('.rule-count b')).toHaveCount(2)
        await step()
        const before = await page.getByTestId('live-count').textContent()
        await page.locator('.rule-row').first().getByLabel(t('rule.value')).fill('1')
        await expect(page.getByTestId('live-count')).not.toHaveText(before ?? '')
        await page.getByRole('button', { name: t('common.save'), exact: true }).click()
        await expect(page.getByRole('heading', { level: 1, name: lang === 'en' ? 'Regulars' : '常客' })).toBeVisible()
      })

      await test.step('export', async () => {
        const count = Number((await page.getByTestId('live-count').textContent())?.replaceAll(',', ''))
        await page.getByRole('link', { name: t('segments.list') }).click()
        await settled(page)
        await page.getByTestId('export').click()
        await picture(page, info, 'export')
        const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: t('customers.export_all', { format: 'CSV' }) }).click()])
        const lines = readFileSync(await file.path(), 'utf8').trim().split('\n')
        expect(lines.length - 1, 'one line for each member').toBe(count)
        expect(lines[0], 'headings in the words of the reader').toContain(lang === 'en' ? 'Customer number' : '客户编号')
      })

      await test.step('another name for the business, another password', async () => {
        await page.getByRole('button', { name: t('shell.me', { name: lang === 'en' ? 'Ada' : '林溪' }) }).click()
        await page.getByRole('link', { name: t('settings.title'), exact: true }).click()
        await expect(page.getByRole('heading', { level: 1, name: t('settings.title') })).toBeVisible()
        await page.getByLabel(t('settings.find'), { exact: true }).fill(t('members.title'))
        await expect(page.getByRole('search').getByRole('link', { name: t('members.title'), exact: true })).toHaveAttribute('href', /settings\/users/)
        await page.getByLabel(t('settings.find'), { exact: true }).fill('')
        await step()
        await page.getByLabel(t('session.workspace_name')).fill('Harbour Tea')
        await page.getByRole('button', { name: t('common.save'), exact: true }).click()
        await expect(page.locator('.top-name')).toHaveText('Harbour Tea')
        await page.getByRole('link', { name: t('account.to_account'), exact: true }).click()
        await expect(page.getByRole('heading', { level: 1, name: t('account.title') })).toBeVisible()
        await step()
        await page.getByLabel(t('settings.password_old')).fill('not the password')
        await page.getByLabel(t('settings.password_new')).fill('another long password')
        await page.getByRole('button', { name: t('settings.password_change'), exact: true }).click()
        await expect(page.getByText(t('errors.session_old_password'), { exact: true })).toBeVisible()
        await page.getByLabel(t('settings.password_old')).fill('a long enough password')
        await page.getByRole('button', { name: t('settings.password_change'), exact: true }).click()
        await expect(page.getByText(t('settings.password_changed'), { exact: true })).toBeVisible()
      })

      await test.step('undo takes everything back', async () => {
        for (const name of ['mended.csv', files[0]?.name ?? '']) {
          await go('imports')
          await page.locator('tbody a').filter({ hasText: name }).first().click()
          await page.getByRole('button', { name: t('imports.undo') }).click()
          await page.locator('.ant-popconfirm, .ant-popover').getByRole('button', { name: t('imports.undo') }).click()
          await expect(page.getByRole('heading', { name: t('imports.was_undone') })).toBeVisible()
        }
        await go('overview')
        await expect(page.getByText(t('classification.empty'), { exact: true })).toBeVisible()
        await step()
      })

      await test.step('language switches live, everywhere', async () => {
        const other = words(lang === 'en' ? 'zh-CN' : 'en')
        await page.getByTestId('lang').first().click()
        await expect(page.getByRole('heading', { level: 1, name: other('classification.title') })).toBeVisible()
        expect(await page.evaluate(() => document.documentElement.lang)).toBe(lang === 'en' ? 'zh-CN' : 'en')
      })
    })
  })
