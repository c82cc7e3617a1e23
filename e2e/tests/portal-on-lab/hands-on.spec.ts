import { expect, test, type Page } from '@playwright/test';
import { main, overviewOf, runProbes, tabOf } from '../portal/portal.ts';
import {
  authorizationPolicy,
  BACKEND_HOST,
  describeBaseMesh,
  eventually,
  INGRESS_SELECTOR,
  openHarness,
  requestAuthentication,
  type Harness,
} from '../lab/support.ts';

const BACKEND = { matchLabels: { app: 'backend' } };
/** The page is told by a signal; istiod is not on this way. */
const FOLLOWS_WITHIN_MS = 5_000;

let h: Harness;

const jwtRule = () => ({
  issuer: h.lab.sample.issuer,
  jwks: JSON.stringify(h.lab.sample.jwks),
  forwardOriginalToken: true,
});
const requireToken = () => ({
  action: 'ALLOW',
  rules: [
    {
      from: [{ source: { requestPrincipals: [`${h.lab.sample.issuer}/*`] } }],
    },
  ],
});
const sibling = () =>
  authorizationPolicy('default', 'backend-allow-frontend', {
    selector: BACKEND,
    action: 'ALLOW',
    rules: [
      {
        from: [
          { source: { principals: ['cluster.local/ns/default/sa/frontend'] } },
        ],
      },
    ],
  });

/** Rows of probes with a result, over all ways in of the tab. */
const probesThat = (page: Page, result: string) =>
  page
    .getByRole('table', { name: /Probes of/ })
    .getByRole('row')
    .filter({ hasText: result });

/** What a probe from inside the mesh saw. */
const probeFrom = (page: Page, name: string, title: string) =>
  page
    .getByRole('table', { name: /backend\.default\.svc.*valid token/ })
    .getByRole('row')
    .filter({ hasText: `${title}From cluster.local/ns/default/sa/${name}` });

/** What the card says of the state, in a sentence. */
async function expectMeaning(
  page: Page,
  text: string,
  timeout = FOLLOWS_WITHIN_MS,
): Promise<void> {
  await expect(main(page).getByText(text).first()).toBeVisible({ timeout });
}

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  h = await openHarness();
  await h.apply(...describeBaseMesh());
  await eventually(() => h.atGateway(BACKEND_HOST), 200);
});
test.afterAll(() => h?.cleanUp());

test('before any policy the card says that no token is needed', async ({
  page,
}) => {
  await page.goto(overviewOf('backend'));
  await expectMeaning(
    page,
    'No token is needed, and none is looked at.',
    60_000,
  );
  await expect(page.getByText('Sandbox', { exact: true })).toHaveCount(0);
});

test('the card follows the policies of the hands-on case without a reload', async ({
  page,
}) => {
  await page.goto(overviewOf('backend'));
  await expectMeaning(
    page,
    'No token is needed, and none is looked at.',
    30_000,
  );
  // The signal's connection is made after the first render.
  await page.waitForTimeout(1_000);
  await h.apply(
    requestAuthentication('default', 'backend-jwt', {
      selector: BACKEND,
      jwtRules: [jwtRule()],
    }),
  );
  await expectMeaning(
    page,
    'A token is checked when a request carries one, and a request without any passes.',
  );
  await h.apply(
    authorizationPolicy('default', 'backend-jwt-policy', {
      selector: BACKEND,
      ...requireToken(),
    }),
    sibling(),
  );
  await expectMeaning(page, 'A token is required for some requests');
});

