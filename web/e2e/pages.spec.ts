import { readFileSync } from 'node:fs'
import { accessible, expect, noSidewaysScroll, picture, prefer, settled, still, test, watchMoves } from './support/fixtures'
import { type Server, startDemo } from './support/server'
import { longer, squeezed } from './support/longer'
import { cells } from './support/steps'
import { langs, words } from './support/words'

/** Every page with the sample business, in both languages and both themes: no axe finding, no complaint, nothing sideways, nothing that jumps. */
let server: Server | undefined
let state: { cookies: []; origins: [] } | undefined
let customer = ''
let company = ''
let importId = ''
let hook = ''
let board = ''
let object = ''
let erasure = ''
let refused = ''

test.beforeAll(async ({ browser }) => {
  test.setTimeout(300_000)
  server = await startDemo('en', 800)
  const context = await browser.newContext({ baseURL: server?.url, extraHTTPHeaders: { 'X-Zhiyin-CSRF': '1' } })
  const signed = await context.request.post('/api/v1/session', { data: { email: server.email, password: server.password } })
  expect(signed.ok()).toBe(true)
  const list = (await (await context.request.get('/api/v1/customers?limit=1')).json()) as { items: { id: string }[] }
  customer = list.items[0]?.id ?? ''
  const companies = (await (await context.request.get(`/api/v1/customers?limit=1&rule=${encodeURIComponent('kind = "organisation" and contacts >= 1')}`)).json()) as { items: { id: string }[] }
  company = companies.items[0]?.id ?? ''
  const all = (await (await context.request.get('/api/v1/imports')).json()) as { items: { id: string }[] }
  importId = all.items[0]?.id ?? ''
  const made = await context.request.post('/api/v1/segments', { data: { key: 'quiet', label: { zh: '沉睡高价值', en: 'Gone quiet' }, description: { zh: '', en: '' }, rule_text: 'net > 1000 and (class.lifecycle = "at_risk" or recency_days > 60)' } })
  expect(made.ok(), await made.text()).toBe(true)
  // an address that is public, so that nothing is asked of anybody's network but its absence
  const hooked = await context.request.post('/api/v1/webhooks', { data: { url: 'http://1.1.1.1/', description: 'ERP', types: ['segment.entered', 'class.changed'], segments: ['quiet'] } })
  expect(hooked.ok(), await hooked.text()).toBe(true)
  hook = ((await hooked.json()) as { webhook: { id: string } }).webhook.id
  const templates = (await (await context.request.get('/api/v1/dashboards/templates')).json()) as { items: { name: object; tiles: object[] }[] }
  const dashboard = await context.request.post('/api/v1/dashboards', { data: { name: templates.items[1]?.name, tiles: templates.items[1]?.tiles } })
  board = ((await dashboard.json()) as { id: string }).id
  const field = (key: string, zh: string, en: string, kind: string) => ({ key, label: { zh, en }, kind })
  const form = await context.request.post('/api/v1/objects', { data: { label: { zh: '门店活动', en: 'Store event' }, time: 'day', sections: [{ fields: [field('who', '客户', 'Customer', 'customer'), field('day', '日期', 'Date', 'day'), field('spent', '花费', 'Spent', 'money'), field('what', '内容', 'What', 'text')] }] } })
  object = ((await form.json()) as { id: string }).id
  expect((await context.request.post(`/api/v1/objects/${object}/records`, { data: { values: { who: customer, day: '2026-01-02', spent: 320, what: 'Gongfu tasting' } } })).ok()).toBe(true)
  const own = { key: 'custom.skin', label: { zh: '皮肤类型', en: 'Skin type' }, description: { zh: '', en: '' }, group: 'custom', value: 'text', definition: { kind: 'attribute', key: 'custom.skin' }, entry: { kind: 'choice', options: [{ key: '油性', label: { zh: '油性', en: 'Oily' } }] } }
  expect((await context.request.post('/api/v1/features', { data: own })).ok()).toBe(true)
  // somebody does not want to be profiled: in a class of their own on every page
  const neutral = ((await (await context.request.get('/api/v1/customers?limit=3')).json()) as { items: { id: string }[] }).items[2]?.id ?? ''
  expect((await context.request.post('/api/v1/changes', { headers: { 'Idempotency-Key': 'pages-refusal' }, data: { kind: 'profiling_refuse', customers: [neutral], refusal: { how: 'letter' } } })).ok()).toBe(true)
  refused = neutral
  const last = ((await (await context.request.get('/api/v1/customers?limit=1&sort=net')).json()) as { items: { id: string }[] }).items[0]?.id ?? ''
  erasure = ((await (await context.request.post(`/api/v1/customers/${last}/erasure`, { data: { reason: 'asked for it', confirm: last } })).json()) as { id: string }).id
  await expect.poll(async () => ((await (await context.request.get(`/api/v1/erasures/${erasure}`)).json()) as { state: string }).state, { timeout: 60_000 }).toBe('done')
  state = (await context.storageState()) as never
  await context.close()
})
test.afterAll(async () => {
  await server?.stop()
})

