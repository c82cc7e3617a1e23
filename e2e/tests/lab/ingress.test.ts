import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assessService } from '../../lab/compare/engine.ts';
import type { Manifest } from '../../lab/kube.ts';
import { readMesh } from './planOnLab.ts';
import {
  describeTokenPolicies,
  eventually,
  openHarness,
  peerAuthentication,
  RBAC_DENIED,
} from './support.ts';
import type { Harness } from './support.ts';

const SERVICE = { namespace: 'default', name: 'backend' };
const HOST = 'by-ingress.example.com';

const describeIngress = (name: string, ingressClass: string): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name,
    namespace: SERVICE.namespace,
    annotations: { 'kubernetes.io/ingress.class': ingressClass },
  },
  spec: {
    rules: [
      {
        host: `${name}.example.com`,
        http: {
          paths: [
            {
              path: '/api/',
              pathType: 'Prefix',
              backend: {
                service: { name: SERVICE.name, port: { name: 'http' } },
              },
            },
          ],
        },
      },
    ],
  },
});

describe('a Kubernetes Ingress', () => {
  let h: Harness;

  before(async () => {
    h = await openHarness();
    await h.apply(
      peerAuthentication('istio-system', 'default', {
        mtls: { mode: 'STRICT' },
      }),
      describeIngress('by-another', 'nginx'),
      describeIngress('by-ingress', 'istio'),
    );
  });
  after(() => h.cleanUp());

  const ask = (host: string, path: string) => () => h.atGateway(host, { path });

  async function judge() {
    const mesh = await readMesh(h.lab.kube);
    return assessService(mesh, SERVICE)
      .waysIn.filter(({ kind }) => kind === 'gateway')
      .map(({ route, host, state }) => [route?.name, host, state]);
  }

  test('of Istio’s class is a way in by the ingress gateway, of another class it is none', async () => {
    const { body } = await eventually(ask(HOST, '/api/x'), 200);
    assert.equal(JSON.parse(body).workload, SERVICE.name);
    await eventually(ask(HOST, '/api'), 200);
    await eventually(ask(HOST, '/apis'), 404);
    await eventually(ask('by-another.example.com', '/api'), 404);
    assert.deepEqual(await judge(), [['by-ingress', HOST, 'open']]);
  });

  test('has the policies of the gateway before it', async () => {
    await h.apply(...describeTokenPolicies(h.jwtRule));
    await eventually(ask(HOST, '/api'), 403, RBAC_DENIED);
    assert.deepEqual(await judge(), [['by-ingress', HOST, 'enforced']]);
  });
});
