import { defineConfig } from '@playwright/test';

const chromium = process.env.CHROMIUM_PATH;

export default defineConfig({
  testDir: './tests/portal',
  globalSetup: './globalSetup.ts',
  outputDir: './test-results',
  // One portal, one sandbox: tests that change policies must not meet each other.
  workers: 1,
  timeout: 60_000,
  retries: 0,
  reporter: [
    ['list'],
    ...(process.env.PLAYWRIGHT_JSON_OUTPUT_NAME ? [['json'] as ['json']] : []),
  ],
  use: {
    baseURL: 'http://localhost:3000',
    viewport: { width: 1280, height: 900 },
    trace: 'retain-on-failure',
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  webServer: {
    command: 'node ../scripts/start.mjs',
    url: 'http://localhost:3000',
    reuseExistingServer: !process.env.CI,
    timeout: 5 * 60_000,
    env: {
      // The demo's entities, and those that the product must explain.
      APP_CONFIG_catalog_locations: JSON.stringify(
        ['catalog/entities.yaml', 'bad/entities.yaml'].map(file => ({
          type: 'file',
          target: `../sandbox/data/${file}`,
        })),
      ),
    },
    gracefulShutdown: { signal: 'SIGTERM', timeout: 15_000 },
    stdout: 'pipe',
  },
});