const routes: [string, () => string][] = [
  ['today', () => '/'],
  ['overview', () => '/classification'],
  ['overview, change side by side', () => '/classification?view=change&scoring=all'],
  ['classification', () => '/classifications/lifecycle'],
  ['new classification', () => '/classification/new'],
  ['customers', () => '/customers'],
  ['customers, filtered', () => '/customers?class.lifecycle=at_risk&rule=orders+%3E+2'],
  ['customer', () => `/customers/${customer}`],
  ['company', () => `/customers/${company}`],
  ['why', () => `/customers/${customer}?why=rfm_8`],
  ['not profiled', () => `/customers/${refused}`],
  ['why not profiled', () => `/customers/${refused}?why=lifecycle`],
  ['customers, not profiled', () => '/customers?class.lifecycle=not_profiled'],
  ['changes', () => '/changes'],
  ['duplicates', () => '/duplicates'],
  ['data quality', () => '/data-quality'],
  ['customers, of a finding', () => '/customers?finding=no_phone'],
  ['erasures', () => '/erasures'],
  ['erasure', () => `/erasures/${erasure}`],
  ['objects', () => '/objects'],
  ['records', () => `/objects/${object}`],
  ['customers, own field', () => '/customers?columns=custom.skin,net'],
  ['own field', () => '/features?open=custom.skin'],
  ['segments', () => '/segments'],
  ['segment', () => '/segments/quiet'],
  ['new segment', () => '/segments/new'],
  ['dashboards', () => '/dashboards'],
  ['dashboard', () => `/dashboards/${board}`],
  ['dashboard, edited', () => `/dashboards/${board}?edit=on`],
  ['sql', () => '/sql'],
  ['features', () => '/features'],
  ['new feature', () => '/features?open=new'],
  ['imports', () => '/imports'],
  ['import', () => `/imports/${importId}`],
  ['settings', () => '/settings'],
  ['account', () => '/settings/account'],
  ['members', () => '/settings/users'],
  ['businesses', () => '/settings/businesses'],
  ['tokens', () => '/settings/tokens'],
  ['webhooks', () => '/settings/webhooks'],
  ['webhook', () => `/settings/webhooks/${hook}`],
  ['mail', () => '/settings/mail'],
  ['audit', () => '/audit'],
  ['audit, narrowed', () => '/audit?action=session.begun&day=2020-02-29'],
  ['jobs', () => '/jobs'],
  ['an invitation that is gone', () => '/invite'],
  ['not found', () => '/nowhere'],
]

/** Pages of whoever is not in yet, reached by what the session says. */
const doors: [string, string, object][] = [
  ['sign in', '/signin', { user: null }],
  ['set up', '/setup', { user: null, setup_required: true }],
  ['second step', '/second-step', { second_factor_due: true }],
  ['unsubscribe', '/unsubscribe?token=none', {}],
]

type Theme = 'light' | 'dark'
/** A page that was loaded in one language and theme is also seen in the other theme, turned on the spot; each theme is loaded in one of the languages. */
const loadedIn = { 'zh-CN': 'light', en: 'dark' } as const

