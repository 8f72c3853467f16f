import type { Locator, Page } from '@playwright/test'
import { expect, prefer, settled, test } from './support/fixtures'
import { type Server, startDemo } from './support/server'
import { langs, words } from './support/words'

/** What has the focus, when one cannot see that: it is out of sight, or looks as it does without. */
const unseen = (page: Page) =>
  page.evaluate(() => {
    const on = document.activeElement
    if (!(on instanceof HTMLElement || on instanceof SVGElement) || on === document.body) return ''
    const said = `${on.tagName.toLowerCase()}.${on.getAttribute('class') ?? ''} “${(on.getAttribute('aria-label') ?? on.textContent ?? '').trim().slice(0, 40)}”`
    // a field shows it on its frame, a choice on the mark beside it
    const around = [on, on.parentElement, on.parentElement?.parentElement, on.parentElement?.parentElement?.parentElement, on.nextElementSibling].filter((e) => e instanceof Element)
    const shown = around.some((e) => {
      const style = getComputedStyle(e)
      return (style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none'
    })
    if (!shown) return `${said} does not show the focus`
    const box = on.getBoundingClientRect()
    const there = around.some((e) => { const b = e.getBoundingClientRect(); return b.width > 0 && b.height > 0 && b.bottom > 0 && b.right > 0 && b.top < innerHeight && b.left < innerWidth })
    return there ? '' : `${said} has the focus out of sight (${Math.round(box.x)}, ${Math.round(box.y)})`
  })

/** Goes on by Tab until this has the focus; every stop on the way is seen. */
async function tabTo(page: Page, where: Locator, most = 120) {
  for (let n = 0; n < most; n++) {
    if (await where.evaluate((e) => e === document.activeElement || e.contains(document.activeElement)).catch(() => false)) return
    await page.keyboard.press('Tab')
    expect.soft(await unseen(page)).toBe('')
  }
  throw new Error(`not reached by ${most} Tabs: ${where}`)
}

/** From signing in to a tag on two customers and a segment of one's own, with keys alone; and on every page a way around by Tab. */
for (const lang of langs)
  test.describe(`keys alone, ${lang}`, { tag: '@desktop' }, () => {
    test.use({ locale: lang })
    let server: Server | undefined
    test.beforeAll(async () => { server = await startDemo(lang, 300) })
    test.afterAll(async () => { await server?.stop() })

    test('signs in, finds, tags, undoes, makes a segment, and leaves', async ({ page }) => {
      test.slow()
      const t = words(lang)
      const keys = page.keyboard
      const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true })
      await prefer(page, lang)

      await test.step('signs in', async () => {
        await page.goto(`${server?.url}/`)
        await expect(page.getByLabel(t('session.email'))).toBeFocused()
        await keys.type(server?.email ?? '')
        await keys.press('Tab')
        await keys.type(server?.password ?? '')
        await keys.press('Enter')
        await expect(page.locator('.rail-link[aria-current=page]')).toBeVisible()
        await settled(page)
      })
      await test.step('the first Tab goes past the menu', async () => {
        await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
        await keys.press('Tab')
        await expect(page.getByRole('link', { name: t('shell.skip') })).toBeFocused()
        await keys.press('Enter')
        await keys.press('Tab')
        expect(await page.evaluate(() => !!document.activeElement?.closest('main'))).toBe(true)
      })
      await test.step('the keys are told, and Esc goes back', async () => {
        await keys.press('?')
        await expect(page.getByRole('dialog')).toBeVisible()
        await keys.press('Escape')
        await expect(page.getByRole('dialog')).toBeHidden()
      })
      await test.step('two customers get a tag', async () => {
        await keys.press('g')
        await keys.press('c')
        await expect(heading(t('customers.title'))).toBeVisible()
        await settled(page)
        await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
        await keys.press('j')
        await keys.press('x')
        await keys.press('j')
        await keys.press('x')
        const bulk = page.getByTestId('bulk')
        await expect(bulk).toContainText(t('work.selected', { count: 2, n: '2' }))
        await keys.press('b')
        await tabTo(page, bulk.getByRole('button', { name: t('work.add_tag'), exact: true }), 5)
        await keys.press('Enter')
        await expect(page.getByLabel(t('work.find_tag'), { exact: true })).toBeFocused()
        await keys.type('by keys')
        await keys.press('Enter')
        await expect(page.locator('table.list').getByText('by keys')).toHaveCount(2)
      })
      await test.step('and lose it again', async () => {
        await keys.press('Control+z')
        await expect(page.locator('table.list').getByText('by keys')).toHaveCount(0)
      })
      await test.step('a look at one, and back where one was', async () => {
        await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
        await keys.press('j')
        await keys.press('Space')
        await expect(page.getByRole('dialog').or(page.getByTestId('preview')).first()).toBeVisible()
        await keys.press('Escape')
        await expect(page.getByRole('dialog')).toBeHidden()
        await keys.press('Enter')
        await expect(page).toHaveURL(/\/customers\/cus_/)
        await settled(page)
        await page.goBack()
        await expect(heading(t('customers.title'))).toBeVisible()
      })
      await test.step('a segment of one’s own', async () => {
        await keys.press('Control+k')
        // letters count from the moment the keys are pressed; Chinese comes from an input method, into what has the focus
        if (lang !== 'en') await expect(page.getByRole('combobox', { name: t('shell.search') })).toBeFocused()
        await keys.type(t('segments.new'))
        await expect(page.getByRole('option').first()).toContainText(t('segments.new'))
        await keys.press('Enter')
        await expect(heading(t('segments.new'))).toBeVisible()
        await expect(page.getByLabel(t('segments.name'), { exact: true })).toBeFocused()
        await keys.type('Keys')
        await tabTo(page, page.getByRole('textbox', { name: t('rule.as_text') }))
        await keys.type('orders >= 2')
        await expect(page.locator('.live b')).not.toHaveText('')
        // saves from wherever one is
        await keys.press('Control+Enter')
        await expect(page).toHaveURL(/\/segments\/(?!new)/)
        await expect(heading('Keys')).toBeVisible()
      })
      await test.step('pins a page, which then stands first in the menu, and reads what waits', async () => {
        await page.getByRole('button', { name: t('shell.pin'), exact: true }).focus()
        await keys.press('Enter')
        await page.getByRole('checkbox', { name: t('shell.sql'), exact: true }).focus()
        await keys.press('Space')
        await keys.press('Escape')
        const first = page.locator('.rail-group').first()
        await expect(first.locator('.rail-title')).toHaveText(t('shell.group_pinned'))
        await expect(first.getByRole('link')).toHaveText([t('shell.sql')])
        await page.getByTestId('bell').focus()
        await keys.press('Enter')
        const waits = page.locator('.attention')
        await expect(waits).toContainText(t('today.notices'))
        await expect(waits.locator('li').first().or(waits.getByText(t('today.quiet')))).toBeVisible()
        await keys.press('Escape')
        await expect(waits).toHaveCount(0)
      })
    })

    // what Tab meets is the same in every language
    if (lang === 'en')
      test('a way around every page by Tab: seen at every stop, and out at the end', async ({ page }) => {
        test.setTimeout(300_000)
        const answer = await page.request.post(`${server?.url}/api/v1/session`, { headers: { 'X-Zhiyin-CSRF': '1' }, data: { email: server?.email, password: server?.password } })
        expect(answer.ok()).toBe(true)
        await prefer(page, lang)
        const found: string[] = []
        for (const path of ['/', '/classification', '/classifications/lifecycle', '/customers', '/segments/new', '/dashboards', '/duplicates', '/data-quality', '/imports', '/jobs', '/settings', '/settings/users', '/settings/tokens', '/audit', '/sql']) {
          await page.goto(`${server?.url}${path}`)
          await settled(page)
          await page.evaluate(() => { document.activeElement instanceof HTMLElement && document.activeElement.blur() })
          let stops = 0
          for (; stops < 400; stops++) {
            await page.keyboard.press('Tab')
            if (await page.evaluate(() => document.activeElement === document.body || document.activeElement === null)) break
            const what = await unseen(page)
            if (what) found.push(`${path}: ${what}`)
          }
          if (stops === 400) found.push(`${path}: no end after 400 stops`)
        }
        expect([...new Set(found)]).toEqual([])
        // a chart is one stop: arrows lead from cell to cell, and whoever comes back is where they were
        await page.goto(`${server?.url}/classification`)
        await settled(page)
        const cell = (r: number, f: number) => page.getByRole('button', { name: new RegExp(`^R${r} × F${f}:`) })
        await tabTo(page, cell(5, 1))
        for (const [key, r, f] of [['ArrowRight', 5, 2], ['ArrowDown', 4, 2], ['ArrowLeft', 4, 1], ['End', 1, 5], ['Home', 5, 1], ['ArrowRight', 5, 2]] as const) {
          await page.keyboard.press(key)
          await expect(cell(r, f)).toBeFocused()
        }
        await page.keyboard.press('Tab')
        await page.keyboard.press('Shift+Tab')
        await expect(cell(5, 2)).toBeFocused()
        await page.keyboard.press('Enter')
        await expect(page.getByTestId('picked')).toBeVisible()
      })
  })
