import { expect, test } from 'vitest'
import { pathOf } from './businesses'

test('an address of this server is understood however it is written', () => {
  const of = (text: string) => pathOf(text, 'https://crm.test')
  expect(of('brand-b')).toBe('/w/brand-b')
  expect(of(' Brand-B ')).toBe('/w/brand-b')
  expect(of('/w/brand-b')).toBe('/w/brand-b')
  expect(of('w/brand-b/customers')).toBe('/w/brand-b')
  expect(of('https://crm.test/w/brand-b/customers?q=1')).toBe('/w/brand-b')
  expect(of('https://crm.test/customers')).toBe('')
  expect(of('/')).toBe('')
  for (const bad of ['', 'a', '茶铺', '../x', 'https://evil.test/w/brand-b', 'https://', 'javascript:alert(1)', 'a b']) expect(of(bad)).toBeUndefined()
})
