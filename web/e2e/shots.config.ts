import { defineConfig } from '@playwright/test'
import { chromium, devices } from './support/browser'

/** `npm run shots`: the screenshots of the README, from the real binary with sample data. */
export default defineConfig({
  testDir: '.',
  testMatch: 'shots.ts',
  timeout: 360_000,
  // ten thousand customers on a debug binary take their time
  expect: { timeout: 60_000 },
  workers: 1,
  reporter: 'list',
  outputDir: '../test-results/shots',
  use: { ...chromium, ...devices.desktop, timezoneId: 'Asia/Shanghai', contextOptions: { reducedMotion: 'reduce' } },
})
