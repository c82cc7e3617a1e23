import { expect, test, type Page } from '@playwright/test';

const PATIENCE_MS = 120_000;

/** Opens an entity's page; a portal with a sign-in page is entered as its guest. */
async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  const enter = page.getByRole('button', { name: 'Enter' });
  const heading = page.getByRole('heading').first();
  await expect(enter.or(heading).first()).toBeVisible({ timeout: PATIENCE_MS });
  if (await enter.isVisible()) await enter.click();
}

async function takePicture(page: Page, name: string): Promise<void> {
  await page.screenshot({
    path: `${process.env.INSTALL_TRY_PICTURES}/${name}.png`,
  });
}

test('the card says what protects a service', async ({ page }) => {
  await open(page, '/catalog/default/component/payments');
  const sentence = page.getByText('A valid token is required.');
  await expect(sentence).toBeVisible({ timeout: PATIENCE_MS });
  await sentence.scrollIntoViewIfNeeded();
  await expect(page.getByText('Enforced').first()).toBeVisible();
  await takePicture(page, 'card');
});

test('the tab probes, and its answers agree', async ({ page }) => {
  await open(page, '/catalog/default/component/payments');
  // A tab of the legacy system, a link of the new one.
  await page
    .getByRole('tab', { name: 'JWT' })
    .or(page.getByRole('link', { name: 'JWT', exact: true }))
    .click({ timeout: PATIENCE_MS });
  await expect(page).toHaveURL(/\/istio-jwt$/);
  await page
    .getByRole('button', { name: 'Run probes' })
    .click({ timeout: PATIENCE_MS });
  const row = page
    .getByRole('table', { name: /Probes of/ })
    .first()
    .getByRole('row')
    .filter({ hasText: 'No token' });
  await expect(row).toContainText('403', { timeout: PATIENCE_MS });
  await expect(row).toContainText('Agrees');
  await takePicture(page, 'tab');
});

test('the navigation leads to the coverage page', async ({ page }) => {
  await open(page, '/');
  await page
    .getByRole('link', { name: 'JWT coverage' })
    .click({ timeout: PATIENCE_MS });
  const rowOf = (name: string) =>
    page
      .getByRole('grid', { name: 'Services' })
      .getByRole('row')
      .filter({ has: page.getByRole('link', { name, exact: true }) });
  // A portal that has just started knows the Services before the catalog knows who claims them.
  await expect(async () => {
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect(rowOf('payments')).toContainText('Enforced');
  }).toPass({ timeout: PATIENCE_MS });
  await expect(rowOf('reviews')).toContainText('Validated only');
  await takePicture(page, 'coverage');
});
