import { expect, test } from '@playwright/test';
import {
  expectAccessible,
  OVER,
  overviewOf,
  resetSandbox,
  tabOf,
  takePicture,
} from './portal.ts';

test.beforeAll(resetSandbox);
test.afterAll(resetSandbox);

/** A service on a gateway that serves others, too: RequestAuthentication alone at first. */
test('reviews is made to require a token, proved, and set free again', async ({
  page,
}) => {
  test.setTimeout(150_000);
  await page.goto(overviewOf('reviews'));
  await page
    .getByRole('link', { name: 'Require a token' })
    .click({ timeout: 30_000 });

  await test.step('the plan shows answers before and after', async () => {
    await expect(
      page.getByRole('checkbox', { name: /reviews\.example\.com/ }),
    ).toBeChecked();
    await page.getByText('login', { exact: true }).click();
    await page.getByRole('textbox', { name: 'Another path' }).fill('public');
    await expect(page.getByText('A path begins with /.')).toBeVisible();
    await page.getByRole('textbox', { name: 'Another path' }).fill('');
    await page.getByRole('button', { name: 'Make a plan' }).click();
    const answers = page.getByRole('table', {
      name: 'Answers of http://reviews.example.com',
    });
    await expect(
      answers.getByRole('row').filter({ hasText: 'No token' }),
    ).toContainText('403 RBAC: access denied');
    await expect(
      page.getByText('A DENY for these hosts on a shared gateway').first(),
    ).toBeVisible();
    await expectAccessible(page);
    await takePicture(page, 'plan');
  });

  await test.step('nothing typed is lost by a look elsewhere', async () => {
    await page.getByRole('link', { name: 'JWT protection' }).click();
    await expect(page.getByRole('region', { name: 'Ways in' })).toBeVisible();
    await page.goBack();
    await expect(page.getByRole('region', { name: 'The plan' })).toBeVisible();
  });

  await test.step('it runs, live, until it is proved', async () => {
    const start = page.getByRole('button', { name: 'Enable' });
    await expect(start).toBeDisabled();
    const warnings = page
      .getByRole('group', { name: 'What the plan cannot know' })
      .getByRole('checkbox');
    for (const warning of await warnings.all()) {
      await warning.check({ force: true });
    }
    await start.click();
    await expect(page.getByRole('list', { name: 'Phases' })).toBeVisible();
    await expect(
      page.getByText('A token is required: enforced, and proved'),
    ).toBeVisible(OVER);
    await expectAccessible(page);
    await takePicture(page, 'operation');
  });

  await test.step('the way in is enforced, and probes say so', async () => {
    await page.goto(tabOf('reviews'));
    const wayIn = page.getByRole('article', {
      name: 'http://reviews.example.com',
    });
    await expect(wayIn).toContainText('Enforced');
    // Nobody asked for them: they come after the operation.
    await expect(
      page.getByRole('region', { name: 'Probes', exact: true }),
    ).toContainText(/Run .* by user:development\/guest/);
    await expect(
      page
        .getByRole('table', { name: /Probes of/ })
        .first()
        .getByRole('row')
        .filter({ hasText: 'Disagrees' }),
    ).toHaveCount(0);
  });

  await test.step('it is taken back in the same way', async () => {
    await page.getByRole('link', { name: 'Stop requiring a token' }).click();
    await page.getByRole('button', { name: 'Make a plan' }).click();
    const stop = page.getByRole('button', { name: 'Stop requiring a token' });
    await expect(stop).toBeVisible();
    const warnings = page
      .getByRole('group', { name: 'What the plan cannot know' })
      .getByRole('checkbox');
    for (const warning of await warnings.all()) {
      await warning.check({ force: true });
    }
    await stop.click();
    await expect(
      page.getByText('A token is not required any more'),
    ).toBeVisible(OVER);
    // The newest first, after the row of the heads; other tests have left older ones.
    const operations = page
      .getByRole('table', { name: 'Operations' })
      .getByRole('row');
    await expect(operations.nth(1)).toContainText('Stop requiring tokens of');
    await expect(operations.nth(2)).toContainText('Require tokens of');
    await page.goto(tabOf('reviews'));
    await expect(
      page.getByRole('article', { name: 'http://reviews.example.com' }),
    ).toContainText('Validated only');
  });
});

test('an operation can be linked to, and an unknown one is told', async ({
  page,
}) => {
  await page.goto(
    `${tabOf(
      'reviews',
    )}?jwt=operation&operation=00000000-0000-4000-8000-000000000000`,
  );
  await expect(
    page.getByText('There is no such operation of this entity'),
  ).toBeVisible();
});

test('who does not own a service may not require a token', async ({ page }) => {
  await page.goto(tabOf('recommendations'));
  const button = page.getByRole('button', { name: 'Require a token' });
  await expect(button).toBeDisabled();
  await expect(
    page.getByText(/istio-jwt\.enablement\.create/).first(),
  ).toBeVisible();
});
