import { expect, Page, test } from '@playwright/test';
import { callKubernetes, resetSandbox, tabOf } from './portal.ts';

test.beforeAll(resetSandbox);
test.afterAll(resetSandbox);

const OVER = { timeout: 60_000 };
const POLICY =
  '/apis/security.istio.io/v1/namespaces/edge/authorizationpolicies/istio-jwt-reviews-reviews-05b02982';

/** Makes the plan in view, ticks what it warns of, and follows it to its end. */
async function carryOut(page: Page, start: string, done: string) {
  await page.getByRole('button', { name: 'Make a plan' }).click();
  const button = page.getByRole('button', { name: start, exact: true });
  await expect(button).toBeVisible({ timeout: 30_000 });
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

/** For whoever looks at the screens: into a folder outside of the repository. */
async function takePicture(page: Page, name: string) {
  const folder = process.env.PICTURES;
  if (!folder) return;
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

// Written and not run yet: to be seen to pass before it counts.
test.fixme(
  'what stands is changed, and brought back where somebody edits it',
  async ({ page }) => {
    test.setTimeout(300_000);
    await test.step('a token is required', async () => {
      await page.goto(`${tabOf('reviews')}?jwt=enable`);
      await page.getByText('login', { exact: true }).click({ timeout: 30_000 });
      await carryOut(
        page,
        'Enable',
        'A token is required: enforced, and proved',
      );
    });

    await test.step('a path is left open by a change', async () => {
      await page.goto(tabOf('reviews'));
      await page
        .getByRole('link', { name: 'Change what is required' })
        .click({ timeout: 30_000 });
      await expect(page.getByRole('radio', { name: /^login/ })).toBeChecked({
        timeout: 30_000,
      });
      await page
        .getByRole('textbox', { name: 'Another path' })
        .fill('/healthz');
      await carryOut(page, 'Change', 'The change is enforced, and proved');
      await expect(
        page.getByRole('region', { name: /^Change to AuthorizationPolicy/ }),
      ).toContainText('/healthz');
    });

    await test.step('an edit by somebody else shows with who made it', async () => {
      await callKubernetes(
        'PATCH',
        `${POLICY}?fieldManager=kubectl-edit`,
        { spec: { rules: [{ to: [{ operation: { paths: ['/x'] } }] }] } },
        'application/merge-patch+json',
      );
      await page.goto(tabOf('reviews'));
      const drift = page.getByRole('region', {
        name: 'Changed since it was written',
      });
      await expect(drift).toContainText('kubectl-edit', { timeout: 30_000 });
      await expect(
        drift.getByRole('region', { name: /^Difference of/ }),
      ).toContainText('Added: ');
      await takePicture(page, 'drift');
      await drift.getByRole('link', { name: 'Bring back' }).click();
      await carryOut(
        page,
        'Bring back',
        'What was written stands again, and was seen to work',
      );
      await page.goto(tabOf('reviews'));
      await expect(
        page.getByRole('article', { name: 'http://reviews.example.com' }),
      ).toBeVisible({ timeout: 30_000 });
      await expect(drift).toHaveCount(0);
    });
  },
);
