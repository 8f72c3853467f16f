import { createHash, createSign, generateKeyPairSync } from 'node:crypto'
import { createServer, type Server as Listener } from 'node:http'
import { type AddressInfo, createServer as createSocket } from 'node:net'
import type { BrowserContextOptions, Page } from '@playwright/test'
import { accessible, expect, listen, noSidewaysScroll, picture, prefer, settled, test } from './support/fixtures'
import { type Server, startAt } from './support/server'
import { setUp } from './support/steps'
import { langs, words } from './support/words'

const free = () =>
  new Promise<number>((resolve) => {
    const socket = createSocket()
    socket.listen(0, '127.0.0.1', () => {
      const { port } = socket.address() as AddressInfo
      socket.close(() => resolve(port))
    })
  })

const url64 = (text: string | Buffer) => Buffer.from(text).toString('base64url')

/** A sign-in service whose people say yes at once; `answer` is who they are, or what it answers instead. */
function service(answer: { user: Record<string, unknown>; error?: string }): Listener {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const asked = new Map<string, URLSearchParams>()
  return createServer((request, response) => {
    const here = `http://localhost:${request.socket.localPort}`
    const url = new URL(request.url ?? '/', here)
    const say = (body: object, status = 200) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (url.pathname === '/.well-known/openid-configuration') return say({ issuer: here, authorization_endpoint: `${here}/authorize`, token_endpoint: `${here}/token`, jwks_uri: `${here}/keys` })
    if (url.pathname === '/keys') return say({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] })
    if (url.pathname === '/authorize') {
      const back = new URL(url.searchParams.get('redirect_uri') ?? '')
      const code = String(asked.size)
      asked.set(code, url.searchParams)
      back.search = new URLSearchParams({ state: url.searchParams.get('state') ?? '', ...(answer.error ? { error: answer.error } : { code }) }).toString()
      return response.writeHead(302, { location: back.href }).end()
    }
    let body = ''
    request.on('data', (piece) => { body += piece })
    return request.on('end', () => {
      const form = new URLSearchParams(body)
      const start = asked.get(form.get('code') ?? '')
      if (!start || createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url') !== start.get('code_challenge')) return say({ error: 'invalid_grant' }, 400)
      const now = Math.floor(Date.now() / 1000)
      const signed = `${url64(JSON.stringify({ alg: 'RS256', kid: 'one' }))}.${url64(JSON.stringify({ iss: here, aud: 'crm', sub: '1', iat: now, exp: now + 60, nonce: start.get('nonce'), ...answer.user }))}`
      say({ id_token: `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}` })
    })
  })
}

/** Signing in through the company's own service: set by an owner, used by who was invited, and by nobody else. */
for (const lang of langs)
  test.describe(`sign-in service, ${lang}`, () => {
    test.use({ locale: lang })
    let server: Server | undefined
    let idp: Listener | undefined
    const answer: { user: Record<string, unknown>; error?: string } = { user: {} }
    test.beforeAll(async () => {
      idp = service(answer)
      await new Promise<void>((resolve) => idp?.listen(0, '127.0.0.1', resolve))
      server = await startAt(await free(), '--egress-allow', `localhost:${(idp.address() as AddressInfo).port}`)
    })
    test.afterAll(async () => {
      await server?.stop()
      idp?.close()
    })

    test('set, used by who is invited, refused to others', async ({ page, browser, contextOptions }, info) => {
      const t = words(lang)
      const issuer = `http://localhost:${(idp?.address() as AddressInfo).port}`
      const step = async (of: Page, name: string) => {
        await noSidewaysScroll(of)
        await accessible(of)
        await picture(of, info, name, true)
      }
      await prefer(page, lang)
      await setUp(page, server, t, 'Shop', 'Owner')
      await page.goto(`${server?.url}/settings`)
      await settled(page)
      await expect(page.getByText(`${server?.url}/signin/oidc`, { exact: true })).toBeVisible()
      const field = (key: string) => page.getByLabel(t(key), { exact: true })
      await field('settings.service_issuer').fill('http://login.example.com')
      await field('settings.service_client').fill('crm')
      await field('settings.service_secret').fill('geheim-4711')
      const form = page.locator('form').filter({ has: field('settings.service_issuer') })
      await form.getByRole('button', { name: t('common.save'), exact: true }).click()
      await expect(page.getByRole('alert')).toBeVisible()
      await field('settings.service_issuer').fill(issuer)
      await form.getByRole('button', { name: t('common.save'), exact: true }).click()
      await expect(page.getByText(t('settings.saved'), { exact: true })).toBeVisible()
      await page.reload()
      await settled(page)
      await expect(field('settings.service_secret')).toHaveValue('')
      expect(await page.content()).not.toContain('4711')
      await step(page, 'service')

      const context = await browser.newContext({ ...info.project.use, ...contextOptions, baseURL: server?.url, locale: lang, reducedMotion: 'reduce' } as BrowserContextOptions)
      const other = await context.newPage()
      const said = listen(other)
      await prefer(other, lang)
      const go = async () => {
        await other.goto('/signin')
        await other.getByRole('button', { name: t('settings.service_label_example'), exact: true }).click()
      }
      await other.goto('/signin')
      await expect(other.getByLabel(t('session.email'), { exact: true })).toBeVisible()
      await step(other, 'button')
      answer.user = { email: 'ben@example.com', email_verified: true, name: 'Ben' }
      await go()
      await expect(other.getByRole('heading', { name: t('session.back_failed') })).toBeVisible()
      await step(other, 'refused')
      answer.error = 'access_denied'
      await go()
      await expect(other.getByText(t('session.back_denied'), { exact: true })).toBeVisible()
      answer.error = undefined
      // the owner has the same address there as here
      answer.user = { email: 'owner@example.com', email_verified: true }
      await go()
      await expect(other.getByRole('heading', { level: 1, name: t('today.title') })).toBeVisible()
      expect(new URL(other.url()).pathname).toBe('/')
      await other.goto('/settings/account')
      await settled(other)
      await expect(other.locator('.own-sessions tbody tr').first()).toContainText(t('account.via_oidc'))
      expect(said.filter((line) => !/status of 403/.test(line))).toEqual([])
      await context.close()
    })
  })
