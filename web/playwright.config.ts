import { defineConfig } from '@playwright/test'
import { chromium, devices } from './e2e/support/browser'

/** The journeys on the real binary (`ZHIYIN_BIN`), each file with servers and data of its own. */
export default defineConfig({
  testDir: './e2e',
  testMatch: '*.spec.ts',
  globalSetup: './e2e/support/samples.ts',
  timeout: 120_000,
  expect: { timeout: 15_000 },
  fullyParallel: false,
  workers: 2,
  retries: process.env.CI ? 1 : 0,
  reporter: [['list'], ['json', { outputFile: 'test-results/report.json' }], ['./e2e/support/summary.ts']],
  use: { ...chromium, trace: 'on-first-retry', timezoneId: 'Asia/Shanghai', contextOptions: { reducedMotion: 'reduce' } },
  projects: [
    { name: 'desktop', use: devices.desktop, grepInvert: /@phone/ },
    { name: 'phone', use: devices.phone, grepInvert: /@desktop/ },
  ],
})
