import type { Lang } from './words'
import { xlsx } from './xlsx'

/** Two small files of a shop: 40 customers and their orders, three bad rows, one row twice. The same every time. */
export const people = 40
export const badRows = 3
export const twiceRows = 1
/** In the workbooks somebody stands twice, the second time without a number: by the phone it is the same person, and their city becomes known. */
export const mergedRows = 1

const names = { 'zh-CN': ['王伟', '张静', '李敏', '刘洋', '陈磊', '杨秀英', '黄勇', '赵娟', '吴涛', '周明'], en: ['Ada Reed', 'Ben Cole', 'Cleo Park', 'Dan Fox', 'Eve Lund', 'Finn Hart', 'Gia Wood', 'Hal Moss', 'Ivy Ross', 'Jon Pike'] }
const cities = { 'zh-CN': ['上海', '杭州', '北京', '成都'], en: ['London', 'Leeds', 'Bristol', 'York'] }
const heads = {
  'zh-CN': { customers: ['会员卡号', '姓名', '手机号', '城市', '肤质'], orders: ['订单号', '会员卡号', '下单时间', '实付金额', '渠道'] },
  en: { customers: ['Member no', 'Name', 'Phone', 'City', 'Skin type'], orders: ['Order number', 'Member no', 'Order time', 'Amount paid', 'Channel'] },
}
const fileNames = { 'zh-CN': ['会员', '订单'], en: ['members', 'orders'] } as const

const csv = (rows: (string | number)[][]) => Buffer.from(`\ufeff${rows.map((r) => r.join(',')).join('\r\n')}\r\n`)
/** As a spreadsheet keeps them: amounts are numbers and times are times, unless they are neither. */
const book = (rows: (string | number)[][]) => xlsx(rows.map((r) => r.map((c) => (typeof c === 'string' && /^\d+\.\d\d$/.test(c) ? Number(c) : typeof c === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d$/.test(c) ? new Date(`${c.replace(' ', 'T')}Z`) : c === '' ? null : c))))
const types = { csv: 'text/csv', xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' }
const day = (back: number) => new Date(Date.UTC(2026, 9, 31) - back * 86_400_000).toISOString().slice(0, 10)

export interface Upload { name: string; mimeType: string; buffer: Buffer }

export function shop(lang: Lang, as: keyof typeof types = 'csv'): { files: Upload[]; orders: number; memberName: string; heads: { member: string; phone: string; skin: string; channel: string } } {
  const customers: (string | number)[][] = [heads[lang].customers]
  const orders: (string | number)[][] = [heads[lang].orders]
  const of = <T,>(list: readonly T[], i: number): T => list[i % list.length] as T
  let n = 0
  for (let i = 0; i < people; i++) {
    customers.push([`M${1000 + i}`, `${of(names[lang], i)}${i < 10 ? '' : i}`, `138${String(10_000_000 + i * 7919)}`, of(cities[lang], i), lang === 'en' ? of(['dry', 'oily'], i) : of(['干性', '油性'], i)])
    // the first ten are regulars who bought lately, later ones buy less and longer ago
    const count = i < 30 ? 1 + ((i * 7) % 8) : 0
    for (let k = 0; k < count; k++) orders.push([`T${20260000 + ++n}`, `M${1000 + i}`, `${day(i * 5 + k * 23)} 10:${String(10 + k)}`, (38.5 + i * 11 + k * 40).toFixed(2), of(['APP', 'POS'], k)])
  }
  const twice = customers[4]
  if (as === 'xlsx' && twice) {
    customers.push(['', twice[1] ?? '', twice[2] ?? '', twice[3] ?? '', ''])
    twice[3] = ''
  }
  const last = orders.at(-1)
  if (last) orders.push([...last])
  orders.push([`T${20269001}`, 'M1001', '2026-13-45', '12.00', 'APP'], [`T${20269002}`, 'M1002', '2026-10-01', lang === 'en' ? 'free' : '免费', 'APP'], [`T${20269003}`, '', '2026-10-02', '9.00', 'POS'])
  const [a, b] = fileNames[lang]
  const file = (name: string, rows: (string | number)[][]): Upload => ({ name: `${name}.${as}`, mimeType: types[as], buffer: as === 'csv' ? csv(rows) : book(rows) })
  return { files: [file(a, customers), file(b, orders)], orders: n, memberName: of(names[lang], 0), heads: { member: heads[lang].customers[0] ?? '', phone: heads[lang].customers[2] ?? '', skin: heads[lang].customers[4] ?? '', channel: heads[lang].orders[4] ?? '' } }
}
