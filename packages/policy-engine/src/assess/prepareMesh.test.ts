import { assessService, Mesh, parseYaml, prepareMesh, Resource } from '..';

const NAMESPACES = 20;

/** A shared gateway with a policy for each host, and in each namespace a Service, its Pod and its route. */
function listResources(): Resource[] {
  const parts = Array.from(
    { length: NAMESPACES },
    (_, index) => `
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: team-${index}}
spec: {selector: {app: shop}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: shop-0, namespace: team-${index}, labels: {app: shop}}
spec: {containers: [{name: istio-proxy, args: [proxy, sidecar]}]}
status: {phase: Running, podIP: 10.0.0.${index}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: team-${index}}
spec:
  hosts: [shop-${index}.example.com]
  gateways: [edge/shared]
  http: [{route: [{destination: {host: shop, port: {number: 80}}}]}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: shop-${index}, namespace: edge}
spec:
  selector: {matchLabels: {istio: shared}}
  action: DENY
  rules:
    - from: [{source: {notRequestPrincipals: ["https://login.example.com/*"]}}]
      to: [{operation: {hosts: [shop-${index}.example.com], notPaths: [/health-${index}]}}]
`,
  );
  const gateway = `
apiVersion: v1
kind: Pod
metadata: {name: shared-0, namespace: edge, labels: {istio: shared}}
spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}
status: {phase: Running, podIP: 10.1.0.1}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: shared, namespace: edge}
spec:
  selector: {istio: shared}
  servers: [{port: {number: 8080, name: http, protocol: HTTP}, hosts: ["*.example.com"]}]
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: jwt, namespace: edge}
spec:
  selector: {matchLabels: {istio: shared}}
  jwtRules: [{issuer: https://login.example.com, jwksUri: https://login.example.com/keys}]
`;
  return parseYaml([gateway, ...parts].join('\n---\n')).resources;
}

function fill(resources: Resource[]): Mesh {
  const mesh = new Mesh();
  resources.forEach(resource => mesh.apply(resource));
  return mesh;
}

/** @returns how many values were computed for the first time */
function countComputed(mesh: Mesh, run: () => void): number {
  const before = mesh.queries.size;
  run();
  return mesh.queries.size - before;
}

const assess = (mesh: Mesh, index: number) =>
  assessService(mesh, { namespace: `team-${index}`, name: 'shop' });

const assessAll = (mesh: Mesh) =>
  mesh.services().map(service => assessService(mesh, service));

/** Takes some steps, all without a number. */
function prepare(mesh: Mesh, steps = Infinity): number {
  const preparation = prepareMesh(mesh);
  let taken = 0;
  while (taken < steps && !preparation.next().done) taken += 1;
  return taken;
}

describe('a change on a shared gateway', () => {
  it.each(['VirtualService', 'AuthorizationPolicy'])(
    'of one %s leaves the assessments of other hosts as they are',
    kind => {
      const mesh = fill(listResources());
      const before = assess(mesh, 3);
      const own = assess(mesh, 5);
      const [changed] = mesh
        .list(kind)
        .filter(({ metadata, spec }) =>
          JSON.stringify([metadata, spec]).includes('shop-5'),
        );

      mesh.apply({
        ...changed,
        spec: JSON.parse(
          JSON.stringify(changed.spec)
            .replace('"number":80', '"number":81')
            .replace('/health-5', '/ready'),
        ),
      });

      expect(assess(mesh, 5)).not.toEqual(own);
      expect(assess(mesh, 3)).toBe(before);
    },
  );
});

describe('prepareMesh', () => {
  it('leaves no more to the first assessment than to any other one', () => {
    const cold = fill(listResources());
    const mesh = fill(listResources());
    prepare(mesh);

    const first = countComputed(mesh, () => assess(mesh, 3));

    const another = countComputed(mesh, () => assess(mesh, 7));
    const withoutIt = countComputed(cold, () => assess(cold, 3));
    // A few values are of the gateway itself, however many Services it leads to.
    expect(first).toBeLessThan(another + NAMESPACES);
    expect(withoutIt).toBeGreaterThan(another + 2 * NAMESPACES);
  });

  it('changes no answer, also where it was taken only in part', () => {
    const resources = listResources();
    const expected = assessAll(fill(resources));
    const steps = prepare(fill(resources));

    for (let taken = 0; taken <= steps; taken++) {
      const mesh = fill(resources);
      prepare(mesh, taken);
      expect(assessAll(mesh)).toEqual(expected);
    }
  });

  it('answers from what is there where the mesh changes between two steps', () => {
    const resources = listResources();
    const changed = resources.filter(
      ({ kind, metadata }) =>
        !(kind === 'AuthorizationPolicy' && metadata.name === 'shop-3') &&
        !(kind === 'VirtualService' && metadata.namespace === 'team-5'),
    );
    const gone = resources.filter(resource => !changed.includes(resource));
    const expected = assessAll(fill(changed));
    const steps = prepare(fill(resources));

    for (let taken = 0; taken < steps; taken++) {
      const mesh = fill(resources);
      const preparation = prepareMesh(mesh);
      for (let step = 0; step < taken; step++) preparation.next();
      gone.forEach(({ apiVersion, kind, metadata }) =>
        mesh.remove({
          apiVersion,
          kind,
          namespace: metadata.namespace,
          name: metadata.name,
        }),
      );
      while (!preparation.next().done);
      expect(assessAll(mesh)).toEqual(expected);
    }
  });
});
