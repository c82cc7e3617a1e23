import { assessService, Mesh, parseYaml } from '..';
import { Family, Queries } from './queries';

const { resources } = parseYaml(
  Array.from(
    { length: 12 },
    (_, i) => `
apiVersion: v1
kind: Service
metadata: {name: s${i}, namespace: n${i % 3}}
spec: {selector: {app: s${i}}, ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: s${i}-0, namespace: n${i % 3}, labels: {app: s${i}}}
spec: {containers: [{name: istio-proxy, args: [proxy, sidecar]}]}
---
apiVersion: security.istio.io/v1
kind: ${i % 2 ? 'RequestAuthentication' : 'AuthorizationPolicy'}
metadata: {name: s${i}, namespace: n${i % 3}}
spec: {selector: {matchLabels: {app: s${i}}}}
`,
  ).join('---'),
);

function createMesh(): Mesh {
  const mesh = new Mesh();
  resources.forEach(resource => mesh.apply(resource));
  return mesh;
}

function assessAll(mesh: Mesh) {
  return mesh.services().map(service => assessService(mesh, service));
}

const TEXTS = new Family();
const NUMBERS = new Family();

describe('settled queries', () => {
  it('give the same answers', () => {
    const settled = createMesh();
    settled.queries.settle();
    expect(assessAll(settled)).toEqual(assessAll(createMesh()));
  });

  it('notice a change', () => {
    const mesh = createMesh();
    mesh.queries.settle();
    assessAll(mesh);
    const [service] = mesh.services();
    mesh.remove({ kind: 'Service', ...service });
    expect(assessService(mesh, service).waysIn).toEqual([]);
    expect(assessAll(mesh)).toHaveLength(11);
  });

  it('compute once what is asked for again and again, whatever comes between', () => {
    const queries = new Queries();
    queries.settle();
    const computed: string[] = [];
    const ask = (key: string) =>
      queries.get(TEXTS, key, () => {
        computed.push(key);
        return key === 'nothing' ? undefined : key;
      });
    for (let i = 0; i < 50_000; i++) {
      ask('often');
      ask('nothing');
      ask(`key-${i}`);
    }
    expect(ask('nothing')).toBeUndefined();
    expect(computed.filter(key => !key.startsWith('key-'))).toEqual([
      'often',
      'nothing',
    ]);
  });

  it('do not run round in circles', () => {
    const queries = new Queries();
    queries.settle();
    const ask = (): number => queries.get(NUMBERS, 'self', ask);
    expect(ask).toThrow('depends on itself');
    expect(queries.get(NUMBERS, 'self', () => 1)).toBe(1);
  });
});
