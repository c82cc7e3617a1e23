import { TestDatabases } from '@backstage/backend-test-utils';
import { Observation, ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { createServer, RequestListener, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { eventually, FakeApiServer } from '../testing/FakeApiServer';
import { FakePods } from '../testing/FakePods';
import { hasCurl, runCurl } from '../testing/runCurl';
import { named, serveShop, SHOP_ENTITY } from '../testing/shopCluster';
import { StartedRunner, startRunner } from '../__testUtils__/startRunner';

const ISSUER = 'https://issuer.example.com';
const SELECTOR = { matchLabels: { app: 'shop' } };
const AUTHENTICATION = {
  metadata: named('shop-jwt', 'default'),
  spec: {
    selector: SELECTOR,
    jwtRules: [{ issuer: ISSUER, jwksUri: `${ISSUER}/keys` }],
  },
};
const requireToken = {
  metadata: named('shop-jwt', 'default'),
  spec: {
    selector: SELECTOR,
    rules: [{ from: [{ source: { requestPrincipals: [`${ISSUER}/*`] } }] }],
  },
};
const admitFrontend = {
  metadata: named('shop-allow-frontend', 'default'),
  spec: {
    selector: SELECTOR,
    rules: [
      {
        from: [
          { source: { principals: ['cluster.local/ns/default/sa/frontend'] } },
        ],
      },
    ],
  },
};
const caller = (name: string) => ({
  metadata: {
    ...named(`${name}-0`, 'default', name),
    annotations: { 'sidecar.istio.io/status': '{}' },
  },
  spec: {
    serviceAccountName: name,
    containers: [{ name: 'istio-proxy' }, { name: 'app' }],
  },
  status: { phase: 'Running' },
});

/** A sidecar with both policies, for one caller: tokens first, then who may pass. */
const sidecarFor =
  (name: string): RequestListener =>
  (request, response) => {
    const { authorization = '', cookie } = request.headers;
    const text = /^Bearer (.*)$/.exec(authorization)?.[1];
    const inQuery = request.url?.includes('access_token=');
    const isPreflight =
      request.method === 'OPTIONS' &&
      request.headers['access-control-request-method'];
    if ((text !== undefined || inQuery) && !isPreflight) {
      response.writeHead(401).end('Jwt verification fails');
    } else if (name === 'frontend' && !cookie?.includes('never')) {
      response.end('hello');
    } else {
      response.writeHead(403).end('RBAC: access denied');
    }
  };

const describeWithCurl = hasCurl ? describe : describe.skip;

describeWithCurl('ProbeRunner, from inside the mesh', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let api: FakeApiServer;
  let pods: FakePods;
  let servers: Map<string, Server>;
  let started: StartedRunner;

  const portOf = (name: string) =>
    (servers.get(name)!.address() as AddressInfo).port;

  beforeEach(async () => {
    servers = new Map();
    for (const name of ['frontend', 'stranger', 'gateway']) {
      const server = createServer(sidecarFor(name));
      await new Promise<void>(resolve => {
        server.listen(0, '127.0.0.1', resolve);
      });
      servers.set(name, server);
    }
    api = await FakeApiServer.start();
    pods = new FakePods(api);
    pods.onExec = call => runCurl(call, portOf(call.pod.replace(/-0$/, '')));
    pods.onPortForward = () => portOf('gateway');
    const security = '/apis/security.istio.io/v1';
    serveShop(api);
    api.serve('/api/v1/pods', [
      ...['shop', 'gateway'].map(name => ({
        ...caller(name),
        metadata: {
          ...named(name, name === 'shop' ? 'default' : 'istio-system', name),
          annotations: { 'sidecar.istio.io/status': '{}' },
        },
      })),
      caller('frontend'),
      caller('stranger'),
    ]);
    api.serve(`${security}/requestauthentications`, [AUTHENTICATION]);
    api.serve(`${security}/authorizationpolicies`, [
      requireToken,
      admitFrontend,
    ]);
  });

  async function run(cluster: object): Promise<ProbeRun> {
    const knex = await databases.init('SQLITE_3');
    started = await startRunner(api, knex, {
      cluster,
      probes: { ratePerGateway: 100 },
    });
    expect(
      await started.runner.start(SHOP_ENTITY, 'user:default/me'),
    ).toMatchObject({
      kind: 'started',
    });
    await eventually(() => expect(started.seen?.status).toBe('done'), 90_000);
    return started.seen!;
  }

  afterEach(async () => {
    await started.stop();
    await api.stop();
    for (const server of servers.values()) {
      server.closeAllConnections();
      server.close();
    }
  });

  const statusOf = ({ observed }: Observation) =>
    observed.kind === 'answer' ? observed.status : observed.kind;

  it('asks as every identity, and says which policy admits one of them', async () => {
    const { observations, targets } = await run({
      probers: ['frontend', 'stranger'].map(name => ({
        namespace: 'default',
        labelSelector: `app=${name}`,
      })),
    });
    const inside = observations.filter(({ wayInId }) => wayInId === 'mesh.80');
    const [frontend, stranger] = inside.filter(
      ({ vector }) => vector === 'no-token',
    );
    expect(frontend).toMatchObject({
      caller: 'cluster.local/ns/default/sa/frontend',
      result: 'agrees',
      expected: { why: expect.stringContaining('shop-allow-frontend') },
    });
    expect(statusOf(frontend)).toBe(200);
    expect(stranger).toMatchObject({
      caller: 'cluster.local/ns/default/sa/stranger',
      result: 'agrees',
      observed: { status: 403, body: 'RBAC: access denied' },
    });
    expect(inside.filter(({ result }) => result === 'disagrees')).toEqual([]);
    expect(
      targets.filter(({ wayInId }) => wayInId === 'mesh.80'),
    ).toMatchObject([
      { through: expect.stringContaining('Pod default/frontend-0') },
      { through: expect.stringContaining('Pod default/stranger-0') },
    ]);
    // The forged tokens went to the Service, and into no line of an audit log.
    expect(pods.execs.some(({ stdin }) => stdin.includes('eyJ'))).toBe(true);
    expect(pods.execs.map(({ url }) => url).join()).not.toMatch(/eyJ|Bearer/);
    expect(new Set(pods.execs.map(({ argv }) => argv.join(' ')))).toEqual(
      new Set(['curl --disable --config -']),
    );
  });

  it('says what is missing where the service account may not run commands', async () => {
    pods.refuseWith = 403;
    const { observations, targets } = await run({
      portForward: true,
      probers: [{ namespace: 'default', labelSelector: 'app=frontend' }],
    });
    expect(targets.find(({ wayInId }) => wayInId === 'mesh.80')).toMatchObject({
      reason: expect.stringContaining('pods/exec'),
    });
    expect(targets.find(({ wayInId }) => wayInId !== 'mesh.80')).toMatchObject({
      tried: [expect.stringContaining('pods/portforward')],
    });
    expect(new Set(observations.map(({ result }) => result))).toEqual(
      new Set(['not-tested']),
    );
  });

  it('reaches a gateway without an address by port-forward', async () => {
    const { observations, targets } = await run({ portForward: true });
    const target = targets.find(({ wayInId }) => wayInId !== 'mesh.80');
    expect(target).toMatchObject({
      through: 'port-forward to Pod istio-system/gateway:8080',
    });
    const noToken = observations.find(
      ({ wayInId, vector }) => wayInId !== 'mesh.80' && vector === 'no-token',
    )!;
    expect(statusOf(noToken)).toBe(403);
    expect(noToken.result).toBe('agrees');
    // One tunnel, taken by all probes of the way in.
    expect(pods.portForwards).toEqual(['gateway:8080']);
  });
});
