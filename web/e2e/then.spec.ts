import { accessible, expect, noSidewaysScroll, picture, prefer, settled, test } from './support/fixtures'
import { type Server, folderOf, hasFaketime, startOn } from './support/server'
import { langs, words } from './support/words'

const password = 'correct horse battery'
const orders = ['number,member,time,paid', 'D1,M1,2027-03-02 10:00,120.00', 'D2,M1,2027-03-09 10:00,30.00', 'D3,M2,2027-03-10 10:00,80.00', 'D4,M2,2027-03-12 10:00,20.00'].join('\n')
const refunds = ['refund number,order number,refund time,refund amount', 'R1,D4,2027-03-13 10:00,5.00'].join('\n')
/** Booked in April, for March. */
const late = ['refund number,order number,refund time,refund amount', 'R2,D1,2027-03-14 10:00,110.00'].join('\n')

/** Why was this customer in this class in March? As known then, whatever was booked since; as known today, with it. */
for (const lang of langs)
  test.describe(`a past month, ${lang}`, () => {
    test.use({ locale: lang, extraHTTPHeaders: { 'X-Zhiyin-CSRF': '1' } })
    const { folder, remove } = folderOf()
    let server: Server | undefined
    test.afterAll(async () => { await server?.stop(); remove() })

    test('then is what was seen then, byte for byte', async ({ page }, info) => {
      expect(hasFaketime, 'libfaketime is not installed: scripts/setup.sh browser').toBe(true)
      test.slow()
      const t = words(lang)
      const at = (path: string) => `${server?.url}${path}`
      const api = async <T>(path: string) => (await (await page.request.get(at(`/api/v1${path}`))).json()) as T
      const post = async <T>(path: string, data: object) => { const r = await page.request.post(at(`/api/v1${path}`), { data }); expect(r.ok(), await r.text()).toBe(true); return (await r.json()) as T }
      const bring = async (name: string, text: string) => {
        const made = await page.request.post(at('/api/v1/imports'), { multipart: { file: { name, mimeType: 'text/csv', buffer: Buffer.from(text) } } })
        expect(made.ok(), await made.text()).toBe(true)
        const { id } = (await made.json()) as { id: string }
        for (const [step, becomes] of [['check', 'checked'], ['commit', 'committed']] as const) {
          await post(`/imports/${id}/${step}`, {})
          await expect.poll(async () => (await api<{ status: string }>(`/imports/${id}`)).status, { timeout: 30_000 }).toBe(becomes)
        }
      }
      const taken = async (known: string) => (await page.request.get(at(`/api/v1/customers/export?format=csv&as_of=2027-03-15&known=${known}`))).text()
      const signIn = async () => expect((await page.request.post(at('/api/v1/session'), { data: { email: 'owner@shop.test', password } })).ok()).toBe(true)

      // 31 March: what was known is taken along
      server = await startOn('2027-03-31 10:00:00', folder)
      await post('/setup', { token: server.setup?.split('token=')[1], name: 'Owner', email: 'owner@shop.test', password, workspace_name: 'Shop', time_zone: 'UTC', currency: 'USD', lang })
      await bring('orders.csv', orders)
      await bring('refunds.csv', refunds)
      const label = (zh: string, en: string) => ({ zh, en })
      const { rule: when } = await post<{ rule: object }>('/rules/parse', { text: 'net >= 100' })
      await post('/classifications', { definition: { key: 'size', label: label('消费档', 'Size'), description: label('', ''), group: 'custom', method: { kind: 'rules', classes: [{ key: 'big', label: label('大客户', 'Big'), when }], otherwise: { key: 'small', label: label('小客户', 'Small') } } } })
      const big = lang === 'en' ? 'Big' : '大客户'
      const small = lang === 'en' ? 'Small' : '小客户'
      const march = await taken('then')
      expect(march).toContain('150')
      const list = await api<{ items: { id: string; external_id?: string; name?: string }[] }>('/customers?limit=10&rule=orders%20%3D%202%20and%20net%20%3E%20100')
      const one = list.items[0]?.id ?? ''
      await server.stop()

      // 20 April: a refund for March is booked
      server = await startOn('2027-04-20 10:00:00', folder)
      await signIn()
      await bring('late.csv', late)
      await expect.poll(() => taken('today'), { timeout: 30_000 }).not.toBe(march)
      // and the rule is another from now on
      const edited = await page.request.put(at('/api/v1/classifications/size'), { data: { definition: { key: 'size', label: label('消费档', 'Size'), description: label('', ''), group: 'custom', method: { kind: 'rules', classes: [{ key: 'big', label: label('大客户', 'Big'), when: (await post<{ rule: object }>('/rules/parse', { text: 'net >= 1000' })).rule }], otherwise: { key: 'small', label: label('小客户', 'Small') } } } } })
      expect(edited.ok(), await edited.text()).toBe(true)
      expect(await taken('then')).toBe(march)

      // in the browser: the same question, known then and known today
      await prefer(page, lang)
      const shown = async (known: 'then' | 'today', day = '2027-03-15') => {
        await page.goto(at(`/customers/${one}?as_of=${day}${known === 'then' ? '&known=then' : ''}&why=size`))
        await settled(page)
        const panel = page.getByRole('dialog')
        await expect(panel).toContainText(known === 'then' ? big : small)
        await noSidewaysScroll(page)
        await accessible(page)
        await picture(page, info, `${known}-${day}`)
        return (await panel.textContent()) ?? ''
      }
      const then = await shown('then')
      expect(then).toContain('150')
      // by the version in force on the day, and it says so
      expect(await shown('then', '2027-03-31')).toContain(t('versions.by_earlier', { version: 1, from: '2027-03-31', until: '2027-04-20' }))
      const today = await shown('today')
      expect(today).toContain('40')
      await page.keyboard.press('Escape')
      // the choice between the two is on the page
      await page.getByRole('button', { name: t('shell.as_of_button', { day: '2027-03-15' }) }).first().click()
      await page.getByRole('radio', { name: t('shell.known_then') }).check()
      await page.getByRole('button', { name: t('common.apply'), exact: true }).click()
      await expect(page).toHaveURL(/known=then/)
    })
  })
