import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assessService, Mesh, parseObjects } from '../../lab/compare/engine.ts';
import type { Manifest } from '../../lab/kube.ts';
import { describeBaseMesh, eventually, openHarness } from './support.ts';
import type { Harness } from './support.ts';

const SERVICE = { namespace: 'default', name: 'backend' };
const OBJECTS = ['/api/v1/services', '/api/v1/pods'];

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
              path: '/',
              pathType: 'Prefix',
              backend: {
                service: { name: SERVICE.name, port: { number: 80 } },
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
  const ours = describeIngress('by-ingress', 'istio');
  const theirs = describeIngress('by-another', 'nginx');

  before(async () => {
    h = await openHarness();
    await h.apply(...describeBaseMesh(), theirs, ours);
  });
  after(() => h.cleanUp());

  test('of Istio’s class is a way in by the ingress gateway, of another class it is none', async () => {
    const { body } = await eventually(
      () => h.atGateway('by-ingress.example.com'),
      200,
    );
    assert.equal(JSON.parse(body).workload, SERVICE.name);
    await eventually(() => h.atGateway('by-another.example.com'), 404);

    const mesh = new Mesh();
    const known = await Promise.all(OBJECTS.map(path => h.lab.kube.list(path)));
    const objects = OBJECTS.flatMap((path, index) =>
      known[index].map(object => ({
        apiVersion: 'v1',
        kind: path.endsWith('pods') ? 'Pod' : 'Service',
        ...object,
      })),
    );
    for (const each of parseObjects([...objects, ours, theirs]).resources) {
      mesh.apply(each);
    }
    const found = assessService(mesh, SERVICE).waysIn.filter(
      ({ kind }) => kind === 'gateway',
    );
    assert.deepEqual(
      found.map(({ route, state }) => [route?.name, state]),
      [['by-ingress', 'unknown']],
    );
  });
});
