import { defineConfig } from '@playwright/test'
import { chromium, devices } from './support/browser'

/** `npm run shots`: the screenshots of the README, from the real binary with sample data. */
export default defineConfig({
  testDir: '.',
  testMatch: 'shots.ts',
  timeout: 180_000,
  workers: 1,
  reporter: 'list',
  outputDir: '../test-results/shots',
  use: { ...chromium, ...devices.desktop, timezoneId: 'Asia/Shanghai', contextOptions: { reducedMotion: 'reduce' } },
})
