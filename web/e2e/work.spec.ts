import { readFileSync } from 'node:fs'
import { accessible, expect, noSidewaysScroll, prefer, settled, test } from './support/fixtures'
import { type Server, startDemo } from './support/server'
import { langs, words } from './support/words'

const who = { 'zh-CN': { tag: '贵宾 2026', view: '上海常客', note: '改约周五下午' }, en: { tag: 'VIP 2026', view: 'London regulars', note: 'Moved to Friday afternoon' } }

/** A day with customers: save a view, narrow by a facet, tag all matching, undo, note something, go to the next. */
for (const lang of langs)
  test.describe(`a day with customers, ${lang}`, () => {
    test.use({ locale: lang, extraHTTPHeaders: { 'X-Zhiyin-CSRF': '1' } })
    let server: Server | undefined
    test.beforeAll(async () => { server = await startDemo(lang, 300) })
    test.afterAll(async () => { await server?.stop() })

    test('views, facets, all matching, undo, notes, next', async ({ page }, info) => {
      test.slow()
      const t = words(lang)
      const names = who[lang]
      const phone = info.project.name === 'phone'
      const at = (path: string) => `${server?.url}${path}`
      const shot = (name: string) => page.screenshot({ path: info.outputPath(`${name}.png`) })
      const look = async (name: string) => {
        await noSidewaysScroll(page)
        await accessible(page)
        await shot(name)
      }
      await prefer(page, lang)
      expect((await page.request.post(at('/api/v1/session'), { data: { email: server?.email, password: server?.password } })).ok()).toBe(true)
      await page.goto(at('/customers'))
      await settled(page)

      if (phone) {
        await test.step('on the phone: one customer, a tag, the owner, a note and its undo', async () => {
          await page.locator('.person').first().click()
          await settled(page)
          await page.getByRole('button', { name: t('work.add_tag'), exact: true }).click()
          await page.getByLabel(t('work.find_tag'), { exact: true }).fill(names.tag)
          await page.getByLabel(t('work.find_tag'), { exact: true }).press('Enter')
          await expect(page.getByTestId('tags').getByText(names.tag)).toBeVisible()
          await page.getByLabel(t('work.new_note'), { exact: true }).fill(names.note)
          await page.getByRole('button', { name: t('work.save_note'), exact: true }).click()
          await expect(page.getByTestId('note').getByText(names.note)).toBeVisible()
          await look('phone-profile')
          await page.goto(at('/customers'))
          await settled(page)
          await expect(page.locator('.person').first().getByText(names.tag)).toBeVisible()
          await look('phone-list')
          await page.goto(at('/changes'))
          await settled(page)
          await look('phone-changes')
          await page.getByRole('button', { name: t('common.undo'), exact: true }).click()
          await expect(page.getByText(t('work.undone_one', { n: '1' }), { exact: true })).toBeVisible()
        })
        return
      }

      const total = async () => Number((await page.locator('.page-note').innerText()).match(/\d[\d,]*/)?.[0].replaceAll(',', ''))
      const bulk = page.getByTestId('bulk')
      const people = await total()
      expect(people).toBeGreaterThan(100)

      await test.step('a click on a count narrows the list, in the address too', async () => {
        const facet = page.getByTestId('facets').locator('.facet').filter({ has: page.getByRole('button', { pressed: false }) }).last()
        const choice = facet.locator('.filter-class').first()
        const count = Number(await choice.locator('.num').innerText())
        await choice.click()
        await expect.poll(total).toBe(count)
        expect(new URL(page.url()).searchParams.toString()).toContain('class.')
        await look('facets')
      })
      await test.step('two choices are either, and the columns are moved by keyboard', async () => {
        const facet = page.getByTestId('facets').locator('.facet').filter({ has: page.getByRole('button', { pressed: true }) })
        const [one, other] = [facet.locator('.filter-class').first(), facet.locator('.filter-class').nth(1)]
        const both = Number(await one.locator('.num').innerText()) + Number(await other.locator('.num').innerText())
        await other.click()
        await expect.poll(total).toBe(both)
        await look('either')
        await other.click()
        await expect.poll(total).toBeLessThan(both)
        await page.getByRole('button', { name: new RegExp(`^${t('customers.columns')} \\d`) }).click()
        const earlier = page.getByRole('button', { name: t('customers.column_earlier', { name: t('work.owner') }), exact: true })
        await earlier.focus()
        await page.keyboard.press('Enter')
        await expect(page.locator('table.list thead th').nth(2)).toHaveText(t('work.owner'))
        await expect(page.getByRole('button', { name: t('customers.column_later', { name: t('work.owner') }), exact: true }), 'at the end the way back has the focus').toBeFocused()
        await shot('columns')
        await page.locator('h1').click()
        await page.locator('table.list thead').getByRole('button', { name: t('work.owner') }).click()
        await expect(page.locator('table.list thead th').nth(2)).toHaveAttribute('aria-sort', 'ascending')
      })
      const narrowed = await total()
      const everybody = async () => {
        await page.getByLabel(t('work.select_page'), { exact: true }).check()
        await expect(bulk).toContainText(t('work.selected', { count: 50, n: '50' }))
        await bulk.getByRole('button', { name: t('work.select_all', { count: people, n: String(people) }), exact: true }).click()
        await expect(bulk).toContainText(t('work.selected', { count: people, n: String(people) }))
      }

      await test.step('the list is saved as a view that notices changes', async () => {
        await page.getByRole('button', { name: `+ ${t('work.save_view')}`, exact: true }).click()
        const dialog = page.getByRole('dialog')
        await dialog.getByLabel(t('work.view_name'), { exact: true }).fill(names.view)
        await dialog.getByLabel(t('work.audience_everyone'), { exact: true }).check()
        await accessible(page)
        await dialog.getByRole('button', { name: t('common.save'), exact: true }).click()
        const tab = page.getByTestId('views').getByRole('button', { name: names.view, exact: true })
        await expect(tab).toHaveAttribute('aria-current', 'true')
        expect(page.url()).toContain('view=v_')
        await page.getByTestId('views').getByRole('button', { name: t('work.everybody'), exact: true }).click()
        await expect.poll(total).toBe(people)
        await page.goto(at(`/customers?view=${new URL(page.url()).searchParams.get('view')}`))
        await tab.click()
        await expect.poll(total).toBe(narrowed)
        await expect(page.locator('table.list thead th').nth(2), 'the view keeps the order of columns').toContainText(t('work.owner'))
        await page.getByRole('button', { name: t('work.dense'), exact: true }).click()
        await expect(page.getByTestId('views').getByText(t('work.view_changed'), { exact: true })).toBeVisible()
        await page.getByRole('button', { name: t('work.discard'), exact: true }).click()
        await expect(page.getByTestId('views').getByText(t('work.view_changed'), { exact: true })).toHaveCount(0)
      })

      await test.step('rows by keyboard, a range, and then everybody the filters leave', async () => {
        await page.getByTestId('views').getByRole('button', { name: t('work.everybody'), exact: true }).click()
        await expect.poll(total).toBe(people)
        await page.locator('h1').click()
        await page.keyboard.press('j')
        await page.keyboard.press('x')
        await page.keyboard.press('j')
        await page.keyboard.press('j')
        await page.keyboard.press('Shift+X')
        await expect(bulk).toContainText(t('work.selected', { count: 3, n: '3' }))
        await look('selected')
        await page.getByTestId('export-picked').click()
        await shot('export-selected')
        const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: t('customers.export_shown', { format: 'CSV' }), exact: true }).click()])
        expect(readFileSync(await file.path(), 'utf8').trim().split('\n'), 'a heading and the three').toHaveLength(4)
        await page.keyboard.press('Escape')
        await expect(bulk).toHaveCount(0)
        await everybody()
      })

      await test.step('a tag for all of them, and back by the toast and by the keyboard', async () => {
        const tagged = page.locator('.list tbody .tag').filter({ hasText: names.tag })
        const give = async () => {
          await bulk.getByRole('button', { name: t('work.add_tag'), exact: true }).click()
          await page.getByLabel(t('work.find_tag'), { exact: true }).fill(names.tag)
          await page.getByLabel(t('work.find_tag'), { exact: true }).press('Enter')
          await expect(page.getByText(t('work.done_tag_add', { count: people, n: String(people), name: names.tag }))).toBeVisible()
          await expect(tagged).toHaveCount(50)
        }
        await give()
        // the toast stays for twelve seconds, and a look at all that is on the page may take longer
        await page.screenshot({ path: info.outputPath('tagged.png') })
        await page.locator('.toast').getByRole('button', { name: t('common.undo'), exact: true }).click()
        await expect(page.getByText(t('work.undone', { count: people, n: String(people) }), { exact: true })).toBeVisible()
        await expect(tagged).toHaveCount(0)
        await everybody()
        await give()
        await page.locator('h1').click()
        await page.keyboard.press('Control+z')
        await expect(tagged).toHaveCount(0)
        await page.getByRole('button', { name: t('work.manage_tags'), exact: true }).click()
        await expect(page.getByRole('dialog').getByLabel(t('work.tag_name', { name: names.tag }), { exact: true })).toHaveValue(names.tag)
        await look('manage-tags')
        await page.getByRole('dialog').getByRole('button', { name: t('common.close'), exact: true }).or(page.getByRole('dialog').locator('.ant-drawer-close')).first().click()
      })

      await test.step('a name is put right in the list and taken back among the changes', async () => {
        await page.goto(at('/customers?view=all'))
        await settled(page)
        const first = page.locator('.list tbody tr').first().locator('th')
        const before = await first.getByRole('link').innerText()
        await page.locator('h1').click()
        await page.keyboard.press('j')
        await page.keyboard.press('e')
        await page.getByLabel(t('work.edit_name'), { exact: true }).fill(`${before} II`)
        await page.getByLabel(t('work.edit_name'), { exact: true }).press('Enter')
        await expect(first.getByRole('link')).toHaveText(`${before} II`)
        await page.goto(at('/changes'))
        await settled(page)
        await look('changes')
        await page.getByRole('row').filter({ hasText: t('work.what_name_set') }).getByRole('button', { name: t('common.undo'), exact: true }).click()
        await expect(page.getByRole('row').filter({ hasText: t('work.what_name_set') }).getByRole('button')).toHaveCount(0)
        await page.goto(at('/customers?view=all'))
        await settled(page)
        await expect(first.getByRole('link')).toHaveText(before)
      })

      await test.step('a preview, the record, a note, and the next record of the list', async () => {
        await page.locator('h1').click()
        await page.keyboard.press('j')
        await page.keyboard.press(' ')
        await expect(page.getByRole('dialog')).toBeVisible()
        await expect(page.getByRole('dialog').getByTestId('tags')).toBeVisible()
        await page.keyboard.press(' ')
        await page.keyboard.press('Enter')
        await expect(page.getByRole('heading', { name: t('customers.who'), exact: true })).toBeVisible()
        await expect(page.getByText(`1 / ${people}`)).toBeVisible()
        await page.keyboard.press('n')
        await page.keyboard.type(names.note)
        await page.keyboard.press('Control+Enter')
        const note = page.getByTestId('note')
        await expect(note.getByText(names.note)).toBeVisible()
        await look('profile')
        await note.getByRole('button', { name: t('common.delete'), exact: true }).click()
        await expect(note).toHaveCount(0)
        await page.locator('.toast').getByRole('button', { name: t('common.undo'), exact: true }).click()
        await expect(note.getByText(names.note)).toBeVisible()
        await page.locator('h1').click()
        await page.keyboard.press('j')
        await expect(page.getByText(`2 / ${people}`)).toBeVisible()
      })

      await test.step('letters can be switched off', async () => {
        await page.goto(at('/settings'))
        await page.getByRole('switch', { name: t('settings.keys_letters'), exact: true }).click()
        await page.goto(at('/customers?view=all'))
        await settled(page)
        await page.locator('h1').click()
        await page.keyboard.press('j')
        await page.keyboard.press('x')
        await expect(bulk).toHaveCount(0)
      })

      await test.step('by night', async () => {
        await page.emulateMedia({ colorScheme: 'dark' })
        await page.evaluate(() => localStorage.setItem('zhiyin.theme', 'dark'))
        await page.goto(at('/customers?view=all'))
        await settled(page)
        await page.getByLabel(t('work.select_page'), { exact: true }).check()
        await look('dark')
      })
    })
  })
