import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { resetSandbox, tabOf } from './portal.ts';

test.beforeAll(resetSandbox);

for (const colorScheme of ['light', 'dark'] as const) {
  for (const service of ['backend', 'recommendations']) {
    test(`axe finds nothing serious on the JWT tab of ${service}, ${colorScheme}`, async ({
      page,
    }) => {
      await page.emulateMedia({ colorScheme });
      await page.goto(tabOf(service));
      const policies = page.getByRole('region', { name: 'Policies' });
      await expect(policies).toBeVisible({ timeout: 30_000 });
      // The portal's own header and navigation are not ours.
      const { violations } = await new AxeBuilder({ page })
        .include('section[aria-labelledby]')
        .analyze();
      const serious = violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html)}`);
      expect(serious).toEqual([]);
    });
  }
}
