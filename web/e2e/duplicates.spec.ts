import type { APIRequestContext } from '@playwright/test'
import { expect, looker, prefer, settled, test } from './support/fixtures'
import { type Server, startDemo } from './support/server'
import { csv, type Dropped } from './support/steps'
import { langs, words } from './support/words'

const surnames = '王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗'
const given = '伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉红建国文'
const cities = ['上海', '北京', '杭州', '广州', '深圳', '成都']
const of = <T>(all: ArrayLike<T>, n: number): T => all[n % all.length] as T

/** Members with everything known, and every third of them again as somebody at a till writes them: a digit of the phone is another. */
function files(): [Dropped, Dropped] {
  let seed = 7
  /** the same numbers every time, and no pattern in them */
  const any = (below: number) => { seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0; return Math.floor((seed / 4_294_967_296) * below) }
  const head = ['会员号', '姓名', '手机号', '性别', '生日', '城市']
  const members: string[][] = [head]
  const again: string[][] = [head]
  for (let i = 0; i < 180; i++) {
    const row = [`K${1000 + i}`, `${of(surnames, any(20))}${of(given, any(31))}${of(given, any(31))}`, `139${String(any(90_000_000) + 10_000_000)}`, of(['女', '男'], any(2)), `19${50 + any(50)}-${String(1 + any(12)).padStart(2, '0')}-${String(1 + any(28)).padStart(2, '0')}`, of(cities, any(6))]
    members.push(row)
    if (i % 3 === 0) again.push([`T${1000 + i}`, row[1] ?? '', (row[2] ?? '').replace(/.$/, (d) => String((Number(d) + 3) % 10)), row[3] ?? '', row[4] ?? '', row[5] ?? ''])
  }
  return [csv('会员.csv', members), csv('门店登记.csv', again)]
}

async function bring(request: APIRequestContext, url: string, file: Dropped) {
  const made = (await (await request.post(`${url}/api/v1/imports`, { multipart: { file } })).json()) as { id: string }
  const reach = async (status: string) => expect.poll(async () => ((await (await request.get(`${url}/api/v1/imports/${made.id}`)).json()) as { status: string }).status, { timeout: 60_000 }).toBe(status)
  await request.post(`${url}/api/v1/imports/${made.id}/check`)
  await reach('checked')
  await request.post(`${url}/api/v1/imports/${made.id}/commit`)
  await reach('committed')
}

