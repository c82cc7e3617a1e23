import { expect, test } from '@playwright/test';
import { expectAccessible, resetSandbox, tabOf } from './portal.ts';

test.beforeAll(resetSandbox);

for (const colorScheme of ['light', 'dark'] as const) {
  for (const service of ['backend', 'recommendations']) {
    test(`axe finds nothing serious on the JWT tab of ${service}, ${colorScheme}`, async ({
      page,
    }) => {
      await page.emulateMedia({ colorScheme });
      await page.goto(tabOf(service));
      const policies = page.getByRole('region', { name: 'Policies' });
      await expect(policies).toBeVisible();
      await expectAccessible(page);
    });
  }
}
