import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import {
  ECHO_HOST,
  eventually,
  ingressGateway,
  openHarness,
  peerAuthentication,
  RBAC_DENIED,
  routeTo,
  type Harness,
} from './support.ts';
import type { Answer } from '../../lab/client.ts';
import { waitFor } from '../../lab/wait.ts';
import type {
  EnablementApi,
  Operation,
  Plan,
} from '../../lab/portal/EnablementApi.ts';
import { watchNeighbours } from './watchNeighbours.ts';
import { PortalBackend } from '../../lab/portal/PortalBackend.ts';
import { ownLabOnly, removeOurs } from './portalSupport.ts';

const HOST = 'backend.new.example.com';

let h: Harness;
let portal: PortalBackend;

const token = () => h.lab.sample.mint();

async function listWritten({ changes }: Operation): Promise<string[]> {
  const found = await Promise.all(
    changes.map(({ ref: { apiVersion, kind, namespace, name } }) =>
      h.lab.kube.get({ apiVersion, kind, metadata: { namespace, name } }),
    ),
  );
  return found.flatMap(object => object?.kind ?? []);
}

/** What answered, and for whom: a route of somebody else is another fault than one that is open. */
function describeAnswer({ status, body }: Answer): string {
  return status === 200 ? `200 ${JSON.parse(body).workload}` : String(status);
}

/**
 * Asks without a token, as fast as answers come, until told to stop.
 *
 * @returns what stops it, and gives the kinds of answers
 */
function watchHost(ask: () => Promise<Answer>): () => Promise<string[]> {
  const seen: { answer: string; times: number }[] = [];
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const answer = await ask().then(describeAnswer, () => 'no answer');
      const last = seen.at(-1);
      if (last?.answer === answer) last.times += 1;
      else seen.push({ answer, times: 1 });
      await new Promise(resolve => setTimeout(resolve, 10));
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    const story = seen.map(({ answer, times }) => `${times} times ${answer}`);
    console.log(`without a token: ${story.join(', ')}`);
    return [...new Set(seen.map(({ answer }) => answer))].sort();
  };
}

type Planned = Parameters<EnablementApi['planRoute']>;

/** The portal follows what tests change within a moment; until then it plans for what was before. */
const planSoon = (api: EnablementApi, planned: Planned): Promise<Plan> =>
  waitFor('the plan', async () => {
    const plan = await api.planRoute(...planned);
    if (plan.kind === 'refused') throw new Error(plan.reason);
    return plan;
  });

/** Creates the route and takes it away again; at no moment may the host answer without a token. */
async function openAndClose(
  api: EnablementApi,
  planned: Planned,
  ask: (withToken: boolean) => Promise<Answer>,
): Promise<{ kinds: string[]; seen: string[] }> {
  // A proxy may still have the route of the test before.
  await eventually(() => ask(false), 404);
  const stop = watchHost(() => ask(false));
  let seen: string[];
  let kinds: string[];
  try {
    const enabled = await api.run(await planSoon(api, planned));
    assert.equal(enabled.phase, 'done', JSON.stringify(enabled.steps, null, 1));
    kinds = enabled.changes.map(({ ref }) => ref.kind);
    assert.deepEqual(await listWritten(enabled), kinds);
    await eventually(() => ask(false), 403, RBAC_DENIED);
    await eventually(() => ask(true), 200);
    const disabled = await api.run(await api.planDisable(enabled.id));
    assert.equal(
      disabled.phase,
      'done',
      JSON.stringify(disabled.steps, null, 1),
    );
    assert.deepEqual(await listWritten(enabled), []);
  } finally {
    seen = await stop();
  }
  return { kinds, seen };
}

const atIngress = async (withToken: boolean) =>
  h.atGateway(HOST, withToken ? { token: await token() } : {});

const expectRefused = (
  api: EnablementApi,
  planned: Planned,
  words: string,
): Promise<unknown> =>
  waitFor(`a refusal with “${words}”`, async () => {
    const { kind, reason = '' } = await api.planRoute(...planned);
    if (kind === 'refused' && reason.includes(words)) return true;
    throw new Error(`${kind}: ${reason}`);
  });

describe('routes that the portal creates on the lab', ownLabOnly, () => {
  before(async () => {
    h = await openHarness();
    await removeOurs(h);
    portal = await PortalBackend.start();
  });
  afterEach(() => h.cleanUp());
  after(async () => {
    await portal?.stop();
    await removeOurs(h);
  });

  test('a VirtualService at a shared gateway, never open for an instant', async t => {
    await h.apply(
      peerAuthentication('istio-system', 'default', {
        mtls: { mode: 'STRICT' },
      }),
      ingressGateway('shared', ['*']),
      routeTo('echo', { name: 'echo', host: ECHO_HOST, gateway: 'shared' }),
    );
    await eventually(() => h.atGateway(ECHO_HOST), 200);
    const api = await portal.open('backend');
    const neighbours = watchNeighbours(h, [ECHO_HOST], 20);
    t.after(() => neighbours.stop());
    const { kinds, seen } = await openAndClose(
      api,
      ['istio', 'shared', HOST],
      atIngress,
    );
    assert.deepEqual(kinds, [
      'RequestAuthentication',
      'AuthorizationPolicy',
      'VirtualService',
    ]);
    assert.deepEqual(seen, ['403', '404']);
    assert.deepEqual((await neighbours.stop()).differing, []);
    await expectRefused(
      api,
      ['istio', 'shared', ECHO_HOST],
      'may not create a route for',
    );
    await h.apply(
      routeTo('echo', { name: 'theirs', host: HOST, gateway: 'shared' }),
    );
    await eventually(() => h.atGateway(HOST), 200);
    await expectRefused(
      api,
      ['istio', 'shared', HOST],
      'VirtualService default/theirs',
    );
  });

  test('a Gateway and a VirtualService where the workload has no server for the host', async () => {
    await h.apply(
      peerAuthentication('istio-system', 'default', {
        mtls: { mode: 'STRICT' },
      }),
      ingressGateway('shared', [ECHO_HOST]),
      routeTo('echo', { name: 'echo', host: ECHO_HOST, gateway: 'shared' }),
    );
    await eventually(() => h.atGateway(ECHO_HOST), 200);
    const api = await portal.open('backend');
    const { kinds, seen } = await openAndClose(
      api,
      ['workload', 'istio-ingressgateway', HOST],
      atIngress,
    );
    assert.deepEqual(kinds, [
      'Gateway',
      'RequestAuthentication',
      'AuthorizationPolicy',
      'VirtualService',
    ]);
    assert.deepEqual(seen, ['403', '404']);
  });

  test('an HTTPRoute at a Gateway of the Gateway API', async () => {
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
    const api = await portal.open('backend');
    const { kinds, seen } = await openAndClose(
      api,
      ['gateway-api', 'backend-api', HOST],
      ask,
    );
    assert.deepEqual(kinds, [
      'RequestAuthentication',
      'AuthorizationPolicy',
      'HTTPRoute',
    ]);
    assert.deepEqual(seen, ['403', '404']);
  });
});
