import { expect, type Page } from '@playwright/test'
import { settled } from './fixtures'
import type { Server } from './server'
import type { words } from './words'

type T = ReturnType<typeof words>

/** First run by the printed link: the owner and the workspace. Ends on the page of imports. */
export async function setUp(page: Page, server: Server | undefined, t: T, workspace: string, owner: string, look: () => Promise<void> = async () => {}) {
  expect(server?.setup).toBeTruthy()
  await page.goto(server?.setup ?? '')
  await expect(page.getByRole('heading', { name: t('session.setup') })).toBeVisible()
  await look()
  await page.getByLabel(t('session.workspace_name')).fill(workspace)
  await page.getByLabel(t('session.name'), { exact: true }).fill(owner)
  await page.getByLabel(t('session.email')).fill('owner@example.com')
  await page.getByLabel(t('session.password'), { exact: true }).fill('a long enough password')
  await page.getByRole('button', { name: t('session.create') }).click()
  await expect(page.getByRole('heading', { name: t('imports.title'), level: 1, exact: true })).toBeVisible()
}

export interface Dropped { name: string; mimeType: string; buffer: Buffer }

/** Drops files; ends on their mapping. */
export async function drop(page: Page, t: T, files: Dropped[]) {
  await page.locator('input[type=file]').setInputFiles(files)
  await expect(page.getByRole('button', { name: t('imports.check') })).toBeEnabled()
  await settled(page)
}

/** Chooses one option of a labelled select, by its words. */
export async function choose(page: Page, label: string, option: string) {
  const box = page.getByRole('combobox', { name: label, exact: true })
  await box.click()
  await box.evaluate((e) => (e as HTMLInputElement).readOnly).then((fixed) => (fixed ? undefined : box.fill(option)))
  await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option').filter({ has: page.getByText(option, { exact: true }) }).first().click()
}

/** After an edit: the server has been told, and what follows is on the page. */
export const told = (page: Page) => page.waitForResponse((r) => r.request().method() === 'PUT' && r.url().endsWith('/mapping') && r.ok())

/** Tries all rows; ends on the outcome. */
export async function check(page: Page, t: T) {
  await page.getByRole('button', { name: t('imports.check') }).click()
  await expect(page.getByRole('heading', { name: t('imports.dry_run') })).toBeVisible()
}

/** Imports what was checked, so many rows. */
export async function commit(page: Page, t: T, rows: number) {
  await page.getByRole('button', { name: new RegExp(t('imports.import_rows', { count: rows }).replace(/[()]/g, '.')) }).click()
  await expect(page.getByRole('heading', { name: t('imports.done') })).toBeVisible()
}

/** The balance of the rows: all = new + rejected + said before. */
export const balanced = (page: Page, rows: number, accepted: number, rejected: number, duplicates: number) =>
  expect(page.locator('.balance')).toContainText(new RegExp(`^\\s*${rows}\\b.*=\\s*${accepted}\\b.*\\+\\s*${rejected}\\b.*\\+\\s*${duplicates}\\b`))

/** The cells of a CSV file, row by row. */
export function cells(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, bare, end] of text.replace(/^\ufeff/, '').matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    if (end === '' && quoted === undefined && bare === '') break
    rows.at(-1)?.push(quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'))
    if (end !== ',') rows.push([])
  }
  return rows.filter((r) => r.length)
}

/** Rows as a CSV file. */
export const csv = (name: string, rows: string[][]): Dropped => ({ name, mimeType: 'text/csv', buffer: Buffer.from(`\ufeff${rows.map((r) => r.map((c) => `"${c.replaceAll('"', '""')}"`).join(',')).join('\r\n')}\r\n`) })
