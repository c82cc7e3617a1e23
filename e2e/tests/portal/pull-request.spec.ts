import { expect, test } from '@playwright/test';
import {
  acceptWarnings,
  expectAccessible,
  resetSandbox,
  tabOf,
} from './portal.ts';

test.beforeAll(resetSandbox);
test.afterAll(resetSandbox);

/** Argo CD keeps its route, so that the portal writes nothing; a folder stands for the repository. */
test('inventory is made to require a token by a pull request', async ({
  page,
}) => {
  test.setTimeout(180_000);
  await page.goto(tabOf('inventory'));
  await page
    .getByRole('link', { name: 'Require a token' })
    .click({ timeout: 30_000 });
  await page.getByText('login', { exact: true }).click({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Make a plan' }).click();
  await expect(
    page.getByText('The portal does not write this one'),
  ).toBeVisible();
  await expect(page.getByRole('button', { name: 'Enable' })).toHaveCount(0);
  await acceptWarnings(page);
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Open a pull request' }).click();

  await test.step('the template’s form is filled in', async () => {
    await expect(page.getByRole('textbox', { name: 'Plan' })).toHaveValue(
      /^[0-9a-f-]{36}$/,
      { timeout: 30_000 },
    );
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Create' }).click();
    await expect(page.getByRole('link', { name: 'Merge it' })).toBeVisible({
      timeout: 60_000,
    });
  });
  const merge = await page
    .getByRole('link', { name: 'Merge it' })
    .getAttribute('href');

  await test.step('the tab shows that it waits', async () => {
    await page.goto(tabOf('inventory'));
    await page
      .getByRole('link', { name: 'Waiting for merge' })
      .click({ timeout: 30_000 });
    await expect(
      page.getByText('Waits until it is merged, and stands in the cluster'),
    ).toBeVisible();
  });
  const operation = page.url();

  await test.step('once it is merged, it is proved', async () => {
    await page.goto(merge!);
    await page
      .getByRole('button', { name: 'Review' })
      .click({ timeout: 30_000 });
    await page.getByRole('button', { name: 'Create' }).click();
    await expect(page.getByText('What was applied').first()).toBeVisible({
      timeout: 60_000,
    });
    await page.goto(operation);
    await expect(
      page.getByText('A token is required: enforced, and proved'),
    ).toBeVisible({ timeout: 90_000 });
  });
});
