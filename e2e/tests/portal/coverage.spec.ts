import { expect, test } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import {
  expectAccessible,
  openCoverage,
  resetSandbox,
  rowOf,
  takePicture,
} from './portal.ts';

test.beforeAll(resetSandbox);

test('the navigation leads to every service with its state', async ({
  page,
}) => {
  test.setTimeout(150_000);
  await page.goto('/');
  await page.getByRole('link', { name: 'JWT coverage' }).click();
  // A portal that has just started knows the Services before the catalog knows who claims them.
  await expect(async () => {
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect(rowOf(page, 'frontend')).toContainText('Open');
  }).toPass({ timeout: 90_000 });
  await expect(rowOf(page, 'reviews')).toContainText('Validated only');
  await expect(rowOf(page, 'payments')).toContainText('Enforced');
  await takePicture(page, 'coverage');
  await rowOf(page, 'reviews')
    .getByRole('link', { name: 'reviews', exact: true })
    .click();
  await expect(
    page.getByText('No token is needed here.').first(),
  ).toBeVisible();
});

test('filters narrow the list, are in the address, and survive a reload', async ({
  page,
}) => {
  await openCoverage(page);
  await page
    .getByRole('group', { name: 'Services by state' })
    .getByRole('button', { name: /Validated only/ })
    .click();
  await expect(rowOf(page, 'frontend')).toHaveCount(0);
  await expect(rowOf(page, 'reviews')).toBeVisible();
  await expect(page).toHaveURL(/state=validated-only/);
  await page.reload();
  await expect(rowOf(page, 'reviews')).toBeVisible();
  await expect(rowOf(page, 'frontend')).toHaveCount(0);
});

test('the search finds words, and no token goes anywhere', async ({ page }) => {
  await openCoverage(page);
  const requests: string[] = [];
  page.on('request', request => requests.push(request.url()));
  const search = page.getByRole('searchbox', { name: 'Search' });
  await search.fill('eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2lnbmF0dXJl');
  await expect(page.getByText('This looks like a token')).toBeVisible();
  await search.fill('payments');
  await expect(page).toHaveURL(/q=payments/);
  await expect(rowOf(page, 'payments')).toBeVisible();
  await expect(rowOf(page, 'frontend')).toHaveCount(0);
  expect(requests.join(' ')).not.toContain('eyJ');
});

test('what is in view can be taken along', async ({ page }) => {
  await openCoverage(page, '?q=payments');
  await page.getByRole('button', { name: 'Export' }).click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: /CSV/ }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^jwt-coverage-.*\.csv$/);
  const text = await readFile(await file.path(), 'utf8');
  expect(text).toContain('payments');
  expect(text).not.toContain('frontend');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the hosts of a gateway are shown with their states, ${colorScheme}`, async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme });
    await openCoverage(page);
    await page.getByRole('tab', { name: 'Gateways' }).click();
    const button = page.getByRole('button', {
      name: 'Show hosts of sandbox/edge/shared-gateway',
    });
    await button.click();
    const hosts = page
      .getByRole('list', { name: 'Hosts of sandbox/edge/shared-gateway' })
      .getByRole('listitem');
    await expect(
      hosts.filter({ hasText: 'http://payments.example.com' }),
    ).toContainText('Enforced');
    await expect(
      hosts.filter({ hasText: 'http://reviews.example.com' }),
    ).toContainText('Validated only');
    await expectAccessible(page);
    await takePicture(page, 'hosts');
  });
}

test('an exception is asked for, and ended', async ({ page }) => {
  await openCoverage(page, '?q=frontend');
  await page
    .getByRole('link', { name: 'Ask for an exception for frontend' })
    .click();
  await page.getByRole('button', { name: 'Ask for it' }).click();
  await expect(page.getByText(/^Say why/)).toBeVisible();
  await page
    .getByRole('textbox', { name: /Reason/ })
    .fill('A public page: it holds nothing that is not for everybody.');
  const inAMonth = new Date(Date.now() + 30 * 86_400_000);
  await page.getByLabel('Last day').fill(inAMonth.toISOString().slice(0, 10));
  await page.getByRole('button', { name: 'Ask for it' }).click();
  await expect(page.getByText('Waits for an approval')).toBeVisible();
  await page.getByRole('button', { name: 'End it now' }).click();
  await page.getByRole('button', { name: 'End the exception' }).click();
  await expect(page.getByText('Taken back').first()).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const view of ['services', 'findings', 'issuers', 'exceptions']) {
    test(`axe finds nothing serious in ${view}, ${colorScheme}`, async ({
      page,
    }) => {
      await page.emulateMedia({ colorScheme });
      await page.goto(`/jwt-coverage?view=${view}`);
      await expect(page.getByRole('img', { name: /^Share of/ })).toBeVisible({
        timeout: 60_000,
      });
      await page.getByRole('button', { name: 'Show as a table' }).click();
      await page.getByRole('button', { name: 'More filters' }).click();
      await expect(page.getByRole('button', { name: /Owner/ })).toBeVisible();
      await expect(page.getByRole('status', { name: /^Loading/ })).toHaveCount(
        0,
      );
      await expectAccessible(page);
    });
  }
}