test('ways in, finding and probes are those of the real gateway and sidecar', async ({
  page,
}) => {
  await h.apply(
    requestAuthentication('istio-system', 'ingress-jwt', {
      selector: INGRESS_SELECTOR,
      jwtRules: [jwtRule()],
    }),
    authorizationPolicy('istio-system', 'ingress-jwt-policy', {
      selector: INGRESS_SELECTOR,
      ...requireToken(),
    }),
  );
  await eventually(() => h.atGateway(BACKEND_HOST), 403);
  const token = await h.lab.sample.mint();
  await eventually(() => h.atGateway(BACKEND_HOST, { token }), 200);

  await page.goto(tabOf('backend'));
  await expect(
    main(page)
      .getByText(new RegExp(`${BACKEND_HOST}`))
      .first(),
  ).toBeVisible();
  await expect(
    main(page)
      .getByText(/backend\.default\.svc\.cluster\.local/)
      .first(),
  ).toBeVisible();
  await expect(page.getByRole('region', { name: 'Findings' })).toContainText(
    'sibling-allow',
  );

  await runProbes(page);
  await expect(probesThat(page, 'Disagrees')).toHaveCount(0);
  await expect(probesThat(page, 'No token').first()).toContainText(
    'RBAC: access denied',
  );
  await expect(probesThat(page, 'Valid token').first()).toContainText('Agrees');
  await expect(main(page)).toContainText(/1\d\d of \d+ agree/);
});

test('inside the mesh the sibling policy admits the frontend without a token, and nobody else', async ({
  page,
}) => {
  await page.goto(tabOf('backend'));
  await runProbes(page);
  const frontend = probeFrom(page, 'frontend', 'No token');
  await expect(frontend).toContainText('200');
  await expect(frontend).toContainText('Agrees');
  await frontend.getByText('Why').click();
  await expect(frontend).toContainText('backend-allow-frontend');
  const stranger = probeFrom(page, 'stranger', 'No token');
  await expect(stranger).toContainText('RBAC: access denied');
  await expect(stranger).toContainText('Agrees');
  await expect(probesThat(page, 'Disagrees')).toHaveCount(0);
});

test('without the sibling policy the card says that a token is required', async ({
  page,
}) => {
  await page.goto(overviewOf('backend'));
  await expectMeaning(page, 'A token is required for some requests', 30_000);
  await page.waitForTimeout(1_000);
  await h.remove(sibling());
  await expectMeaning(page, 'A valid token is required.');
  await eventually(() => h.fromPod('frontend'), 403);

  await page.goto(tabOf('backend'));
  await runProbes(page);
  for (const name of ['frontend', 'stranger']) {
    const refused = probeFrom(page, name, 'No token');
    await expect(refused).toContainText('RBAC: access denied');
    await expect(refused).toContainText('Agrees');
    await expect(probeFrom(page, name, 'Valid token')).toContainText('200');
  }
  await expect(probesThat(page, 'Disagrees')).toHaveCount(0);
});

test('an exempt path is asked for, and seen to pass', async ({ page }) => {
  const exempt = [
    { namespace: 'istio-system', selector: INGRESS_SELECTOR },
    { namespace: 'default', selector: BACKEND },
  ].map(({ namespace, selector }) =>
    authorizationPolicy(namespace, 'allow-healthz', {
      selector,
      action: 'ALLOW',
      rules: [
        { to: [{ operation: { methods: ['GET'], paths: ['/healthz'] } }] },
      ],
    }),
  );
  await h.apply(...exempt);
  await eventually(() => h.atGateway(BACKEND_HOST, { path: '/healthz' }), 200);
  await page.goto(overviewOf('backend'));
  await expectMeaning(page, 'A token is required for some requests', 30_000);

  await page.goto(tabOf('backend'));
  const witnesses = probesThat(page, 'No token, GET /healthz');
  // A run that began as the policies came is inconclusive, and says so: then another one tells.
  await expect(async () => {
    await runProbes(page);
    // By the gateway, and from inside the mesh with two identities.
    await expect(witnesses).toHaveCount(3);
    for (const witness of await witnesses.all()) {
      await expect(witness).toContainText('200', { timeout: 5_000 });
      await expect(witness).toContainText('Agrees', { timeout: 5_000 });
    }
  }).toPass({ timeout: 90_000 });
  await expect(probesThat(page, 'Disagrees')).toHaveCount(0);
  await h.remove(...exempt);
  await eventually(() => h.atGateway(BACKEND_HOST, { path: '/healthz' }), 403);
});

test('a neighbour that the gateway-wide policy locks is told so', async ({
  page,
}) => {
  await page.goto(tabOf('echo'));
  await expect(main(page).getByText('echo.example.com').first()).toBeVisible();
  await runProbes(page);
  await expect(probesThat(page, 'Disagrees')).toHaveCount(0);
});
