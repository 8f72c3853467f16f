import { readFileSync } from 'node:fs'
import { expect, type Locator, type Page } from '@playwright/test'

const budgets = JSON.parse(readFileSync(new URL('../budgets.json', import.meta.url), 'utf8')) as Record<string, number>

/** Clicks and keys that do something count; what is typed into a field that has the focus does not, getting the focus there by hand does. */
export function counted(page: Page, journey: string) {
  const most = budgets[journey]
  if (most === undefined) throw new Error(`no budget for ${journey}`)
  const steps: string[] = []
  return {
    click: async (what: Locator, name: string) => { steps.push(`click ${name}`); await what.click() },
    press: async (keys: string) => { steps.push(`press ${keys}`); await page.keyboard.press(keys) },
    type: async (text: string) => { await page.keyboard.type(text) },
    /** Files are dropped on the page. */
    drop: async (what: Locator, files: Parameters<Locator['setInputFiles']>[0]) => { steps.push('drop files'); await what.setInputFiles(files) },
    done: () => {
      console.log(`${journey}: ${steps.length} of ${most}`)
      expect(steps.length, `${journey}: ${steps.join(' · ')}`).toBeLessThanOrEqual(most)
    },
  }
}
