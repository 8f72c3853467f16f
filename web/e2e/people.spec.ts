import { readFileSync } from 'node:fs'
import { type BrowserContextOptions, type Page, request } from '@playwright/test'
import { accessible, expect, listen, noSidewaysScroll, picture, prefer, settled, test } from './support/fixtures'
import { badRows, people, shop, twiceRows } from './support/files'
import { type Server, startEmpty } from './support/server'
import { balanced, cells, check, choose, commit, drop, setUp } from './support/steps'
import { langs, words } from './support/words'

const password = 'a long enough password'
const who = { 'zh-CN': { shop: '小满茶铺', owner: '林溪', agent: '周岚', viewer: '许安' }, en: { shop: 'Harbour Coffee', owner: 'Ada', agent: 'Grace', viewer: 'Mary' } }

/** Who may do what: asked in by a link, seeing less, taken out, and all of it in the log. */
for (const lang of langs)
  test.describe(`people and walls, ${lang}`, () => {
    test.use({ locale: lang, permissions: ['clipboard-read', 'clipboard-write'] })
    let server: Server | undefined
    test.beforeAll(async () => { server = await startEmpty() })
    test.afterAll(async () => { await server?.stop() })

    test('invited, walled off, taken out, and written down', async ({ page, browser, contextOptions }, info) => {
      test.slow()
      const t = words(lang)
      const names = who[lang]
      const phone = info.project.name === 'phone'
      const at = (path: string) => `${server?.url}${path}`
      const said: string[][] = []
      const step = async (of: Page) => {
        await noSidewaysScroll(of)
        await of.evaluate(() => window.scrollTo(0, 0))
        await accessible(of)
      }
      /** Somebody else, in a browser of their own. */
      const another = async () => {
        const context = await browser.newContext({ ...info.project.use, ...contextOptions, locale: lang, reducedMotion: 'reduce' } as BrowserContextOptions)
        const made = await context.newPage()
        said.push(listen(made))
        await prefer(made, lang)
        return made
      }
      const drawer = (of: Page) => of.getByRole('dialog')
      const secret = async (of: Page) => {
        const value = await of.getByTestId('secret').inputValue()
        await drawer(of).getByRole('button', { name: t('common.copy'), exact: true }).click()
        await expect(of.getByText(t('common.copied'), { exact: true })).toBeVisible()
        expect(await of.evaluate(() => navigator.clipboard.readText())).toBe(value)
        return value
      }
      const sure = (name: string) => page.locator('.ant-popconfirm, .ant-popover').getByRole('button', { name, exact: true }).click()
      const row = (text: string) => page.getByRole('row').filter({ hasText: text })

      await prefer(page, lang)
      await setUp(page, server, t, names.shop, names.owner)
      const { files, orders } = shop(lang)
      await drop(page, t, files)
      await check(page, t)
      await balanced(page, orders + people + badRows + twiceRows, orders + people, badRows, twiceRows)
      await commit(page, t, orders + people)

      const links: Record<string, string> = {}
      await test.step('the owner invites an agent and a viewer by link', async () => {
        if (!phone) await expect(page.locator('.rail').getByRole('link', { name: t('shell.audit'), exact: true })).toBeVisible()
        await page.goto(at('/settings/users'))
        await settled(page)
        await expect(page.getByText(t('members.last_owner'), { exact: true })).toBeVisible()
        await expect(page.getByRole('button', { name: t('members.remove_of', { name: names.owner }) })).toHaveCount(0)
        await step(page)
        for (const role of ['agent', 'viewer']) {
          await page.getByRole('button', { name: t('members.invite'), exact: true }).click()
          await drawer(page).getByLabel(t('session.email'), { exact: true }).fill(`${role}@example.com`)
          await choose(page, t('access.role'), t(`access.role_${role}`))
          await accessible(page)
          await drawer(page).getByRole('button', { name: t('members.make_link'), exact: true }).click()
          links[role] = await secret(page)
          await accessible(page)
          await picture(page, info, `invited-${role}`)
          await drawer(page).getByRole('button', { name: t('common.done'), exact: true }).click()
          await expect(row(`${role}@example.com`)).toContainText(t('members.state_open'))
        }
        await step(page)
        // one that was sent to the wrong address
        await page.getByRole('button', { name: t('members.invite'), exact: true }).click()
        await drawer(page).getByLabel(t('session.email'), { exact: true }).fill('wrong@example.com')
        await drawer(page).getByRole('button', { name: t('members.make_link'), exact: true }).click()
        links.wrong = await page.getByTestId('secret').inputValue()
        await drawer(page).getByRole('button', { name: t('common.done'), exact: true }).click()
        await page.getByRole('button', { name: t('members.revoke_of', { email: 'wrong@example.com' }) }).click()
        await sure(t('members.revoke'))
        await expect(page.getByText(t('members.revoked', { email: 'wrong@example.com' }))).toBeVisible()
      })

      /** Takes an invitation; ends on the first page of the house. */
      const join = async (of: Page, role: 'agent' | 'viewer') => {
        await of.goto(links[role] ?? '')
        await expect(of.getByRole('heading', { level: 1, name: t('session.invite_into', { workspace: names.shop }) })).toBeVisible()
        expect(of.url(), 'the secret left the address bar').toBe(at('/invite'))
        await expect(of.getByText(t('session.invite_who', { inviter: names.owner, email: `${role}@example.com`, role: t(`access.role_${role}`) }))).toBeVisible()
        await step(of)
        await of.getByLabel(t('session.name'), { exact: true }).fill(names[role])
        await of.getByLabel(t('session.password_choose'), { exact: true }).fill(password)
        await of.getByLabel(t('session.password_again'), { exact: true }).fill(`${password}!`)
        await of.getByRole('button', { name: t('session.invite_accept'), exact: true }).click()
        await expect(of.getByText(t('session.password_unequal'), { exact: true })).toBeVisible()
        await of.getByLabel(t('session.password_again'), { exact: true }).fill(password)
        await of.getByRole('button', { name: t('session.invite_accept'), exact: true }).click()
        await expect(of.getByRole('heading', { level: 1, name: t('today.title') })).toBeVisible()
      }
      /** The first customer of the list, opened: what their phone reads like. */
      const number = async (of: Page) => {
        await of.goto(at('/customers'))
        await settled(of)
        await (phone ? of.locator('.person') : of.locator('.list tbody th a')).first().click()
        await expect(of.getByRole('heading', { name: t('customers.who'), exact: true })).toBeVisible()
        return of.locator('.who dl')
      }

      const viewer = await another()
      await test.step('the viewer joins, sees masked numbers and no way to import or export', async () => {
        await join(viewer, 'viewer')
        await expect(await number(viewer)).toContainText(/138\*{4}\d{4}/)
        await expect(viewer.locator('.who .lock').first()).toBeVisible()
        await step(viewer)
        await viewer.goto(at('/customers'))
        await settled(viewer)
        await expect(viewer.getByRole('textbox', { name: t('customers.search_masked') })).toBeVisible()
        await expect(viewer.getByTestId('export')).toHaveCount(0)
        await expect(viewer.getByRole('link', { name: t('customers.import'), exact: true })).toHaveCount(0)
        for (const nav of ['.rail', '.bottom']) await expect(viewer.locator(nav).getByRole('link', { name: t('shell.imports') })).toHaveCount(0)
        await expect(viewer.locator('.rail').getByText(t('shell.group_manage'), { exact: true })).toHaveCount(0)
        await step(viewer)
        for (const [path, what] of [['/imports', 'imports_write'], ['/segments/new', 'definitions_write'], ['/settings/users', 'members_manage'], ['/settings/tokens', 'tokens_write'], ['/audit', 'audit_read']]) {
          await viewer.goto(at(path ?? ''))
          await expect(viewer.getByRole('heading', { level: 1, name: t('access.denied') })).toBeVisible()
          await expect(viewer.getByText(t('access.may_not', { what: t(`access.may_${what}`) }), { exact: true })).toBeVisible()
        }
        await step(viewer)
        await picture(viewer, info, 'denied')
        await viewer.goto(at('/settings'))
        await expect(viewer.getByText(t('settings.owner_only'), { exact: true })).toBeVisible()
        await step(viewer)
      })

      await test.step('the agent sees whole numbers; links work once', async () => {
        const agent = await another()
        await join(agent, 'agent')
        await expect(await number(agent)).toContainText(/138 \d{4} \d{4}/)
        await expect(agent.locator('.lock')).toHaveCount(0)
        await agent.context().close()
        const late = await another()
        for (const link of [links.viewer, links.wrong]) {
          await late.goto(link ?? '')
          await expect(late.getByRole('heading', { level: 1, name: t('session.invite_ended') })).toBeVisible()
          await step(late)
        }
        await late.context().close()
      })

      await test.step('a token is made, works, and is revoked', async () => {
        await page.goto(at('/settings/tokens'))
        await settled(page)
        await expect(page.getByText(t('tokens.none'), { exact: true })).toBeVisible()
        await page.getByRole('button', { name: t('tokens.new'), exact: true }).first().click()
        await drawer(page).getByLabel(t('tokens.name'), { exact: true }).fill('nightly')
        await choose(page, t('access.role'), t('access.role_analyst'))
        await choose(page, t('tokens.life'), t('tokens.days', { count: 30 }))
        await accessible(page)
        await drawer(page).getByRole('button', { name: t('tokens.make'), exact: true }).click()
        const token = await secret(page)
        await accessible(page)
        await drawer(page).getByRole('button', { name: t('common.done'), exact: true }).click()
        await expect(row('nightly')).toContainText(t('tokens.state_active'))
        await step(page)
        const program = await request.newContext({ baseURL: server?.url, extraHTTPHeaders: { Authorization: `Bearer ${token}` } })
        expect((await program.get('/api/v1/customers?limit=1')).status()).toBe(200)
        expect((await program.get('/api/v1/members')).status()).toBe(403)
        await page.getByRole('button', { name: t('tokens.revoke_of', { name: 'nightly' }) }).click()
        await sure(t('tokens.revoke'))
        await expect(row('nightly')).toContainText(t('tokens.state_revoked'))
        expect((await program.get('/api/v1/customers?limit=1')).status()).toBe(401)
        await program.dispose()
      })

      await test.step('the owner looks as the viewer, sees what they see, changes nothing and comes back', async () => {
        await page.goto(at('/settings/users'))
        await settled(page)
        await step(page)
        await page.getByRole('button', { name: t('members.view_of', { name: names.viewer }), exact: true }).click()
        const bar = page.getByTestId('looking')
        await expect(bar).toContainText(t('shell.looking_as', { name: names.viewer, role: t('access.role_viewer') }))
        await settled(page)
        await step(page)
        await picture(page, info, 'looking')
        await expect(await number(page)).toContainText(/138\*{4}\d{4}/)
        await expect(bar).toBeVisible()
        await step(page)
        await picture(page, info, 'looking-customer')
        for (const nav of ['.rail', '.bottom']) await expect(page.locator(nav).getByRole('link', { name: t('shell.imports') })).toHaveCount(0)
        const refused = await page.request.post(at('/api/v1/tags'), { data: { name: 'x' }, headers: { 'X-Zhiyin-CSRF': '1' } })
        expect([refused.status(), ((await refused.json()) as { code: string }).code]).toEqual([403, 'access.viewing'])
        // what opens from a side leaves room for the bar
        await page.keyboard.press('?')
        await expect(page.getByRole('dialog')).toBeVisible()
        await expect(bar.getByRole('button')).toBeInViewport()
        await page.keyboard.press('Escape')
        await bar.getByRole('button', { name: t('shell.looking_back'), exact: true }).click()
        await expect(page.getByRole('heading', { level: 1, name: t('members.title') })).toBeVisible()
        await expect(bar).toHaveCount(0)
        // the same from beside the roles
        await choose(page, t('members.view_which'), t('members.view_option', { name: names.agent, role: t('access.role_agent') }))
        await page.locator('.view-as').getByRole('button', { name: t('members.view'), exact: true }).click()
        await expect(bar).toContainText(names.agent)
        await bar.getByRole('button', { name: t('shell.looking_back'), exact: true }).click()
        await expect(bar).toHaveCount(0)
        await settled(page)
      })

      await test.step('another role, said before it is given', async () => {
        await page.goto(at('/settings/users'))
        await settled(page)
        await choose(page, t('members.role_of', { name: names.agent }), t('access.role_analyst'))
        await expect(drawer(page)).toContainText(t('access.may_export_take'))
        await accessible(page)
        await drawer(page).getByRole('button', { name: t('members.change'), exact: true }).click()
        await expect(page.getByText(t('members.changed', { name: names.agent }))).toBeVisible()
        await page.getByRole('switch', { name: t('members.personal_of', { name: names.agent }) }).click()
        await expect(row('agent@example.com')).toContainText(t('members.not_by_role'))
        await step(page)
      })

      await test.step('the viewer is taken out; the next click asks to sign in', async () => {
        await page.getByRole('button', { name: t('members.remove_of', { name: names.viewer }) }).click()
        await expect(drawer(page)).toContainText(t('members.remove_sessions'))
        await accessible(page)
        await drawer(page).getByRole('button', { name: t('common.remove'), exact: true }).click()
        await expect(page.getByText(t('members.removed', { name: names.viewer }))).toBeVisible()
        await expect(page.getByRole('button', { name: t('members.remove_of', { name: names.viewer }) })).toHaveCount(0)
        await viewer.locator(phone ? '.bottom' : '.rail').getByRole('link', { name: t('shell.segments'), exact: true }).click()
        await expect(viewer.getByRole('dialog')).toContainText(t('session.over_note'))
        await accessible(viewer)
        await viewer.locator('#password').fill(password)
        await viewer.getByRole('button', { name: t('session.sign_in'), exact: true }).click()
        await expect(viewer.getByText(t('errors.session_wrong'), { exact: true })).toBeVisible()
        await viewer.context().close()
      })

      await test.step('the log has it all, and is whole', async () => {
        await page.goto(at('/audit'))
        await settled(page)
        for (const action of ['workspace.founded', 'import.committed', 'invitation.made', 'invitation.revoked', 'member.joined', 'token.made', 'token.revoked', 'viewing.begun', 'viewing.ended', 'member.changed', 'member.removed'])
          await expect(page.locator(`tr[data-action="${action}"]`).first(), action).toBeVisible()
        await step(page)
        await page.getByRole('button', { name: t('audit.verify'), exact: true }).click()
        const total = Number((await page.locator('.audit tbody tr').first().locator('td').last().textContent()) ?? 0)
        await expect(page.getByTestId('verdict')).toContainText(t('audit.whole', { n: total }))
        await step(page)
        await picture(page, info, 'audit')
        await choose(page, t('audit.what'), t('audit.action_member_joined'))
        await expect(page).toHaveURL(/action=member\.joined/)
        await expect(page.locator('tr[data-action]:not([data-action="member.joined"])')).toHaveCount(0)
        await expect(page.locator('tr[data-action="member.joined"]')).toHaveCount(2)
        await page.reload()
        await settled(page)
        await expect(page.locator('tr[data-action="member.joined"]')).toHaveCount(2)
        // what was done to one thing: from its own page, and by a click in the log
        await page.goto(at('/settings/users'))
        await page.getByRole('link', { name: t('audit.history'), exact: true }).first().click()
        await expect(page).toHaveURL(/about=usr_/)
        await settled(page)
        await expect(page.locator('tr[data-action="token.revoked"]')).toHaveCount(0)
        await step(page)
        await page.goto(at('/audit?action=member.joined'))
        await settled(page)
        const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: t('audit.export'), exact: true }).click()])
        expect(cells(readFileSync(await file.path(), 'utf8')), 'a head and two lines').toHaveLength(3)
      })
      expect(said.flat(), 'console and content security policy of the others').toEqual([])
    })
  })