for (const lang of langs)
  test(`every page, ${lang}`, async ({ browser, contextOptions }, info) => {
    test.setTimeout(900_000)
    const context = await browser.newContext({ ...info.project.use, ...contextOptions, baseURL: server?.url, locale: lang, storageState: state, reducedMotion: 'reduce' } as never)
    const page = await context.newPage()
    const said: string[] = []
    page.on('console', (m) => { if (m.type() === 'error' && !/status of 404/.test(m.text())) said.push(`${page.url()} ${m.text()}`) })
    page.on('pageerror', (e) => said.push(`${page.url()} ${e.message}`))
    const wide = page.viewportSize() ?? { width: 1440, height: 900 }
    const phone = info.project.name === 'phone'
    const first: Theme = loadedIn[lang]
    await prefer(page, lang, first)
    // as if it was chosen in another tab: what lies open over the page stays
    const turn = (as: Theme) => page.evaluate((x) => {
      localStorage.setItem('zhiyin.theme', x)
      dispatchEvent(new StorageEvent('storage', { key: 'zhiyin.theme', newValue: x }))
    }, as)
    const load = async (path: string) => {
      if (page.url() !== 'about:blank') await turn(first)
      await page.goto(path)
      await settled(page)
    }
    // once on each screen: who waits is the same in every language
    const watches = phone || lang === 'zh-CN'
    if (watches) await watchMoves(page)
    const judged = async (path: string, as: Theme) => {
      expect(await page.evaluate(() => document.documentElement.dataset.theme), path).toBe(as)
      await expect(page.locator('h1')).toHaveCount(1)
      await noSidewaysScroll(page)
      await accessible(page)
    }
    const walk = (name: string, path: string) =>
      test.step(name, async () => {
        await load(path)
        if (watches) await still(page)
        await judged(path, first)
        const other = first === 'light' ? 'dark' : 'light'
        await turn(other)
        await judged(path, other)
        if (phone) return
        // at 400 % of 1280 nothing but tables and boards goes sideways
        await page.setViewportSize({ width: 320, height: 720 })
        await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth), { message: `${path} at 320`, timeout: 3000 }).toBeLessThanOrEqual(320)
        await page.setViewportSize(wide)
      })
    for (const [name, path] of routes) await walk(name, path())
    for (const [name, path, says] of doors) {
      await page.route('**/api/v1/session', async (route) => {
        if (route.request().method() !== 'GET') return route.continue()
        const answer = await route.fetch()
        await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), ...says } })
      })
      await walk(name, path)
      await page.unroute('**/api/v1/session')
    }
    expect(said).toEqual([])
    await context.close()
  })

test('texts half as long again are neither cut off nor over one another', { tag: '@desktop' }, async ({ browser, contextOptions }, info) => {
  test.setTimeout(600_000)
  const context = await browser.newContext({ ...info.project.use, ...contextOptions, baseURL: server?.url, locale: 'en', storageState: state, reducedMotion: 'reduce' } as never)
  const page = await context.newPage()
  await prefer(page, 'en')
  // the language's file as it travels, every text of it longer by two fifths
  await page.route(/\/assets\/en-[\w-]+\.js$/, (route) => route.fulfill({ contentType: 'text/javascript', body: `export default ${JSON.stringify(longer('en'))}` }))
  const found: string[] = []
  for (const [name, path] of routes.filter(([name]) => !['erasure', 'not found', 'audit, narrowed', 'own field', 'overview, change side by side'].includes(name))) {
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.goto(path())
    await settled(page)
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 })
      await page.waitForTimeout(100)
      found.push(...(await page.evaluate(squeezed)).map((what) => `${name} ${width}: ${what}`))
    }
  }
  expect(found).toEqual([])
  await context.close()
})

