import { expect, test, type Page } from '@playwright/test';
import { createIssuer, type TestIssuer } from '../../lab/tokens/mint.ts';
import { main, overviewOf, tabOf } from '../portal/portal.ts';
import {
  BACKEND_HOST,
  describeBaseMesh,
  eventually,
  INGRESS_SELECTOR,
  openHarness,
  requestAuthentication,
  type Harness,
} from '../lab/support.ts';

/** What happens to a key set reaches an open page within this, with the default interval. */
const FOLLOWS_WITHIN_MS = 60_000;
const SET = `portal-${process.pid}`;

let h: Harness;
let issuer: TestIssuer;

const alertOf = (page: Page) =>
  main(page)
    .getByRole('alert')
    .filter({ hasText: `Keys of ${issuer.issuer} cannot be read` });
const keysOf = (page: Page) =>
  main(page).getByRole('article', { name: issuer.issuer });

test.skip(Boolean(process.env.LAB_KUBECONFIG), 'the lab serves the key sets');

test.beforeAll(async () => {
  h = await openHarness();
  issuer = await createIssuer('https://keys.example', { kid: 'one' });
  await h.lab.jwks.set(SET, issuer.jwks);
  await h.apply(
    ...describeBaseMesh(),
    requestAuthentication('istio-system', SET, {
      selector: INGRESS_SELECTOR,
      jwtRules: [{ issuer: issuer.issuer, jwksUri: h.lab.jwks.uri(SET) }],
    }),
  );
  await eventually(() => h.atGateway(BACKEND_HOST, { token: 'junk' }), 401);
});
test.afterAll(() => h?.cleanUp());

test('an open card follows what happens to the keys, without a reload', async ({
  page,
}) => {
  test.setTimeout(10 * 60_000);
  const times: string[] = [];
  const follow = async (
    what: string,
    change: Parameters<typeof h.lab.jwks.set>[1],
    check: () => Promise<void>,
  ) => {
    const startedAt = Date.now();
    await h.lab.jwks.set(SET, change);
    await check();
    times.push(`${what}: ${Math.round((Date.now() - startedAt) / 1000)} s`);
  };
  const failsWith = (brief: string) => () =>
    expect(alertOf(page)).toContainText(brief, { timeout: FOLLOWS_WITHIN_MS });
  const recovers = () =>
    expect(alertOf(page)).toHaveCount(0, { timeout: FOLLOWS_WITHIN_MS });

  await page.goto(overviewOf('backend'));
  await expect(main(page).getByText(issuer.issuer)).toBeVisible({
    timeout: 60_000,
  });
  await expect(alertOf(page)).toHaveCount(0);
  await follow('500', { status: 500 }, failsWith('HTTP 500'));
  await follow('good after 500', { status: 200 }, recovers);
  await follow('slow', { delayMs: 8000 }, failsWith('no answer within 5 s'));
  await follow('good after slow', { delayMs: 0 }, recovers);
  await follow('without keys', { keys: [] }, failsWith('no usable key'));
  const next = await createIssuer(issuer.issuer, { kid: 'two' });
  await follow('good after none', next.jwks, recovers);
  test.info().annotations.push({
    type: 'seen after',
    description: times.join(', '),
  });
  process.stdout.write(`seen after: ${times.join(', ')}\n`);
});

test('the tab shows the keys, in light and dark', async ({ page }) => {
  await page.goto(tabOf('backend'));
  await expect(keysOf(page)).toContainText('Healthy', { timeout: 60_000 });
  await expect(keysOf(page)).toContainText('Keys last changed');
  await keysOf(page).getByText('Keys (1)').click();
  await expect(keysOf(page).getByRole('row').nth(1)).toContainText('two');
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await keysOf(page).screenshot({
      path: test.info().outputPath(`keys-${theme}.png`),
    });
  }
});
