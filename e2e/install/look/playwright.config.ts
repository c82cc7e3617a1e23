import { defineConfig } from '@playwright/test';
import { browser } from '../../playwrightBrowser.ts';

/** Looks at a portal that runs already (`../tries.ts`). */
export default defineConfig({
  testDir: '.',
  outputDir: `${process.env.INSTALL_TRY_PICTURES}/failures`,
  workers: 1,
  // The first page waits until the portal is compiled.
  timeout: 240_000,
  reporter: 'list',
  use: { ...browser, baseURL: process.env.INSTALL_TRY_PORTAL },
});