test('classifications of one\'s own come and go, changed ones go back', async ({ browser, contextOptions }, info) => {
  const t = words('en')
  const context = await browser.newContext({ ...info.project.use, ...contextOptions, baseURL: server?.url, locale: 'en', storageState: state } as never)
  const page = await context.newPage()
  await prefer(page, 'en')
  const named = (what: string) => page.getByLabel(`${t(what)} · ${t('features.in_en')}`, { exact: true })
  const sure = (name: string) => page.locator('.ant-popconfirm, .ant-popover').getByRole('button', { name, exact: true }).click()
  await page.goto('/classification')
  await settled(page)
  await page.getByRole('link', { name: t('classification.new'), exact: true }).click()
  await expect(page.getByRole('button', { name: t('classification.create'), exact: true })).toBeDisabled()
  await named('classification.name').fill('Regulars or not')
  await named('classification.class').fill('Regulars')
  // a phone shows rows or text, one at a time
  if (info.project.name === 'phone') await page.getByText(t('rule.as_text'), { exact: true }).first().click()
  await page.getByRole('textbox', { name: t('rule.as_text') }).fill('orders >= 6')
  await named('classification.otherwise_name').fill('Others')
  await page.getByRole('button', { name: t('classification.create'), exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Regulars or not' })).toBeVisible()
  await expect(page.locator('.rules-list li')).toHaveCount(2)
  await accessible(page)
  await page.getByRole('button', { name: t('common.delete'), exact: true }).click()
  await sure(t('common.delete'))
  await expect(page.getByRole('heading', { level: 1, name: t('classification.title') })).toBeVisible()

  await page.goto('/classifications/purchase_frequency')
  await settled(page)
  const shipped = (await page.getByRole('heading', { level: 1 }).textContent()) ?? ''
  await page.getByRole('button', { name: t('classification.edit') }).click()
  await named('classification.name').fill('How often they come')
  await page.getByRole('button', { name: t('classification.save_version') }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'How often they come' })).toBeVisible()
  await page.getByRole('button', { name: t('classification.back') }).click()
  await sure(t('classification.back_ok'))
  await expect(page.getByRole('heading', { level: 1, name: shipped })).toBeVisible()
  await expect(page.getByRole('button', { name: t('classification.back') })).toHaveCount(0)

  // a fixed list of a rule is taken by the server
  await page.goto('/segments/new?rule=orders+%3E+2')
  await expect(page.getByTestId('live-count')).toHaveText(/[1-9]/)
  const count = await page.getByTestId('live-count').textContent()
  await page.getByLabel(t('segments.name'), { exact: true }).fill('Those of today')
  await page.getByText(t('segments.kind_static'), { exact: true }).click()
  await page.getByRole('button', { name: t('common.save'), exact: true }).click()
  await expect(page.getByText(t('segments.static_note', { n: count ?? '' }))).toBeVisible()
  await context.close()
})

for (const lang of langs)
  test(`a company is no person, and unsaved edits are asked about, ${lang}`, async ({ browser, contextOptions }, info) => {
    const t = words(lang)
    const context = await browser.newContext({ ...info.project.use, ...contextOptions, baseURL: server?.url, locale: lang, storageState: state, reducedMotion: 'reduce' } as never)
    const page = await context.newPage()
    const asked: string[] = []
    page.on('dialog', (d) => { asked.push(d.message()); void d.dismiss() })
    await prefer(page, lang)
    await page.goto(`/customers/${company}`)
    await settled(page)
    const told = (await (await page.request.get(`/api/v1/customers/${company}`)).json()) as { contacts: { name: string | null }[]; classes: { classification: string; label: { zh: string; en: string } }[] }
    await expect(page.locator('.contacts')).toContainText(told.contacts[0]?.name ?? '')
    const line = (key: string) => page.locator('.class-line').filter({ has: page.getByText(told.classes.find((c) => c.classification === key)?.label[lang === 'en' ? 'en' : 'zh'] ?? key, { exact: true }) })
    await expect(line('by_company_size')).toHaveCount(1)
    const rest = page.getByTestId('unknown-classes').getByRole('button').first()
    if (await rest.isVisible()) await rest.click()
    for (const key of ['by_gender', 'age_group', 'by_marital_status']) await expect(line(key)).toHaveCount(0)

    await page.goto('/segments')
    await settled(page)
    await page.getByRole('link', { name: t('segments.new'), exact: true }).click()
    await page.getByLabel(t('segments.name'), { exact: true }).fill('Unsaved')
    const dialog = page.getByRole('dialog', { name: t('common.leave_unsaved') })
    await page.goBack()
    await expect(dialog).toBeVisible()
    await accessible(page)
    await dialog.getByRole('button', { name: t('common.leave_stay'), exact: true }).click()
    await expect(dialog).toBeHidden()
    await expect(page.getByLabel(t('segments.name'), { exact: true })).toHaveValue('Unsaved')
    await page.locator('.page-crumb').getByRole('link').click()
    await dialog.getByRole('button', { name: t('common.leave_go'), exact: true }).click()
    await expect(page.getByRole('heading', { level: 1, name: t('segments.title') })).toBeVisible()
    expect(asked, 'the browser asks nothing').toEqual([])
    await context.close()
  })

