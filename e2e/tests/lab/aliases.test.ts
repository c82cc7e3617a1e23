import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assessService } from '../../lab/compare/engine.ts';
import type { Manifest } from '../../lab/kube.ts';
import { readMesh } from './planOnLab.ts';
import {
  describeBaseMesh,
  eventually,
  ingressApiGateway,
  ingressGateway,
  openHarness,
  routeTo,
  type Harness,
} from './support.ts';

const SERVICE = { namespace: 'default', name: 'backend' };
const FULL = 'backend.default.svc.cluster.local';
const PORT = { name: 'http', port: 80 };

const describeAlias = (name: string, externalName: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { type: 'ExternalName', externalName, ports: [PORT] },
});

const describeRoute = (name: string, backendRef: object): Manifest => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name, namespace: 'default' },
  spec: {
    parentRefs: [{ name: 'aliases', namespace: 'istio-system' }],
    hostnames: [`${name}.api.example.com`],
    rules: [{ backendRefs: [{ ...backendRef, port: 80 }] }],
  },
});

const API_GATEWAY = ingressApiGateway('aliases', {
  hostname: '*.api.example.com',
  allowedRoutes: { namespaces: { from: 'All' } },
});

/** By the names of their routes. */
const REFERENCES: Record<string, object> = {
  alias: { name: 'alias' },
  second: { name: 'second' },
  import: {
    group: 'multicluster.x-k8s.io',
    kind: 'ServiceImport',
    name: SERVICE.name,
  },
  hostname: { group: 'networking.istio.io', kind: 'Hostname', name: FULL },
};

/** Istio does not follow a second alias, and knows no Service by a short name. */
const ANSWERS: Record<string, number> = {
  'alias.istio.example.com': 200,
  'second.istio.example.com': 503,
  'short.istio.example.com': 503,
  'alias.api.example.com': 200,
  'second.api.example.com': 500,
  'import.api.example.com': 200,
  'hostname.api.example.com': 200,
};

describe('what stands for a Service under another name', () => {
  let h: Harness;

  before(async () => {
    h = await openHarness();
    await h.apply(
      ...describeBaseMesh(),
      describeAlias('alias', FULL),
      describeAlias('second', 'alias.default.svc.cluster.local'),
      describeAlias('short', 'backend.default.svc'),
      ingressGateway('aliases', ['*.istio.example.com']),
      ...['alias', 'second', 'short'].map(name =>
        routeTo(name, {
          name,
          host: `${name}.istio.example.com`,
          gateway: 'aliases',
        }),
      ),
      API_GATEWAY,
      ...Object.entries(REFERENCES).map(([name, ref]) =>
        describeRoute(name, ref),
      ),
    );
  });
  after(() => h.cleanUp());

  const arrived = (host: string) => eventually(() => h.atGateway(host), 200);

  test('is a way in where Istio follows it, and only there', async () => {
    for (const host of ['alias.istio', 'alias.api', 'import.api']) {
      await arrived(`${host}.example.com`);
    }
    const seen: string[] = [];
    for (const [host, status] of Object.entries(ANSWERS)) {
      const answer = await h.atGateway(host);
      assert.equal(answer.status, status, host);
      if (answer.status !== 200) continue;
      assert.equal(JSON.parse(answer.body).workload, SERVICE.name);
      seen.push(host);
    }
    const { waysIn } = assessService(await readMesh(h.lab.kube), SERVICE);
    const told = waysIn.flatMap(({ kind, host }) =>
      kind === 'gateway' && /\.(istio|api)\.example\.com$/.test(host)
        ? [host]
        : [],
    );
    assert.deepEqual(told.sort(), seen.sort());
  });
});
