import { defineConfig } from '@playwright/test';
import { browser, expected, reporter } from './playwrightBrowser.ts';

/** The portal pointed at the running lab: a real API server, istiod and Envoy. */
export default defineConfig({
  testDir: './tests/portal-on-lab',
  globalSetup: './globalSetup.ts',
  outputDir: './test-results/lab',
  workers: 1,
  timeout: 120_000,
  retries: 0,
  expect: expected,
  reporter,
  use: browser,
  webServer: {
    command: 'node lab/portal/start.ts',
    url: 'http://localhost:3000',
    // Never somebody's portal on another cluster.
    reuseExistingServer: false,
    timeout: 5 * 60_000,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 15_000 },
    stdout: 'pipe',
  },
});