/** Duplicates: found after the import, decided by keyboard, undone, merged all at once, followed from the customer's page and by hand. */
for (const lang of langs)
  test.describe(`duplicates, ${lang}`, () => {
    test.use({ locale: lang, extraHTTPHeaders: { 'X-Zhiyin-CSRF': '1' } })
    let server: Server | undefined
    test.beforeAll(async () => { server = await startDemo(lang, 120) })
    test.afterAll(async () => { await server?.stop() })

    test('found, side by side, decided, undone, followed', async ({ page }, info) => {
      test.slow()
      const t = words(lang)
      const phone = info.project.name === 'phone'
      const at = (path: string) => `${server?.url}${path}`
      const look = looker(page, info, true)
      await prefer(page, lang, lang === 'en' && !phone ? 'dark' : 'light')
      expect((await page.request.post(at('/api/v1/session'), { data: { email: server?.email, password: server?.password } })).ok()).toBe(true)
      for (const file of files()) await bring(page.request, server?.url ?? '', file)
      await page.request.post(at('/api/v1/duplicates/search'))
      const total = async () => ((await (await page.request.get(at('/api/v1/duplicates?limit=1'))).json()) as { total: number; searching: boolean })
      await expect.poll(async () => { const p = await total(); return !p.searching && p.total > 30 }, { timeout: 90_000 }).toBe(true)
      await page.goto(at('/duplicates'))
      await settled(page)
      const line = page.locator('.dup-line')
      await expect(line.first()).toBeVisible()

      if (phone) {
        await look('phone-queue')
        await line.first().click()
        await settled(page)
        await expect(page.locator('[data-field=name]')).toBeVisible()
        await look('phone-pair')
        await page.locator('.dup-decide').getByRole('button', { name: t('duplicates.merge') }).click()
        await expect(page.getByRole('button', { name: t('common.undo') })).toBeVisible()
        await page.getByRole('button', { name: t('common.undo') }).click()
        await expect(page.getByText(t('duplicates.unmerged_one', { n: 1 }))).toBeVisible()
        return
      }

      await test.step('side by side, field by field', async () => {
        await expect(page.locator('[data-field=name]')).toBeVisible()
        await expect(page.locator('[data-field="attribute.birthday"]').getByText(t('duplicates.is_equal'))).toBeVisible()
        await expect(page.locator('[data-field=phone]').getByText(t('duplicates.is_near'))).toBeVisible()
        await look('queue')
      })
      const before = (await total()).total
      const pairOn = () => page.locator('.dup-line.on').getAttribute('data-pair')

      await test.step('J goes on, L puts aside, N says they are two, and each way back', async () => {
        const first = await pairOn()
        await page.keyboard.press('j')
        await expect.poll(pairOn).not.toBe(first)
        await settled(page)
        await page.keyboard.press('l')
        await expect(page.getByText(t('duplicates.said_later'))).toBeVisible()
        await expect.poll(async () => (await total()).total).toBe(before - 1)
        await settled(page)
        await page.keyboard.press('n')
        await expect(page.getByText(t('duplicates.said_distinct'))).toBeVisible()
        await expect.poll(async () => (await total()).total).toBe(before - 2)
        await page.keyboard.press('Control+z')
        await expect.poll(async () => (await total()).total).toBe(before - 1)
        await settled(page)
      })

      await test.step('M merges; the customer’s page tells of it and parts them again', async () => {
        const stays = page.locator('.dup-head.on a')
        const href = (await stays.getAttribute('href')) ?? ''
        await page.keyboard.press('m')
        await expect.poll(async () => (await total()).total).toBe(before - 2)
        await page.goto(at(href))
        await settled(page)
        const card = page.locator('section', { has: page.getByRole('heading', { name: t('duplicates.lineage') }) })
        await expect(card).toBeVisible()
        await expect(page.locator('.tl > li').filter({ has: page.locator('.dot.merge') })).toHaveCount(1)
        await look('lineage')
        await card.getByRole('button', { name: t('common.undo') }).click()
        await expect(page.getByText(t('duplicates.unmerged_one', { n: 1 }))).toBeVisible()
      })

      await test.step('all beyond doubt, in one step and back', async () => {
        await page.goto(at('/duplicates'))
        await settled(page)
        const n = ((await (await page.request.get(at('/api/v1/duplicates?from=0.99&limit=1'))).json()) as { total: number }).total
        await page.getByRole('button', { name: t('duplicates.merge_all', { n }) }).click()
        await expect(page.getByText(t('duplicates.merge_all_text'))).toBeVisible()
        await page.getByRole('dialog').getByRole('button', { name: t('duplicates.merge'), exact: true }).click()
        await expect(page.getByText(new RegExp(t('duplicates.merged_all', { n: '\\d+' })))).toBeVisible()
        await page.getByRole('button', { name: t('common.undo') }).click()
        await expect.poll(async () => ((await (await page.request.get(at('/api/v1/duplicates?from=0.99&limit=1'))).json()) as { total: number }).total).toBe(n)
      })

      await test.step('any two by hand, from two rows of the list', async () => {
        await page.goto(at('/customers?q=K10&view=all'))
        await settled(page)
        const boxes = page.locator('.list tbody input[type=checkbox]')
        await boxes.nth(0).check()
        await boxes.nth(1).check()
        await page.getByTestId('bulk').getByRole('link', { name: t('duplicates.merge_two') }).click()
        await settled(page)
        await expect(page.getByRole('heading', { name: t('duplicates.by_hand'), level: 1 })).toBeVisible()
        await look('by-hand')
        await page.getByRole('button', { name: t('duplicates.merge'), exact: true }).click()
        await expect(page.locator('.lineage li')).not.toHaveCount(0)
        await page.keyboard.press('Control+z')
        await expect(page.getByText(t('duplicates.unmerged_one', { n: 1 }))).toBeVisible()
      })
    })
  })
