import { defineConfig } from '@playwright/test';
import { browser, expected, reporter } from './playwrightBrowser.ts';
import { STATIC_TOKENS } from './tests/portal/staticTokens.ts';

export default defineConfig({
  testDir: './tests/portal',
  outputDir: './test-results',
  // One portal, one sandbox: tests that change policies must not meet each other.
  workers: 1,
  timeout: 120_000,
  retries: 0,
  expect: expected,
  reporter,
  use: browser,
  webServer: {
    command: 'node ../scripts/start.mjs',
    // The backend serves the portal, too; it is ready once it has read the sandbox.
    url: 'http://localhost:3000/.backstage/health/v1/readiness',
    reuseExistingServer: !process.env.CI,
    timeout: 5 * 60_000,
    env: {
      // The demo's entities, and those that the product must explain.
      APP_CONFIG_catalog_locations: JSON.stringify(
        [
          '../sandbox/data/catalog/entities.yaml',
          '../sandbox/data/bad/entities.yaml',
          'templates/sandbox.yaml',
        ].map(target => ({
          type: 'file',
          target,
        })),
      ),
      APP_CONFIG_backend_auth_externalAccess: JSON.stringify(STATIC_TOKENS),
      // Rounds would find what the tests begin without, such as the drift of a demo service.
      APP_CONFIG_istioJwt_schedule_enabled: 'false',
    },
    gracefulShutdown: { signal: 'SIGTERM', timeout: 15_000 },
    stdout: 'pipe',
  },
});
