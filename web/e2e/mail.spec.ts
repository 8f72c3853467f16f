import { createServer, type AddressInfo, type Server as Listener } from 'node:net'
import { accessible, expect, noSidewaysScroll, picture, prefer, settled, test } from './support/fixtures'
import { type Server, startEmpty } from './support/server'
import { choose, setUp } from './support/steps'
import { langs, words } from './support/words'

/** A mail server that keeps what it is given; `refuse` answers that to the login. */
function mailServer(kept: string[], refuse: () => string | undefined): Listener {
  return createServer((socket) => {
    let heard = ''
    let data = false
    socket.on('error', () => {})
    socket.write('220 sink ESMTP\r\n')
    socket.on('data', (piece: Buffer) => {
      heard += piece.toString()
      for (;;) {
        if (data) {
          const end = heard.indexOf('\r\n.\r\n')
          if (end < 0) return
          kept.push(heard.slice(0, end))
          heard = heard.slice(end + 5)
          data = false
          socket.write('250 taken\r\n')
          continue
        }
        const at = heard.indexOf('\r\n')
        if (at < 0) return
        const line = heard.slice(0, at)
        heard = heard.slice(at + 2)
        if (line.startsWith('EHLO')) socket.write('250-sink\r\n250 AUTH PLAIN\r\n')
        else if (line.startsWith('AUTH')) socket.write(`${refuse() ?? '235 welcome'}\r\n`)
        else if (line === 'DATA') { data = true; socket.write('354 go on\r\n') }
        else if (line === 'QUIT') { socket.end('221 bye\r\n'); return }
        else socket.write('250 ok\r\n')
      }
    })
  })
}

/** The business's own mail server: set, tried, refused, taken away. */
for (const lang of langs)
  test.describe(`mail, ${lang}`, () => {
    test.use({ locale: lang })
    let server: Server | undefined
    let sink: Listener | undefined
    let login: string | undefined
    const kept: string[] = []
    test.beforeAll(async () => {
      sink = mailServer(kept, () => login)
      await new Promise<void>((resolve) => sink?.listen(0, '127.0.0.1', resolve))
      server = await startEmpty('--egress-allow', `localhost:${(sink.address() as AddressInfo).port}`)
    })
    test.afterAll(async () => {
      await server?.stop()
      sink?.close()
    })

    test('set, tried and taken away', async ({ page }, info) => {
      const t = words(lang)
      const port = String((sink?.address() as AddressInfo).port)
      const field = (key: string) => page.getByLabel(t(key), { exact: true })
      const step = async (name: string) => {
        await noSidewaysScroll(page)
        await accessible(page)
        await picture(page, info, name, true)
      }
      await prefer(page, lang)
      await setUp(page, server, t, 'Shop', 'Owner')
      await page.goto(`${server?.url}/settings/mail`)
      await settled(page)
      await step('none')
      await field('mail.host').fill('localhost')
      await choose(page, t('mail.security'), t('mail.security_none'))
      await field('mail.port').fill('2222')
      await field('mail.username').fill('crm')
      await field('mail.password').fill('geheim-4711')
      await field('mail.from').fill('crm@shop.test')
      await page.getByRole('button', { name: t('common.save'), exact: true }).click()
      await expect(page.getByRole('alert')).toContainText('2525')
      await field('mail.port').fill(port)
      await page.getByRole('button', { name: t('common.save'), exact: true }).click()
      await expect(page.getByText(t('mail.saved'), { exact: true })).toBeVisible()
      await page.reload()
      await settled(page)
      // the password never comes back
      await expect(field('mail.password')).toHaveValue('')
      expect(await page.content()).not.toContain('4711')
      await page.getByRole('button', { name: t('mail.test'), exact: true }).click()
      await expect(page.getByText(t('mail.test_ok', { to: 'owner@example.com' }), { exact: true })).toBeVisible()
      expect(kept).toHaveLength(1)
      login = '535 no'
      await page.getByRole('button', { name: t('mail.test'), exact: true }).click()
      await expect(page.getByText('(535)')).toBeVisible()
      await step('set')
      await page.getByRole('button', { name: t('mail.remove'), exact: true }).click()
      await page.locator('.ant-popconfirm, .ant-popover').getByRole('button', { name: t('mail.remove'), exact: true }).click()
      await expect(page.getByText(t('mail.removed'), { exact: true })).toBeVisible()
      await expect(page.getByRole('button', { name: t('mail.test'), exact: true })).toHaveCount(0)
    })
  })
