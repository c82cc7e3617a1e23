import { Browser, expect, Page, test } from '@playwright/test';
import {
  acceptWarnings,
  callKubernetes,
  expectAccessible,
  OVER,
  resetSandbox,
  tabOf,
  takePicture,
} from './portal.ts';

/** One more than the demo lets pass without an approval, with those that are there. */
const HOSTS = 21;
const ROUTES =
  '/apis/networking.istio.io/v1/namespaces/payments/virtualservices';
test.skip(!process.env.LONG_TESTS, 'takes minutes: npm test -- --lab');

test.beforeAll(async () => {
  await resetSandbox();
  await publishCrowd();
});
test.afterAll(resetSandbox);

/**
 * Somebody else's service, with many hosts on the gateway of reviews, whose sidecar takes tokens of any
 * issuer.
 */
async function publishCrowd() {
  await callKubernetes(
    'DELETE',
    '/apis/security.istio.io/v1/namespaces/reviews/requestauthentications/reviews-jwt',
  );
  await callKubernetes('POST', '/api/v1/namespaces/payments/services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'crowd', namespace: 'payments' },
    spec: {
      clusterIP: '10.96.7.7',
      selector: { app: 'payments' },
      ports: [{ name: 'http', port: 80, targetPort: 9080 }],
    },
  });
  await callKubernetes('POST', ROUTES, {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'crowd', namespace: 'payments' },
    spec: {
      hosts: Array.from(
        { length: HOSTS },
        (_, index) => `crowd-${index}.example.com`,
      ),
      gateways: ['edge/shared-gateway'],
      http: [{ route: [{ destination: { host: 'crowd' } }] }],
    },
  });
}

/** Plans to require tokens of reviews and asks for the approval; gives the address of the operation. */
async function ask(page: Page): Promise<string> {
  await page.goto(`${tabOf('reviews')}?jwt=enable`);
  // The gateway does not trust it yet: its RequestAuthentication is a matter of all hosts.
  await page
    .getByText('istio-testing', { exact: true })
    .click({ timeout: 90_000 });
  await page.getByRole('button', { name: 'Make a plan' }).click();
  await expect(
    page.getByText(/Waits for an approval by somebody with/),
  ).toBeVisible({ timeout: 90_000 });
  await acceptWarnings(page);
  await takePicture(page, 'approval-plan');
  await page.getByRole('button', { name: 'Ask for approval' }).click();
  await expect(page.getByRole('list', { name: 'Phases' })).toBeVisible(OVER);
  return page.url();
}

/** Somebody of the platform team, in a window of their own. */
async function openAsPlatform(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto('/notifications?as=platform');
  return page;
}

/** The newest notification of a title leads to what it is about. */
async function followNotification(page: Page, title: string) {
  await page.goto('/notifications');
  await page.getByRole('link', { name: title }).first().click(OVER);
  await expect(page.getByRole('list', { name: 'Phases' })).toBeVisible(OVER);
}

test('what touches many others waits for somebody else, who declines it once and approves it then', async ({
  page,
  browser,
}) => {
  test.setTimeout(480_000);
  const operation = await ask(page);
  const platform = await openAsPlatform(browser);

  await test.step('whoever asked can withdraw it, and not approve it', async () => {
    await expect(page.getByRole('button', { name: 'Withdraw' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Approve' })).toHaveCount(0);
    await takePicture(page, 'approval-waits');
  });

  await test.step('the platform team is told, and sees what it would approve', async () => {
    await followNotification(platform, 'reviews: an approval is asked for');
    const answers = platform.getByRole('table', {
      name: 'Answers of http://reviews.example.com',
    });
    await expect(
      answers.getByRole('row').filter({ hasText: 'No token' }),
    ).toContainText('403 RBAC: access denied', OVER);
    await takePicture(platform, 'approval-asked');
    await expectAccessible(platform);
  });

  await test.step('a refusal is shown to whoever asked, at once and later', async () => {
    await platform.getByRole('button', { name: 'Decline' }).click();
    const dialog = platform.getByRole('dialog', { name: 'Decline it?' });
    await dialog
      .getByRole('textbox', { name: 'Reason' })
      .fill('After the sale, please');
    await takePicture(platform, 'approval-decline');
    await dialog.getByRole('button', { name: 'Decline it' }).click();
    for (const window of [platform, page]) {
      await expect(
        window.getByText('Declined: nothing was written'),
      ).toBeVisible({ timeout: 90_000 });
      await expect(
        window.getByText(/pat declined it: After the sale, please\./).first(),
      ).toBeVisible();
    }
    await takePicture(page, 'approval-declined');
    await followNotification(page, 'reviews: what you asked for is declined');
    expect(page.url()).toBe(operation);
    await expect(page.getByText('Declined: nothing was written')).toBeVisible();
  });

  await test.step('asked again and approved, it is carried out', async () => {
    await ask(page);
    await followNotification(platform, 'reviews: an approval is asked for');
    await platform.getByRole('button', { name: 'Approve' }).click(OVER);
    for (const window of [platform, page]) {
      await expect(
        window.getByText('A token is required: enforced, and proved'),
      ).toBeVisible(OVER);
      await expect(
        window.getByText(/approved by user:default\/pat/).first(),
      ).toBeVisible();
    }
    await takePicture(page, 'approval-approved');
  });

  await test.step('and taken back, for the tests that come after', async () => {
    await callKubernetes('DELETE', `${ROUTES}/crowd`);
    await page.goto(tabOf('reviews'));
    await page
      .getByRole('link', { name: 'Stop requiring a token' })
      .click(OVER);
    await page.getByRole('button', { name: 'Make a plan' }).click(OVER);
    const stop = page.getByRole('button', { name: 'Stop requiring a token' });
    await expect(stop).toBeVisible(OVER);
    await acceptWarnings(page);
    await stop.click();
    await expect(
      page.getByText('A token is not required any more'),
    ).toBeVisible(OVER);
  });
  await platform.context().close();
});
