import { TestDatabases } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { ProbeRun } from 'backstage-plugin-istio-jwt-common';
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { readIstioJwtConfig } from '../config';
import { FakeApiServer, eventually } from '../testing/FakeApiServer';
import { named, serveShop } from '../testing/shopCluster';
import { startRunner } from '../__testUtils__/startRunner';
import { createConfiguredSources, TokenSources } from './tokenSources';

const ISSUER = 'https://login.example.com';
const encode = (part: object) =>
  Buffer.from(JSON.stringify(part)).toString('base64url');
const TOKEN = [
  encode({ alg: 'RS256', kid: 'k' }),
  encode({ iss: ISSUER, sub: 'x', exp: 4_000_000_000 }),
  'c2ln',
].join('.');

const ENTITY = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'app',
    namespace: 'default',
    annotations: {
      'backstage.io/kubernetes-label-selector': 'app=app',
      'backstage.io/kubernetes-namespace': 'tenant',
    },
  },
};

const pod = (name: string) => ({
  metadata: {
    ...named(name, 'tenant', name),
    annotations: { 'sidecar.istio.io/status': '{}' },
  },
  spec: {
    serviceAccountName: name,
    containers: [{ name: 'istio-proxy', ports: [{ containerPort: 8080 }] }],
  },
  status: { phase: 'Running' },
});

/** All that a tenant may write in a namespace of his own: a gateway that claims somebody else's host. */
function serveTenant(api: FakeApiServer, port: number) {
  const ports = [{ name: 'http', port, targetPort: 8080 }];
  const selectGateway = { selector: { app: 'gw' } };
  api.serve(
    '/api/v1/namespaces',
    ['default', 'tenant', 'istio-system'].map(name => ({
      metadata: { name, resourceVersion: '1' },
    })),
  );
  api.serve('/api/v1/pods', [pod('app'), pod('gw')]);
  api.serve('/api/v1/services', [
    {
      metadata: named('app', 'tenant', 'app'),
      spec: {
        selector: { app: 'app' },
        ports: [{ name: 'http', port: 80, targetPort: 8080 }],
      },
    },
    {
      metadata: named('gw', 'tenant', 'gw'),
      spec: { ...selectGateway, ports },
      status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } },
    },
  ]);
  api.serve('/apis/networking.istio.io/v1/gateways', [
    {
      metadata: named('gw', 'tenant'),
      spec: {
        ...selectGateway,
        servers: [
          {
            port: { number: port, name: 'http', protocol: 'HTTP' },
            hosts: ['*'],
          },
        ],
      },
    },
  ]);
  api.serve('/apis/networking.istio.io/v1/virtualservices', [
    {
      metadata: named('app', 'tenant'),
      spec: {
        hosts: ['api.example.com'],
        gateways: ['gw'],
        http: [{ route: [{ destination: { host: 'app' } }] }],
      },
    },
  ]);
  api.serve('/apis/security.istio.io/v1/requestauthentications', [
    {
      metadata: named('jwt', 'tenant'),
      spec: {
        selector: { matchLabels: { app: 'gw' } },
        jwtRules: [{ issuer: ISSUER, jwks: '{"keys":[]}' }],
      },
    },
  ]);
}

describe("a tenant's gateway that claims the host of a token source, over plain http", () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let api: FakeApiServer;
  let server: Server;
  let hasToken: boolean;

  beforeEach(async () => {
    hasToken = false;
    server = createServer((request, response) => {
      hasToken ||= JSON.stringify(request.headers).includes(TOKEN);
      response.end();
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    api = await FakeApiServer.start();
    serveShop(api);
    serveTenant(api, (server.address() as AddressInfo).port);
  });

  afterEach(async () => {
    await api.stop();
    server.closeAllConnections();
    await new Promise(resolve => {
      server.close(resolve);
    });
  });

  async function probe(source: object) {
    const { tokenSources } = readIstioJwtConfig(
      new ConfigReader({
        istioJwt: {
          tokenSources: [{ issuer: ISSUER, static: TOKEN, ...source }],
        },
      }),
    );
    const started = await startRunner(api, await databases.init('SQLITE_3'), {
      allowedAddresses: ['127.0.0.1/32'],
      probes: { ratePerGateway: 100 },
      tokenSources: new TokenSources(createConfiguredSources(tokenSources)),
    });
    try {
      let ended: Promise<ProbeRun> | undefined;
      await eventually(async () => {
        const result = await started.runner.start(ENTITY, 'user:default/me');
        if (result.kind !== 'started') throw new Error(result.kind);
        ended = result.ended;
      });
      return (await ended)!.observations.find(
        ({ vector, wayInId }) =>
          vector === 'valid-token' && wayInId.includes('api.example.com'),
      );
    } finally {
      await started.stop();
    }
  }

  it('gets no token by the host alone', async () => {
    expect(await probe({ hosts: ['api.example.com'] })).toMatchObject({
      result: 'not-tested',
      observed: {
        reason: expect.stringMatching(
          /gateway tenant\/gw .*istioJwt\.tokenSources\[\]\.gateways/,
        ),
      },
    });
    expect(hasToken).toBe(false);
  }, 60_000);

  it('gets none that is for other gateways', async () => {
    expect(await probe({ gateways: ['istio-system/*'] })).toMatchObject({
      result: 'not-tested',
    });
    expect(hasToken).toBe(false);
  }, 60_000);

  it('gets one where the operator named it', async () => {
    const source = { hosts: ['api.example.com'], gateways: ['tenant/gw'] };
    expect(await probe(source)).toMatchObject({
      observed: { kind: 'answer' },
    });
    expect(hasToken).toBe(true);
  }, 60_000);
});
