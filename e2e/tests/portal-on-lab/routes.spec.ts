import { expect, test } from '@playwright/test';
import {
  ECHO_HOST,
  eventually,
  ingressGateway,
  openHarness,
  peerAuthentication,
  RBAC_DENIED,
  routeTo,
  type Harness,
} from '../lab/support.ts';
import type { Answer } from '../../lab/client.ts';
import type {
  EnablementApi,
  Operation,
} from '../../lab/portal/EnablementApi.ts';
import { watchNeighbours } from '../lab/watchNeighbours.ts';
import { openEnablementApi } from './openEnablementApi.ts';

const HOST = 'backend.new.example.com';

let h: Harness;

test.beforeAll(async () => {
  h = await openHarness();
});
test.afterEach(() => h?.cleanUp());

const token = () => h.lab.sample.mint();

async function listWritten({ changes }: Operation): Promise<string[]> {
  const found = await Promise.all(
    changes.map(({ ref: { apiVersion, kind, namespace, name } }) =>
      h.lab.kube.get({ apiVersion, kind, metadata: { namespace, name } }),
    ),
  );
  return found.flatMap(object => object?.kind ?? []);
}

/** Asks without a token, as fast as answers come, until told to stop. */
function watchHost(ask: () => Promise<Answer>): () => Promise<string[]> {
  const seen = new Map<string, number>();
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const answer = await ask().then(
        ({ status }) => String(status),
        () => 'no answer',
      );
      seen.set(answer, (seen.get(answer) ?? 0) + 1);
      await new Promise(resolve => setTimeout(resolve, 10));
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    console.log(`without a token: ${JSON.stringify([...seen])}`);
    return [...seen.keys()].sort();
  };
}

/** Creates the route and takes it away again; at no moment may the host answer without a token. */
async function openAndClose(
  api: EnablementApi,
  planned: Parameters<EnablementApi['planRoute']>,
  ask: (withToken: boolean) => Promise<Answer>,
): Promise<{ kinds: string[]; seen: string[] }> {
  const stop = watchHost(() => ask(false));
  const enabled = await api.run(await api.planRoute(...planned));
  expect(enabled.phase, JSON.stringify(enabled.steps, null, 1)).toBe('done');
  const kinds = enabled.changes.map(({ ref }) => ref.kind);
  expect(await listWritten(enabled)).toEqual(kinds);
  await eventually(() => ask(false), 403, RBAC_DENIED);
  await eventually(() => ask(true), 200);
  const disabled = await api.run(await api.planDisable(enabled.id));
  expect(disabled.phase, JSON.stringify(disabled.steps, null, 1)).toBe('done');
  expect(await listWritten(enabled)).toEqual([]);
  return { kinds, seen: await stop() };
}

const atIngress = async (withToken: boolean) =>
  h.atGateway(HOST, withToken ? { token: await token() } : {});

test('a VirtualService at a shared gateway, never open for an instant', async ({
  page,
}) => {
  test.setTimeout(300_000);
  await h.apply(
    peerAuthentication('istio-system', 'default', { mtls: { mode: 'STRICT' } }),
    ingressGateway('shared', ['*']),
    routeTo('echo', { name: 'echo', host: ECHO_HOST, gateway: 'shared' }),
  );
  await eventually(() => h.atGateway(ECHO_HOST), 200);
  const api = await openEnablementApi(page, 'backend');
  const neighbours = watchNeighbours(h, [ECHO_HOST], 20);
  const { kinds, seen } = await openAndClose(
    api,
    ['istio', 'shared', HOST],
    atIngress,
  );
  expect(kinds).toEqual([
    'RequestAuthentication',
    'AuthorizationPolicy',
    'VirtualService',
  ]);
  expect(seen).toEqual(['403', '404']);
  expect((await neighbours.stop()).differing).toEqual([]);
  expect(await api.planRoute('istio', 'shared', ECHO_HOST)).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('may not create a route for'),
  });
  await h.apply(
    routeTo('echo', { name: 'theirs', host: HOST, gateway: 'shared' }),
  );
  await eventually(() => h.atGateway(HOST), 200);
  expect(await api.planRoute('istio', 'shared', HOST)).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('VirtualService default/theirs'),
  });
});

test('a Gateway and a VirtualService where the workload has no server for the host', async ({
  page,
}) => {
  test.setTimeout(300_000);
  await h.apply(
    peerAuthentication('istio-system', 'default', { mtls: { mode: 'STRICT' } }),
    ingressGateway('shared', [ECHO_HOST]),
    routeTo('echo', { name: 'echo', host: ECHO_HOST, gateway: 'shared' }),
  );
  await eventually(() => h.atGateway(ECHO_HOST), 200);
  const api = await openEnablementApi(page, 'backend');
  const { kinds, seen } = await openAndClose(
    api,
    ['workload', 'istio-ingressgateway', HOST],
    atIngress,
  );
  expect(kinds).toEqual([
    'Gateway',
    'RequestAuthentication',
    'AuthorizationPolicy',
    'VirtualService',
  ]);
  expect(seen).toEqual(['403', '404']);
});

test('an HTTPRoute at a Gateway of the Gateway API', async ({ page }) => {
  test.setTimeout(300_000);
  await h.apply({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'backend-api', namespace: 'default' },
    spec: {
      gatewayClassName: 'istio',
      listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
    },
  });
  const ask = async (withToken: boolean) =>
    h.lab.ask(h.lab.gateways.gatewayApi, '/', {
      host: HOST,
      headers: withToken ? { authorization: `Bearer ${await token()}` } : {},
    });
  await eventually(() => ask(false), 404);
  const api = await openEnablementApi(page, 'backend');
  const { kinds, seen } = await openAndClose(
    api,
    ['gateway-api', 'backend-api', HOST],
    ask,
  );
  expect(kinds).toEqual([
    'RequestAuthentication',
    'AuthorizationPolicy',
    'HTTPRoute',
  ]);
  expect(seen).toEqual(['403', '404']);
});
