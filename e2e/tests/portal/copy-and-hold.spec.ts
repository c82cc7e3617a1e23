import { expect, Page, test } from '@playwright/test';
import {
  clusterOf,
  OTHER_PORTAL,
  startOtherPortal,
  stopOtherPortal,
} from './otherPortal.ts';
import {
  acceptWarnings,
  expectAccessible,
  OVER,
  resetSandbox,
  SANDBOX,
  tabOf,
  takePicture,
} from './portal.ts';

const POLICIES = `${SANDBOX}/apis/security.istio.io/v1/authorizationpolicies`;

test.use({
  baseURL: OTHER_PORTAL,
  permissions: ['clipboard-read', 'clipboard-write'],
});

test.skip(!process.env.LONG_TESTS, 'takes minutes: npm test -- --lab');

test.beforeAll(async ({}, testInfo) => {
  testInfo.setTimeout(150_000);
  await resetSandbox();
  await startOtherPortal({
    clusters: [
      clusterOf('sandbox', 'Sandbox'),
      clusterOf('by-hand', 'Written by hand'),
    ],
    enablement_clusters: [{ name: 'by-hand', writeMode: 'copy' }],
    enablement_shadow: 'hold',
  });
});
test.afterAll(async () => {
  await stopOtherPortal();
  await resetSandbox();
});

async function listPolicies(): Promise<string[]> {
  const { items } = (await (await fetch(POLICIES)).json()) as {
    items: { metadata: { name: string; resourceVersion: string } }[];
  };
  return items.map(
    ({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`,
  );
}

/** Plans for reviews as it stands in a cluster. */
async function plan(page: Page, cluster: string) {
  await page.goto(`${tabOf('reviews')}?jwt=enable`);
  await page
    .getByRole('radio', { name: new RegExp(cluster) })
    .check({ force: true, timeout: 30_000 });
  await page.getByText('login', { exact: true }).click();
  await page.getByRole('button', { name: 'Make a plan' }).click();
  await expect(page.getByRole('region', { name: 'The plan' })).toBeVisible(
    OVER,
  );
  await expect(
    page.getByRole('table', { name: 'Answers of http://reviews.example.com' }),
  ).toBeVisible(OVER);
}

test('where the portal may write nothing it gives YAML and commands to copy', async ({
  page,
}) => {
  test.setTimeout(180_000);
  const before = await listPolicies();
  await plan(page, 'cluster by-hand');
  const written = page.getByRole('region', { name: 'What is written' });
  await takePicture(page, 'copy');
  await expectAccessible(page);

  await test.step('the YAML is copied as it stands', async () => {
    await written.getByText('YAML to copy').last().click();
    await written
      .getByRole('button', { name: /^Copy .*AuthorizationPolicy/ })
      .click();
    const yaml = await page.evaluate(() => navigator.clipboard.readText());
    expect(yaml).toContain('kind: AuthorizationPolicy');
    expect(yaml).toContain('reviews.example.com');
    await takePicture(page, 'copy-yaml');
  });

  await test.step('and so is each command', async () => {
    await written.getByRole('button', { name: /^Copy command 1 of/ }).click();
    await expect
      .poll(() => page.evaluate(() => navigator.clipboard.readText()))
      .toMatch(/^kubectl apply --server-side /);
  });

  await test.step('there is nothing to start, and nothing was written', async () => {
    await acceptWarnings(page);
    await expect(
      page.getByText('The portal does not write this one'),
    ).toBeVisible();
    await expect(page.getByRole('button', { name: 'Enable' })).toHaveCount(0);
    expect(await listPolicies()).toEqual(before);
  });
});

test('what cannot be counted is held, until it is given up or enforced', async ({
  page,
}) => {
  test.setTimeout(300_000);
  const begin = async () => {
    await plan(page, 'cluster sandbox');
    await acceptWarnings(page);
    await page.getByRole('button', { name: 'Enable' }).click();
    await expect(
      page.getByText('Held before anything is enforced'),
    ).toBeVisible(OVER);
  };

  await test.step('it says why, and lets every request pass', async () => {
    await begin();
    await expect(
      page.getByText(/Not counted: istioJwt\.clusters/).first(),
    ).toBeVisible();
    await takePicture(page, 'held');
    await expectAccessible(page);
  });

  await test.step('given up, everything is as before', async () => {
    await page.getByRole('button', { name: 'Give up' }).click();
    await page.getByRole('button', { name: 'Give up and roll back' }).click();
    await expect(
      page.getByText('Rolled back: everything is as it was before'),
    ).toBeVisible(OVER);
    await takePicture(page, 'given-up');
  });

  await test.step('enforced, it is proved', async () => {
    await begin();
    await page.getByRole('button', { name: 'Enforce' }).click();
    await takePicture(page, 'enforce');
    await page.getByRole('button', { name: 'Enforce it' }).click();
    await expect(
      page.getByText('A token is required: enforced, and proved'),
    ).toBeVisible(OVER);
    await takePicture(page, 'held-and-enforced');
  });
});
