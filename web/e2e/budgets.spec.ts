import { expect, prefer, settled, test } from './support/fixtures'
import { counted } from './support/budget'
import { shop } from './support/files'
import { type Server, startDemo, startEmpty } from './support/server'
import { setUp } from './support/steps'
import { words } from './support/words'

/** How many clicks and keys everyday things take (`budgets.json`): more than that fails. */
test.describe('budgets of clicks @desktop', () => {
  test.use({ locale: 'en', extraHTTPHeaders: { 'X-Zhiyin-CSRF': '1' } })
  const t = words('en')
  let server: Server | undefined
  test.beforeAll(async () => { server = await startDemo('en', 400) })
  test.afterAll(async () => { await server?.stop() })
  test.beforeEach(async ({ page }) => {
    await prefer(page, 'en')
    expect((await page.request.post(`${server?.url}/api/v1/session`, { data: { email: server?.email, password: server?.password } })).ok()).toBe(true)
  })

  test('find a customer', async ({ page }) => {
    const one = ((await (await page.request.get(`${server?.url}/api/v1/customers?limit=1`)).json()) as { items: { id: string; external_id: string }[] }).items[0]
    await page.goto(server?.url ?? '')
    await settled(page)
    const hand = counted(page, 'find a customer')
    await hand.press('ControlOrMeta+k')
    await expect(page.getByRole('combobox').last()).toBeFocused()
    await hand.type(one?.external_id ?? '')
    await expect(page.getByRole('option').first()).toContainText(one?.external_id ?? '')
    await hand.press('Enter')
    await expect(page).toHaveURL(new RegExp(one?.id ?? 'nobody'))
    hand.done()
  })

  test('export a list', async ({ page }) => {
    await page.goto(`${server?.url}/customers`)
    await settled(page)
    const hand = counted(page, 'export a list')
    await hand.click(page.getByTestId('export'), 'export')
    await Promise.all([page.waitForEvent('download'), hand.click(page.getByRole('button', { name: t('customers.export_shown', { format: 'XLSX' }) }), 'XLSX')])
    hand.done()
  })

  test('build a segment of two rules', async ({ page }) => {
    await page.goto(`${server?.url}/segments`)
    await settled(page)
    const hand = counted(page, 'build a segment of two rules')
    await hand.click(page.getByRole('link', { name: t('segments.new'), exact: true }), 'new')
    await expect(page.locator('#segment-name')).toBeFocused()
    await hand.type('Regulars')
    for (const [feature, value] of [['orders', '3'], ['net', '100']] as const) {
      await hand.click(page.getByRole('button', { name: `+ ${t('rule.add_condition')}` }), 'condition')
      await hand.type(feature)
      await expect(page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option-active')).toBeVisible()
      await hand.press('Enter')
      await expect(page.locator('.rule-row').last().getByLabel(t('rule.value'))).toBeFocused()
      await hand.type(value)
    }
    await expect(page.locator('.rule-count b')).toHaveCount(2)
    await hand.click(page.getByRole('button', { name: t('common.save'), exact: true }), 'save')
    await expect(page.getByRole('heading', { level: 1, name: 'Regulars' })).toBeVisible()
    hand.done()
  })

  test('invite a user', async ({ page }) => {
    await page.goto(server?.url ?? '')
    await settled(page)
    const hand = counted(page, 'invite a user')
    await hand.click(page.locator('.rail').getByRole('link', { name: t('shell.members'), exact: true }), 'members')
    await hand.click(page.getByRole('button', { name: t('members.invite'), exact: true }), 'invite')
    await expect(page.getByLabel(t('session.email'), { exact: true })).toBeFocused()
    await hand.type('li.min@example.com')
    await hand.press('Enter')
    await expect(page.getByText(t('members.link_note', { until: '' }).slice(0, 12)).first()).toBeVisible()
    hand.done()
  })

  test("own file to the first segment's list", async ({ page }) => {
    const own = await startEmpty()
    try {
      await setUp(page, own, t, 'Harbour Coffee', 'Ada')
      const hand = counted(page, "own file to the first segment's list")
      await hand.drop(page.locator('input[type=file]'), shop('en').files)
      await hand.click(page.getByRole('button', { name: t('imports.check') }), 'check')
      await hand.click(page.getByRole('button', { name: new RegExp(`^${t('imports.import_rows', { count: 0, n: 0 }).split('0')[0]?.trim()}`) }), 'import')
      await expect(page.getByRole('heading', { name: t('imports.done') })).toBeVisible()
      await hand.click(page.locator('.rail').getByRole('link', { name: t('shell.segments'), exact: true }), 'segments')
      await hand.click(page.getByRole('link', { name: t('segments.new'), exact: true }).first(), 'new')
      await expect(page.locator('#segment-name')).toBeFocused()
      await hand.type('Regulars')
      await hand.click(page.getByRole('button', { name: `+ ${t('rule.add_condition')}` }), 'condition')
      await hand.type('orders')
      await expect(page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option-active')).toBeVisible()
      await hand.press('Enter')
      await expect(page.locator('.rule-row').last().getByLabel(t('rule.value'))).toBeFocused()
      await hand.type('2')
      await expect(page.locator('.rule-count b')).toHaveCount(1)
      await hand.click(page.getByRole('button', { name: t('common.save'), exact: true }), 'save')
      await expect(page.getByRole('heading', { level: 1, name: 'Regulars' })).toBeVisible()
      await hand.click(page.getByRole('link', { name: t('segments.list') }), 'list')
      await expect(page).toHaveURL(/customers\?segment=/)
      hand.done()
    } finally {
      // nothing asks a server that is gone
      await page.close()
      await own.stop()
    }
  })
})
