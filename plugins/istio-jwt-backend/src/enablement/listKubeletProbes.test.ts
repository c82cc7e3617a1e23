import { Mesh, parseObjects } from 'istio-jwt-policy-engine';
import { listKubeletProbes } from './listKubeletProbes';

const SHOP = { namespace: 'shop', name: 'shop' };
const probe = (path: string, isRewritten: boolean) => ({
  container: 'app',
  kind: 'readiness',
  path,
  port: 8080,
  isRewritten,
});
const pod = (
  name: string,
  app: string,
  httpProbes: object[],
  containers: string[],
) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels: { app } },
  spec: {
    httpProbes,
    containers: containers.map(each => ({ name: each })),
  },
});

it('says where a probe comes from, and whether it needs an exemption', () => {
  const mesh = new Mesh();
  const objects = [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: SHOP,
      spec: { selector: { app: 'shop' }, ports: [{ port: 80 }] },
    },
    pod('a', 'shop', [probe('/ready', true)], ['app', 'istio-proxy']),
    pod('b', 'shop', [probe('/plain', false)], ['app']),
    pod('c', 'shop', [probe('/met', false)], ['app', 'istio-proxy']),
    pod('d', 'other', [probe('/other', false)], ['app']),
  ];
  parseObjects(objects).resources.forEach(each => mesh.apply(each));
  const reasons = Object.fromEntries(
    listKubeletProbes(mesh, SHOP).map(({ path, reason }) => [path, reason]),
  );
  expect(Object.keys(reasons).sort()).toEqual(['/met', '/plain', '/ready']);
  expect(reasons['/ready']).toMatch(/its agent ask in its place/);
  expect(reasons['/plain']).toMatch(/never comes by a gateway: exempt it only/);
  expect(reasons['/met']).toMatch(/does not rewrite .* exempt it there/);
});