for (const lang of langs)
  test(`everything is at hand: search, keys, drafts, files, ${lang}`, { tag: '@desktop' }, async ({ browser, contextOptions }, info) => {
    test.slow()
    const t = words(lang)
    const zh = lang === 'zh-CN'
    const context = await browser.newContext({ ...info.project.use, ...contextOptions, baseURL: server?.url, locale: lang, storageState: state, extraHTTPHeaders: { 'X-Zhiyin-CSRF': '1' } } as never)
    const page = await context.newPage()
    const get = async <T,>(path: string) => (await (await page.request.get(`/api/v1${path}`)).json()) as T
    const asked: string[] = []
    page.on('request', (r) => { const path = new URL(r.url()).pathname; if (path.startsWith('/api/')) asked.push(path.slice(7)) })
    page.on('dialog', (d) => void d.accept())
    await prefer(page, lang)
    const box = page.getByRole('combobox', { name: t('shell.search'), exact: true })
    const option = (text: string) => page.getByRole('option').filter({ hasText: text })
    const file = async (name: string) => {
      await page.getByRole('button', { name: t('common.save_table', { name }), exact: true }).click()
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: t('common.save_csv'), exact: true }).click()])
      const text = readFileSync(await download.path(), 'utf8')
      expect(text.startsWith('\ufeff')).toBe(true)
      return { name: download.suggestedFilename(), rows: cells(text) }
    }

    await test.step('the timeline says what was bought', async () => {
      const { items } = await get<{ items: { detail: { lines?: { product?: string; paid?: number }[] } }[] }>(`/customers/${customer}/timeline?types=order`)
      const bought = items.find((x) => x.detail.lines?.length)?.detail.lines ?? []
      await page.goto(`/customers/${customer}?types=order`)
      const lines = page.getByTestId('order-lines').first()
      await expect(lines.getByRole('listitem')).toHaveCount(bought.length > 4 ? 3 : bought.length)
      await expect(lines.getByRole('listitem').first()).toContainText(bought[0]?.product ?? '')
      await expect(lines.getByRole('listitem').first()).toContainText(/\d\.\d\d/)
    })

    await test.step('the search leads to what was opened last, and to everything that has a name', async () => {
      const { name } = await get<{ name: string }>(`/customers/${customer}`)
      const dashboard = (await get<{ name: { zh: string; en: string } }>(`/dashboards/${board}`)).name[zh ? 'zh' : 'en']
      asked.length = 0
      await page.goto('/')
      await settled(page)
      for (const path of ['/views', '/sql/questions', '/objects', '/dashboards', '/tags']) expect(asked, 'nothing is asked before it is opened').not.toContain(path)
      await page.keyboard.press('Control+k')
      await expect(page.getByText(t('shell.palette_recent'), { exact: true })).toBeVisible()
      await expect(page.getByRole('option').first()).toContainText(name)
      expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(name)
      await accessible(page)
      await picture(page, info, 'search')
      for (const [word, text] of [[dashboard, dashboard], [zh ? '门店活动' : 'store event', zh ? '门店活动' : 'Store event'], ['gongfu', '#1'], [t('account.title'), t('account.title')], [t('shell.to_dark'), t('shell.to_dark')], [t('members.invite'), t('members.invite')], ['demo@example.com', t('access.role_owner')]] as [string, string][]) {
        await box.fill(word)
        await expect(option(text).first()).toBeVisible()
      }
      await picture(page, info, 'found')
      await box.fill(dashboard)
      await option(dashboard).first().click()
      await expect(page).toHaveURL(new RegExp(board))
    })

    await test.step('a draft is offered again after a reload, never put back by itself', async () => {
      await page.goto('/segments')
      await settled(page)
      await page.locator('h1').click()
      await page.keyboard.press('c')
      const menu = page.getByRole('dialog', { name: t('shell.new'), exact: true })
      await expect(menu.getByRole('button', { name: t('entry.new_customer') })).toBeFocused()
      await accessible(page)
      await picture(page, info, 'new')
      await page.keyboard.press('s')
      await page.getByLabel(t('segments.name'), { exact: true }).fill('Regulars 3')
      await page.getByLabel(t('rule.as_text'), { exact: true }).fill('orders >= 3')
      await expect(page.locator('.live b')).toBeVisible()
      await page.reload()
      const offer = page.getByTestId('draft')
      await expect(page.getByLabel(t('segments.name'), { exact: true })).toHaveValue('')
      await offer.getByRole('button', { name: t('segments.draft_take'), exact: true }).click()
      await expect(page.getByLabel(t('segments.name'), { exact: true })).toHaveValue('Regulars 3')
      await expect(page.getByLabel(t('rule.as_text'), { exact: true })).toHaveValue('orders >= 3')
      await expect(offer).toHaveCount(0)
      await page.getByLabel(t('segments.name'), { exact: true }).fill('')
      await page.reload()
      await offer.getByRole('button', { name: t('segments.draft_drop'), exact: true }).click()
      await page.reload()
      await settled(page)
      await expect(offer).toHaveCount(0)
    })

    await test.step('segments are found, sorted, copied, and taken along', async () => {
      await page.goto('/segments?sort=size')
      const sizes = (await page.locator('tbody td.num.strong').allInnerTexts()).map((x) => Number(x.replaceAll(',', '')))
      expect(sizes).toEqual([...sizes].sort((x, y) => y - x))
      await page.getByLabel(t('segments.search'), { exact: true }).fill('quiet')
      await expect(page.locator('tbody tr').filter({ hasText: 'quiet' }).first()).toBeVisible()
      const shown = await page.locator('tbody tr').count()
      const taken = await file(t('segments.title'))
      expect(taken.rows.length).toBe(shown + 1)
      expect(taken.rows.map((r) => r[1])).toContain('quiet')
      const name = zh ? '沉睡高价值' : 'Gone quiet'
      await page.getByRole('button', { name: t('segments.duplicate_of', { name }), exact: true }).click()
      await expect(page.getByRole('heading', { level: 1, name: zh ? `${name}（副本）` : `${name} (copy)` })).toBeVisible()
      const { items } = await get<{ items: { key: string; label: { en: string } }[] }>('/segments')
      const copy = items.find((s) => s.label.en === 'Gone quiet (copy)')
      expect((await page.request.delete(`/api/v1/segments/${copy?.key}`)).status()).toBe(204)
    })

    await test.step('a figure is taken as the numbers it shows', async () => {
      const { buyers } = await get<{ buyers: number }>('/rfm?scoring=quantile')
      await page.goto('/classification')
      await settled(page)
      const { rows } = await file(t('classification.rfm'))
      expect(rows.slice(1).reduce((n, r) => n + Number(r[1]), 0)).toBe(buyers)
    })

    await test.step('A gives a customer an owner, who finds them on the first page', async () => {
      await page.goto('/customers?view=all')
      await settled(page)
      await page.locator('h1').click()
      await page.keyboard.press('j')
      await page.keyboard.press('a')
      const dialog = page.getByRole('dialog', { name: t('work.assign_count_one', { n: 1 }) })
      await accessible(page)
      await picture(page, info, 'owner')
      await dialog.locator('.ant-select-item-option').first().click()
      await expect(page.locator('.toast').first()).toBeVisible()
      await page.keyboard.press('g')
      await page.keyboard.press('h')
      await page.getByTestId('notices').getByRole('link', { name: t('today.mine_one', { n: 1 }), exact: true }).click()
      await expect(page.locator('.list tbody tr')).toHaveCount(1)
      await page.locator('h1').click()
      await page.keyboard.press('Control+z')
      await expect(page.locator('.list tbody tr')).toHaveCount(0)
    })
    await context.close()
  })

test('a link is a view: filters, sort and day survive a reload', async ({ browser, contextOptions }, info) => {
  const context = await browser.newContext({ ...info.project.use, ...contextOptions, baseURL: server?.url, locale: 'en', storageState: state } as never)
  const page = await context.newPage()
  await prefer(page, 'en')
  await page.goto('/customers?class.lifecycle=active&sort=recency_days')
  await settled(page)
  const before = await page.locator('.page-note').textContent()
  await page.reload()
  await settled(page)
  expect(await page.locator('.page-note').textContent()).toBe(before)
  expect(page.url()).toContain('class.lifecycle=active')
  await context.close()
})
