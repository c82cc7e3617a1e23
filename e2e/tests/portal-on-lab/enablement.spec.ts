import { expect, test, type Page } from '@playwright/test';
import { main, overviewOf } from '../portal/portal.ts';
import {
  BACKEND_HOST,
  ECHO_HOST,
  eventually,
  ingressGateway,
  openHarness,
  peerAuthentication,
  RBAC_DENIED,
  routeTo,
  type Harness,
} from '../lab/support.ts';
import type { Manifest } from '../../lab/kube.ts';
import type { Operation } from '../../lab/portal/EnablementApi.ts';
import { openEnablementApi } from './openEnablementApi.ts';
import { watchNeighbours } from '../lab/watchNeighbours.ts';

const NEIGHBOURS = [
  ECHO_HOST,
  ...['one', 'two', 'three'].map(name => `${name}.example.com`),
];
const OWN_HOST = 'own.example.com';

let h: Harness;

test.beforeAll(async () => {
  h = await openHarness();
});
test.afterEach(() => h?.cleanUp());

/** What stands in the cluster of what an operation wrote. */
async function listWritten({ changes }: Operation): Promise<string[]> {
  const found = await Promise.all(
    changes.map(({ ref: { apiVersion, kind, namespace, name } }) =>
      h.lab.kube.get({
        apiVersion,
        kind,
        metadata: { namespace, name },
      }),
    ),
  );
  return found.flatMap(object => object?.metadata?.name ?? []);
}

async function expectState(page: Page, text: string): Promise<void> {
  await page.goto(overviewOf('backend'));
  await expect(main(page).getByText(text).first()).toBeVisible({
    timeout: 30_000,
  });
}

const token = () => h.lab.sample.mint();

test('a shared gateway: the service asks for a token, and four neighbours never notice', async ({
  page,
}) => {
  test.setTimeout(300_000);
  await h.apply(
    peerAuthentication('istio-system', 'default', { mtls: { mode: 'STRICT' } }),
    ingressGateway('shared', [BACKEND_HOST, ...NEIGHBOURS]),
    routeTo('backend', {
      name: 'backend',
      host: BACKEND_HOST,
      gateway: 'shared',
    }),
    ...NEIGHBOURS.map((host, index) =>
      routeTo('echo', { name: `neighbour-${index}`, host, gateway: 'shared' }),
    ),
  );
  await Promise.all(
    [BACKEND_HOST, ...NEIGHBOURS].map(host =>
      eventually(() => h.atGateway(host), 200),
    ),
  );
  const api = await openEnablementApi(page, 'backend');
  const neighbours = watchNeighbours(h, NEIGHBOURS, 20);

  const plan = await api.plan({ kind: 'gateway', hosts: [BACKEND_HOST] });
  expect(plan).toMatchObject({ kind: 'planned', pattern: 'host-deny' });
  const enabled = await api.run(plan);
  expect(enabled.phase, JSON.stringify(enabled.steps, null, 1)).toBe('done');
  await eventually(() => h.atGateway(BACKEND_HOST), 403, RBAC_DENIED);
  await eventually(
    async () => h.atGateway(BACKEND_HOST, { token: await token() }),
    200,
  );
  for (const bent of [
    `${BACKEND_HOST}:1234`,
    BACKEND_HOST.toUpperCase(),
    `${BACKEND_HOST}:80`,
  ]) {
    expect((await h.atGateway(bent)).status, bent).toBe(403);
  }
  // Not routed at all, so that nothing is passed by.
  expect((await h.atGateway(`${BACKEND_HOST}.`)).status).toBe(404);
  for (const path of ['//', '/%2f', '/a;b', '/a/../', '/%2e%2e/']) {
    expect((await h.atGateway(BACKEND_HOST, { path })).status, path).toBe(403);
  }
  const options = await h.atGateway(BACKEND_HOST, { method: 'OPTIONS' });
  expect(options.status).toBe(403);

  expect(await listWritten(enabled)).toHaveLength(2);
  const disabled = await api.run(await api.planDisable(enabled.id));
  expect(disabled.phase, JSON.stringify(disabled.steps, null, 1)).toBe('done');
  await eventually(() => h.atGateway(BACKEND_HOST), 200);
  expect(await listWritten(enabled)).toEqual([]);

  const seen = await neighbours.stop();
  console.log(
    `neighbours: ${seen.asked} requests, ${seen.differing.length} answered otherwise`,
  );
  expect(seen.differing).toEqual([]);
  expect(seen.asked).toBeGreaterThan(100);
});

test('a Gateway of the Gateway API of its own', async ({ page }) => {
  test.setTimeout(300_000);
  await h.apply(...describeOwnGateway());
  const ask = async (withToken = false) =>
    h.lab.ask(h.lab.gateways.gatewayApi, '/', {
      host: OWN_HOST,
      headers: withToken ? { authorization: `Bearer ${await token()}` } : {},
    });
  await eventually(ask, 200);
  const api = await openEnablementApi(page, 'backend');
  const plan = await api.plan({ kind: 'gateway', hosts: [OWN_HOST] });
  expect(plan).toMatchObject({ kind: 'planned', pattern: 'own-gateway' });
  const enabled = await api.run(plan);
  expect(enabled.phase, JSON.stringify(enabled.steps, null, 1)).toBe('done');
  await eventually(ask, 403, RBAC_DENIED);
  await eventually(() => ask(true), 200);
  expect((await api.run(await api.planDisable(enabled.id))).phase).toBe('done');
  await eventually(ask, 200);
  expect(await listWritten(enabled)).toEqual([]);
});

test('a workload, for callers in the mesh', async ({ page }) => {
  test.setTimeout(300_000);
  await h.apply(
    peerAuthentication('istio-system', 'default', { mtls: { mode: 'STRICT' } }),
  );
  await eventually(() => h.fromPod('frontend'), 200);
  const api = await openEnablementApi(page, 'backend');
  const plan = await api.plan({ kind: 'in-mesh' });
  expect(plan).toMatchObject({ kind: 'planned', pattern: 'workload' });
  const enabled = await api.run(plan);
  expect(enabled.phase, JSON.stringify(enabled.steps, null, 1)).toBe('done');
  await eventually(() => h.fromPod('frontend'), 403, RBAC_DENIED);
  await eventually(
    async () => h.fromPod('frontend', { token: await token() }),
    200,
  );
  await expectState(page, 'A valid token is required.');
  expect((await api.run(await api.planDisable(enabled.id))).phase).toBe('done');
  await eventually(() => h.fromPod('frontend'), 200);
  expect(await listWritten(enabled)).toEqual([]);
});

function describeOwnGateway(): Manifest[] {
  return [
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: 'backend-api', namespace: 'default' },
      spec: {
        gatewayClassName: 'istio',
        listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
      },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'backend', namespace: 'default' },
      spec: {
        parentRefs: [{ name: 'backend-api' }],
        hostnames: [OWN_HOST],
        rules: [{ backendRefs: [{ name: 'backend', port: 80 }] }],
      },
    },
  ];
}
