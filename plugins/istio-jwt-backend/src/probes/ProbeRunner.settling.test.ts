import { TestDatabases } from '@backstage/backend-test-utils';
import { Observation, ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { eventually, FakeApiServer } from '../testing/FakeApiServer';
import {
  GATEWAY_POLICIES,
  named,
  ROUTES_PATH,
  serveShop,
  SHOP_ENTITY,
  SHOP_ROUTE,
} from '../testing/shopCluster';
import { StartedRunner, startRunner } from '../__testUtils__/startRunner';

const SECURITY = '/apis/security.istio.io/v1';
const PATHS = [
  `${SECURITY}/requestauthentications`,
  `${SECURITY}/authorizationpolicies`,
];
const SETTLE_MS = 4000;

describe('ProbeRunner, right after a change', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let api: FakeApiServer;
  let gateway: Server;
  let started: StartedRunner;
  /** Until then the gateway refuses as its configuration of before says. */
  let followsAt: number;

  beforeEach(async () => {
    followsAt = Infinity;
    gateway = createServer((_, response) =>
      Date.now() < followsAt
        ? response.writeHead(403).end('RBAC: access denied')
        : response.end('hello'),
    );
    await new Promise<void>(resolve => {
      gateway.listen(0, '127.0.0.1', resolve);
    });
    const { port } = gateway.address() as AddressInfo;
    api = await FakeApiServer.start();
    serveShop(api, { nodePort: port, enforced: true });
    const knex = await databases.init('SQLITE_3');
    started = await startRunner(api, knex, {
      allowedAddresses: ['127.0.0.0/8'],
      probes: { ratePerGateway: 100 },
      settleMs: SETTLE_MS,
    });
    await eventually(() => {
      if (PATHS.some(path => api.countWatches(path) === 0)) {
        throw new Error('Policies are not watched');
      }
    });
  });

  afterEach(async () => {
    await started.stop();
    await api.stop();
    gateway.closeAllConnections();
    gateway.close();
  });

  async function run(): Promise<ProbeRun> {
    expect(
      await started.runner.start(SHOP_ENTITY, 'user:default/me'),
    ).toMatchObject({ kind: 'started' });
    await eventually(() => expect(started.seen?.status).toBe('done'), 60_000);
    return started.seen!;
  }

  function withdrawPolicies(): void {
    const { authentication, authorization } = GATEWAY_POLICIES;
    api.send(PATHS[0], 'DELETED', authentication);
    api.send(PATHS[1], 'DELETED', authorization);
  }

  const ofNoToken = ({ observations }: ProbeRun): Observation[] =>
    observations.filter(
      ({ vector, wayInId }) => vector === 'no-token' && wayInId !== 'mesh.80',
    );

  it('waits for proxies that still answer as before, and says so meanwhile', async () => {
    withdrawPolicies();
    followsAt = Date.now() + SETTLE_MS - 500;
    const running = run();
    await eventually(() =>
      expect(started.seen).toMatchObject({
        status: 'running',
        notes: [expect.stringContaining('within the last minute')],
      }),
    );
    const over = await running;
    expect(ofNoToken(over)).toMatchObject([
      {
        result: 'agrees',
        observed: { status: 200 },
        expected: { status: ['not-401-403'] },
      },
    ]);
    expect(
      over.observations.filter(({ result }) => result === 'disagrees'),
    ).toEqual([]);
  });

  it('tells of those that never follow', async () => {
    withdrawPolicies();
    expect(ofNoToken(await run())).toMatchObject([
      { result: 'disagrees', observed: { status: 403 } },
    ]);
  });

  it('holds nothing against a proxy whose configuration changes meanwhile', async () => {
    const { metadata, spec } = GATEWAY_POLICIES.authorization;
    const admit = (claim: string) => {
      const when = [{ key: `request.auth.claims[${claim}]`, values: ['x'] }];
      const rules = spec.rules.map(rule => ({ ...rule, when }));
      api.send(PATHS[1], 'MODIFIED', {
        apiVersion: 'security.istio.io/v1',
        metadata,
        spec: { ...spec, rules },
      });
    };
    followsAt = 0;
    admit('scope');
    const change = setTimeout(() => admit('scopes'), SETTLE_MS / 2);
    try {
      expect(ofNoToken(await run())).toMatchObject([
        { result: 'inconclusive', note: expect.stringContaining('meanwhile') },
      ]);
    } finally {
      clearTimeout(change);
    }
  });

  it('tells of those that never follow also where other things change all the time', async () => {
    withdrawPolicies();
    let count = 0;
    const changes = setInterval(() => {
      const metadata = named(`other-${(count += 1)}`, 'default');
      const spec = { ...SHOP_ROUTE.spec, hosts: [`${metadata.name}.test`] };
      api.send(ROUTES_PATH, 'ADDED', {
        apiVersion: 'networking.istio.io/v1',
        metadata,
        spec,
      });
    }, 500);
    try {
      expect(ofNoToken(await run())).toMatchObject([
        { result: 'disagrees', observed: { status: 403 } },
      ]);
    } finally {
      clearInterval(changes);
    }
  });

  it('waits for nobody where nothing changed', async () => {
    followsAt = 0;
    expect(ofNoToken(await run())).toMatchObject([
      { result: 'disagrees', observed: { status: 200 } },
    ]);
    expect(started.seen!.notes).toBeUndefined();
  });
});
