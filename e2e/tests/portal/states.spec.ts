import { expect, test } from '@playwright/test';
import {
  overviewOf,
  resetSandbox,
  runProbes,
  tabOf,
  takePicture,
} from './portal.ts';

test.beforeAll(resetSandbox);

const SERVICES: [name: string, meaning: string][] = [
  ['frontend', 'No token is needed, and none is looked at.'],
  ['backend', 'A token is required for some requests'],
  ['payments', 'A valid token is required.'],
  ['reviews', 'No token is needed. A token is checked when a request carries'],
  ['inventory', 'A token is required for some requests'],
  ['partner-api', 'Requests with good tokens are refused.'],
  ['orders', 'A valid token is required.'],
  ['recommendations', 'It cannot be told whether a token is required.'],
];

test('the first page lists every service of the sandbox', async ({ page }) => {
  await page.goto('/');
  for (const [name] of SERVICES) {
    await expect(
      page.getByRole('link', { name, exact: true }).first(),
    ).toBeVisible();
  }
});

for (const [name, meaning] of SERVICES) {
  test(`${name}: ${meaning}`, async ({ page }) => {
    await page.goto(overviewOf(name));
    await expect(page.getByText(meaning)).toBeVisible();
  });
}

test('a RequestAuthentication alone is red, and the probe shows the 200', async ({
  page,
}) => {
  await page.goto(tabOf('reviews'));
  await expect(
    page.getByText('No token is needed here.').first(),
  ).toBeVisible();
  await runProbes(page);
  const row = page
    .getByRole('table', { name: /Probes of/ })
    .first()
    .getByRole('row')
    .filter({ hasText: 'No token' });
  await expect(row).toContainText('200');
  await expect(row).toContainText('Agrees');
});

test('a gateway that does not follow its configuration is the headline', async ({
  page,
}) => {
  await page.goto(overviewOf('orders'));
  await runProbes(page);
  await expect(page.getByText('Drift').first()).toBeVisible();
  await expect(
    page.getByText(/configuration says 403.*gateway answered 200/).first(),
  ).toBeVisible();
  await takePicture(page, 'drift');
});

test('the history keeps what the probes showed', async ({ page }) => {
  await page.goto(tabOf('orders'));
  const history = page.getByRole('region', { name: 'History' });
  await expect(
    history.getByRole('list', { name: /State over time/ }),
  ).toContainText('Drift');
  await takePicture(page, 'history');
  await history.getByRole('button', { name: 'Show as tables' }).click();
  const change = history
    .getByRole('table', { name: 'Changes of state' })
    .getByRole('row')
    .filter({ hasText: 'Entity' })
    .first();
  await expect(change).toContainText('Enforced');
  await expect(change).toContainText('Drift');
  await expect(change).toContainText('probes');
});

test('who does not own a service may look, not probe', async ({ page }) => {
  await page.goto(tabOf('recommendations'));
  const button = page.getByRole('button', { name: 'Run probes' });
  await expect(button).toBeDisabled();
  await expect(
    page.getByText(/owners of this entity, may run probes/),
  ).toBeVisible();
});
