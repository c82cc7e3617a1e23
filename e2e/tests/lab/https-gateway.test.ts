import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  assessService,
  matchRoute,
  parseObjects,
  type WayIn,
} from '../../lab/compare/engine.ts';
import { request } from '../../lab/http.ts';
import type { Manifest } from '../../lab/kube.ts';
import { describeCertificate } from '../../lab/topology/certificate.ts';
import { readMesh } from './planOnLab.ts';
import { ownLabOnly } from './portalSupport.ts';
import {
  authorizationPolicy,
  eventually,
  INGRESS_SELECTOR,
  openHarness,
  peerAuthentication,
  requestAuthentication,
  routeTo,
  type Harness,
} from './support.ts';

const HOST = 'api.example.com';
const OTHER_NAME = 'public.example.com';
const SERVICE = { namespace: 'default', name: 'backend' };
const PORTS = { http: 8080, https: 8443 };
const PROTOS = [
  undefined,
  'https',
  'http',
  'HTTPS',
  'https,http',
  'http,https',
  'ftp',
];

const describeMeshConfig = (numTrustedProxies: number): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'istio', namespace: 'istio-system' },
  data: {
    mesh: JSON.stringify({
      defaultConfig: { gatewayTopology: { numTrustedProxies } },
    }),
  },
});

/** Both servers redirect; of the one of HTTPS the API server only warns. */
const GATEWAY: Manifest = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
  metadata: { name: 'secure', namespace: 'default' },
  spec: {
    selector: INGRESS_SELECTOR.matchLabels,
    servers: [
      {
        port: { number: 80, name: 'http', protocol: 'HTTP' },
        hosts: ['*.example.com'],
        tls: { httpsRedirect: true },
      },
      {
        port: { number: 443, name: 'https', protocol: 'HTTPS' },
        hosts: ['*.example.com'],
        tls: {
          mode: 'SIMPLE',
          credentialName: 'lab-certificate',
          httpsRedirect: true,
        },
      },
    ],
  },
};

describe('a gateway with HTTPS', ownLabOnly, () => {
  let h: Harness;

  before(async () => {
    h = await openHarness();
    await h.apply(
      peerAuthentication('istio-system', 'default', {
        mtls: { mode: 'STRICT' },
      }),
      ...describeCertificate(
        'lab-certificate',
        'istio-system',
        'istio-ingressgateway-service-account',
      ),
      GATEWAY,
      routeTo('backend', { name: 'api', host: HOST, gateway: 'secure' }),
    );
    await eventually(() => ask('https'), 200);
    await eventually(() => ask('http'), 301);
  });
  after(() => h.cleanUp());

  function ask(
    scheme: 'http' | 'https',
    { proto, serverName = HOST }: { proto?: string; serverName?: string } = {},
  ) {
    const { address } = h.lab.gateways.ingress;
    return request(`${scheme}://${address}:${PORTS[scheme]}/`, {
      headers: { host: HOST, ...(proto ? { 'x-forwarded-proto': proto } : {}) },
      ...(scheme === 'https' ? { serverName } : {}),
    });
  }

  async function readLab(trustedProxies = 0) {
    const mesh = await readMesh(h.lab.kube);
    const config = describeMeshConfig(trustedProxies);
    for (const each of parseObjects([config]).resources) mesh.apply(each);
    const ways = assessService(mesh, SERVICE).waysIn.filter(
      ({ gateway }) => gateway?.name === 'secure',
    );
    return { mesh, ways };
  }

  /** What the engine says of the route, and Envoy: by scheme and X-Forwarded-Proto. */
  async function compareRedirects(trustedProxies = 0): Promise<WayIn[]> {
    const { mesh, ways } = await readLab(trustedProxies);
    const secure = ways.find(({ protocol }) => protocol === 'https')!;
    const { proxy } = secure.hops[0];
    const told: Record<string, number> = {};
    const seen: Record<string, number> = {};
    for (const scheme of ['http', 'https'] as const) {
      for (const proto of PROTOS) {
        const match = matchRoute(mesh, proxy, {
          port: PORTS[scheme],
          host: HOST,
          headers: proto === undefined ? {} : { 'x-forwarded-proto': proto },
          ...(scheme === 'https' ? { sni: HOST } : {}),
        });
        const key = `${scheme} ${proto}`;
        told[key] = match.kind === 'redirect' ? match.status : 200;
        seen[key] = (await ask(scheme, { proto })).status;
      }
    }
    assert.deepEqual(told, seen);
    return ways;
  }

  test('serves by HTTPS although its server redirects, and redirects by HTTP', async () => {
    const ways = await compareRedirects();
    assert.deepEqual(
      ways.map(({ port }) => port),
      [443],
    );
  });

  test('that trusts a proxy serves by HTTP who says that it was HTTPS', async () => {
    await h.lab.restartGateway({ trustedProxies: 1 });
    try {
      await eventually(() => ask('http', { proto: 'https' }), 200);
      const ways = await compareRedirects(1);
      assert.deepEqual(
        ways.map(({ port, requiredHeaders }) => [port, requiredHeaders]),
        [
          [80, { 'x-forwarded-proto': 'https' }],
          [443, undefined],
        ],
      );
    } finally {
      await h.lab.restartGateway();
    }
    await eventually(() => ask('http', { proto: 'https' }), 301);
  });

  test('takes a policy by the server name for what it is: clients choose it', async () => {
    const where = { selector: INGRESS_SELECTOR };
    await h.apply(
      requestAuthentication('istio-system', 'sample', {
        ...where,
        jwtRules: [h.jwtRule],
      }),
      authorizationPolicy('istio-system', 'tokens', {
        ...where,
        action: 'ALLOW',
        rules: [
          { from: [{ source: { requestPrincipals: ['*'] } }] },
          { when: [{ key: 'connection.sni', values: [OTHER_NAME] }] },
        ],
      }),
    );
    await eventually(() => ask('https'), 403);
    const passed = await ask('https', { serverName: OTHER_NAME });
    assert.equal(passed.status, 200);
    assert.equal(JSON.parse(passed.body).workload, 'backend');
    const { ways } = await readLab();
    const [{ state, exposures }] = ways.filter(({ port }) => port === 443);
    assert.equal(state, 'partial');
    assert.equal(exposures[0].witness.sni, OTHER_NAME);
  });
});
