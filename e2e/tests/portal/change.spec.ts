import { expect, Page, test } from '@playwright/test';
import {
  callKubernetes,
  expectAccessible,
  OVER,
  resetSandbox,
  SANDBOX,
  tabOf,
  takePicture,
} from './portal.ts';

test.beforeAll(resetSandbox);
test.afterAll(resetSandbox);

const POLICY =
  '/apis/security.istio.io/v1/namespaces/edge/authorizationpolicies/istio-jwt-reviews-reviews-05b02982';

/** Makes the plan in view, ticks what it warns of, and follows it to its end. */
async function carryOut(page: Page, start: string, done: string) {
  await page.getByRole('button', { name: 'Make a plan' }).click();
  const button = page.getByRole('button', { name: start, exact: true });
  await expect(button).toBeVisible();
  const warnings = page
    .getByRole('group', { name: 'What the plan cannot know' })
    .getByRole('checkbox');
  for (const warning of await warnings.all()) {
    await warning.check({ force: true });
  }
  await takePicture(page, `plan-${start.toLowerCase().replace(/ /g, '-')}`);
  await button.click();
  await expect(page.getByText(done)).toBeVisible(OVER);
}

/** Somebody exempts one more path behind the portal's back. */
async function editPolicy(path: string) {
  const response = await fetch(`${SANDBOX}${POLICY}`);
  const { spec } = (await response.json()) as { spec: object };
  const edited = JSON.stringify(spec).replace(
    '"/healthz"',
    `"/healthz","${path}"`,
  );
  expect(edited).toContain(path);
  await callKubernetes(
    'PATCH',
    `${POLICY}?fieldManager=kubectl-edit`,
    { spec: JSON.parse(edited) },
    'application/merge-patch+json',
  );
}

function driftOf(page: Page) {
  return page.getByRole('region', { name: 'Changed since it was written' });
}

async function expectNoDrift(page: Page) {
  await page.goto(tabOf('reviews'));
  await expect(
    page.getByRole('article', { name: 'http://reviews.example.com' }),
  ).toBeVisible();
  await expect(
    page.getByRole('link', { name: 'Change what is required' }),
  ).toBeVisible();
  await expect(driftOf(page)).toHaveCount(0);
}

test('what stands is changed; an edit by somebody else is brought back, another one accepted', async ({
  page,
}) => {
  test.setTimeout(300_000);
  await test.step('a token is required', async () => {
    await page.goto(`${tabOf('reviews')}?jwt=enable`);
    await page.getByText('login', { exact: true }).click({ timeout: 30_000 });
    await carryOut(page, 'Enable', 'A token is required: enforced, and proved');
  });

  await test.step('a path is left open by a change', async () => {
    await page.goto(tabOf('reviews'));
    await page
      .getByRole('link', { name: 'Change what is required' })
      .click({ timeout: 30_000 });
    await expect(page.getByRole('radio', { name: /^login/ })).toBeChecked();
    await page.getByRole('textbox', { name: 'Another path' }).fill('/healthz');
    await carryOut(page, 'Change', 'The change is enforced, and proved');
    await expect(
      page.getByRole('region', { name: /^Change to AuthorizationPolicy/ }),
    ).toContainText('/healthz');
  });

  await test.step('an edit by somebody else shows with who made it', async () => {
    await editPolicy('/x');
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.goto(tabOf('reviews'));
      await expect(driftOf(page)).toContainText('kubectl-edit');
      await expect(
        driftOf(page).getByRole('region', { name: /^Difference of/ }),
      ).toContainText('Added: ');
      await takePicture(page, 'changed-by-others');
      await expectAccessible(page);
    }
  });

  await test.step('it is brought back', async () => {
    await driftOf(page).getByRole('link', { name: 'Bring back' }).click();
    await carryOut(
      page,
      'Bring back',
      'What was written stands again, and was seen to work',
    );
    await takePicture(page, 'brought-back');
    await expectNoDrift(page);
  });

  await test.step('another edit is accepted', async () => {
    await editPolicy('/y');
    await page.goto(tabOf('reviews'));
    await driftOf(page)
      .getByRole('link', { name: 'Accept what stands' })
      .click({ timeout: 30_000 });
    await carryOut(
      page,
      'Accept',
      'What stands is what is wanted; no policy was changed',
    );
    await expectNoDrift(page);
    await takePicture(page, 'accepted');
  });
});
