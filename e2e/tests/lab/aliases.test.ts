import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assessService } from '../../lab/compare/engine.ts';
import type { Manifest } from '../../lab/kube.ts';
import { readMesh } from './planOnLab.ts';
import {
  describeBaseMesh,
  eventually,
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

const API_GATEWAY: Manifest = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'aliases', namespace: 'istio-system' },
  spec: {
    gatewayClassName: 'istio',
    // The proxy that is there, and none that istiod would deploy.
    addresses: [
      {
        type: 'Hostname',
        value: 'istio-ingressgateway.istio-system.svc.cluster.local',
      },
    ],
    listeners: [
      {
        name: 'http',
        port: 80,
        protocol: 'HTTP',
        hostname: '*.api.example.com',
        allowedRoutes: { namespaces: { from: 'All' } },
      },
    ],
  },
};

/** By the name of its Service or of its route: what answers, as Istio understands it. */
const REFERENCES: [string, object, number][] = [
  ['alias', { name: 'alias' }, 200],
  ['second', { name: 'second' }, 503],
  [
    'import',
    { group: 'multicluster.x-k8s.io', kind: 'ServiceImport', name: 'backend' },
    200,
  ],
  [
    'hostname',
    { group: 'networking.istio.io', kind: 'Hostname', name: FULL },
    200,
  ],
];

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
      ...REFERENCES.map(([name, ref]) => describeRoute(name, ref)),
    );
  });
  after(() => h.cleanUp());

  test('is a way in where Istio follows it, and only there', async () => {
    const seen: string[] = [];
    const ask = async (host: string, status: number) => {
      const { body } = await eventually(() => h.atGateway(host), status);
      if (status !== 200) return;
      assert.equal(JSON.parse(body).workload, SERVICE.name);
      seen.push(host);
    };
    await ask('alias.istio.example.com', 200);
    await ask('second.istio.example.com', 503);
    await ask('short.istio.example.com', 503);
    for (const [name, , status] of REFERENCES) {
      await ask(`${name}.api.example.com`, status);
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
