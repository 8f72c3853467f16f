import { createHmac } from 'node:crypto'
import type { BrowserContextOptions, Page } from '@playwright/test'
import { accessible, expect, listen, noSidewaysScroll, picture, prefer, settled, test } from './support/fixtures'
import { type Server, startEmpty } from './support/server'
import { setUp } from './support/steps'
import { langs, words } from './support/words'

const email = 'owner@example.com'
const password = 'a long enough password'

/** What an authenticator app shows: RFC 6238. `ahead`: of the step so far from now; the server takes one to either side. */
function appCode(secret: string, ahead = 0): string {
  const bits = [...secret.replaceAll(' ', '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead))
  const mac = createHmac('sha1', key).update(step).digest()
  return String((mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** One's own account: where one is signed in, and the second step of it. */
for (const lang of langs)
  test.describe(`account, ${lang}`, () => {
    test.use({ locale: lang, permissions: ['clipboard-read', 'clipboard-write'] })
    let server: Server | undefined
    test.beforeAll(async () => { server = await startEmpty() })
    test.afterAll(async () => { await server?.stop() })

    test('sessions seen and ended, a second step set up, asked for and asked of everybody', async ({ page, browser, contextOptions }, info) => {
      test.slow()
      const t = words(lang)
      const said: string[][] = []
      const step = async (of: Page, name: string) => {
        await noSidewaysScroll(of)
        await accessible(of)
        await picture(of, info, name, true)
      }
      const another = async () => {
        const context = await browser.newContext({ ...info.project.use, ...contextOptions, baseURL: server?.url, locale: lang, reducedMotion: 'reduce' } as BrowserContextOptions)
        const made = await context.newPage()
        said.push(listen(made))
        await prefer(made, lang)
        return made
      }
      const button = (of: Page, key: string, params = {}) => of.getByRole('button', { name: t(key, params), exact: true })
      const withPassword = async (of: Page) => {
        await of.goto('/signin')
        await of.getByLabel(t('session.email'), { exact: true }).fill(email)
        await of.getByLabel(t('session.password'), { exact: true }).fill(password)
        await button(of, 'session.sign_in').click()
      }
      const home = (of: Page) => expect(of.getByRole('heading', { level: 1, name: t('today.title') })).toBeVisible()
      const rows = page.locator('.own-sessions tbody tr')

      await prefer(page, lang)
      await setUp(page, server, t, 'Shop', 'Owner')
      const other = await another()
      await test.step('another browser is seen and ended', async () => {
        await withPassword(other)
        await home(other)
        await page.getByRole('button', { name: t('shell.me', { name: 'Owner' }) }).click()
        await page.getByRole('link', { name: t('account.title'), exact: true }).click()
        await settled(page)
        await expect(rows).toHaveCount(2)
        await expect(rows.first()).toContainText(t('account.current'))
        await expect(rows.last()).toContainText('Chrome')
        await step(page, 'sessions')
        await rows.last().getByRole('button').click()
        await expect(rows).toHaveCount(1)
        await expect(page.getByText(t('account.ended_one'), { exact: true })).toBeVisible()
        await other.goto('/customers')
        await expect(other.getByRole('heading', { name: t('session.sign_in'), level: 1 })).toBeVisible()
        await withPassword(other)
        await home(other)
      })

      let secret = ''
      let codes: string[] = []
      await test.step('a second step is set up with the code of an app', async () => {
        await button(page, 'second.turn_on').click()
        await button(page, 'second.begin').click()
        await expect(page.getByRole('img', { name: t('second.picture') })).toBeVisible()
        secret = (await page.getByTestId('second-secret').textContent()) ?? ''
        await step(page, 'picture')
        await page.getByLabel(t('second.code'), { exact: true }).fill('12345')
        await button(page, 'second.confirm').click()
        await expect(page.getByRole('alert')).toBeVisible()
        await page.getByLabel(t('second.code'), { exact: true }).fill(appCode(secret, -1))
        await button(page, 'second.confirm').click()
        await expect(page.getByRole('heading', { name: t('second.codes') })).toBeVisible()
        await expect(page.getByText(t('second.on_ended', { count: 1 }), { exact: true })).toBeVisible()
        codes = await page.getByTestId('recovery-codes').locator('li').allTextContents()
        expect(codes).toHaveLength(10)
        await step(page, 'recovery-codes')
        await expect(button(page, 'common.done')).toBeDisabled()
        await button(page, 'common.copy').click()
        expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(codes.join('\n'))
        await button(page, 'common.done').click()
        await expect(page.getByText(t('second.state_on'), { exact: true })).toBeVisible()
        await step(page, 'on')
      })

      await test.step('signing in takes a code; a recovery code takes its place once', async () => {
        await withPassword(other)
        await expect(other.getByText(t('second.code_ask'), { exact: true })).toBeVisible()
        await step(other, 'code')
        await other.getByLabel(t('second.code'), { exact: true }).fill('000000')
        await button(other, 'session.sign_in').click()
        await expect(other.getByRole('alert')).toBeVisible()
        // a reload does not lose the place
        await other.reload()
        await other.getByLabel(t('second.code'), { exact: true }).fill(appCode(secret))
        await button(other, 'session.sign_in').click()
        await home(other)
        const third = await another()
        await withPassword(third)
        await button(third, 'second.use_recovery').click()
        await third.getByLabel(t('second.recovery_code'), { exact: true }).fill(codes[0] ?? '')
        await step(third, 'recovery')
        await button(third, 'session.sign_in').click()
        await home(third)
        await third.context().close()
        const fourth = await another()
        await withPassword(fourth)
        await button(fourth, 'second.use_recovery').click()
        await fourth.getByLabel(t('second.recovery_code'), { exact: true }).fill(codes[0] ?? '')
        await button(fourth, 'session.sign_in').click()
        await expect(fourth.getByRole('alert')).toBeVisible()
        await button(fourth, 'second.begin_again').click()
        await expect(fourth.getByLabel(t('session.password'), { exact: true })).toBeVisible()
        await fourth.context().close()
      })

      await test.step('asked of everybody: who has none sets it up before anything else', async () => {
        await page.goto(`${server?.url}/settings`)
        await settled(page)
        await page.getByRole('switch', { name: t('settings.second_required') }).click()
        await expect(page.getByText(t('settings.saved'), { exact: true })).toBeVisible()
        await expect(page.getByText(t('settings.second_all'), { exact: true })).toBeVisible()
        await step(page, 'rules')
        await page.goto(`${server?.url}/settings/account`)
        await settled(page)
        await button(page, 'second.turn_off').click()
        await page.getByLabel(t('settings.password_old'), { exact: true }).first().fill(password)
        await page.getByLabel(t('second.code_or_recovery'), { exact: true }).fill(codes[1] ?? '')
        await step(page, 'turn-off')
        await button(page, 'second.turn_off').click()
        await expect(page.getByRole('heading', { level: 1, name: t('second.due') })).toBeVisible()
        await step(page, 'due')
        await button(page, 'second.begin').click()
        const fresh = (await page.getByTestId('second-secret').textContent()) ?? ''
        await step(page, 'due-picture')
        await page.getByLabel(t('second.code'), { exact: true }).fill(appCode(fresh))
        await button(page, 'second.confirm').click()
        await page.getByLabel(t('second.kept'), { exact: true }).check()
        await button(page, 'common.done').click()
        await home(page)
      })
      await other.context().close()
      expect(said.flat()).toEqual([])
    })
  })
