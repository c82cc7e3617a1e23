import { expect, test } from '@playwright/test';
import {
  expectAccessible,
  openCoverage,
  resetSandbox,
  takePicture,
} from './portal.ts';

test.beforeAll(resetSandbox);

const ALL = 'Notify owners: all services in view';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`a look at who would be told tells nobody, ${colorScheme}`, async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme });
    await openCoverage(page, '?state=partial&view=findings');
    const button = page.getByRole('button', { name: ALL });
    await button.click();
    const dialog = page.getByRole('dialog', { name: /^Notify owners: / });
    await expect(
      dialog.getByRole('list', { name: 'Owners to notify' }),
    ).toContainText('fulfilment: 1 service');
    await expectAccessible(page, '[role=dialog]');
    await takePicture(page, 'owner-notice');
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await expect(button).toBeFocused();
    await expectAccessible(page);
    await takePicture(page, 'findings');
  });
}

test('owners are told once, and the focus comes back', async ({ page }) => {
  await openCoverage(page, '?state=open&view=findings');
  const button = page.getByRole('button', { name: ALL });
  const dialog = page.getByRole('dialog', { name: /^Notify owners: / });

  await test.step('each hears of it', async () => {
    await button.click();
    await dialog.getByRole('button', { name: /^Notify \d+ owners?$/ }).click();
    await expect(dialog.getByRole('status')).toContainText(
      /[1-9]\d* owners? told/,
    );
    await takePicture(page, 'owner-notice-sent');
    await page.keyboard.press('Tab');
    await expect(dialog.getByRole('button', { name: 'Done' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(dialog).toHaveCount(0);
    await expect(button).toBeFocused();
  });

  await test.step('and not again', async () => {
    await button.click();
    await expect(dialog.getByText('There is nobody to tell.')).toBeVisible();
    await expect(
      dialog.getByText(/heard of this within the last 7 days.*storefront/),
    ).toBeVisible();
    await takePicture(page, 'owner-notice-again');
    await page.keyboard.press('Escape');
    await expect(button).toBeFocused();
  });
});
