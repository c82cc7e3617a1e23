import fc from 'fast-check';
import {
  assessService,
  findingsOfPolicies,
  listRouteGateways,
  Mesh,
  parseObjects,
  parseYaml,
  Resource,
  trimObject,
} from '..';
import { FIXTURES } from '../analyse/__testUtils__/fixtures';
import { BACKEND_JWT, GATEWAY, WORKLOADS } from '../__testUtils__/handsOn';
import {
  meshObject,
  routeObject,
  scopeObject,
} from '../__testUtils__/meshChanges';

const BASE = parseYaml(`${WORKLOADS}\n---\n${GATEWAY}`).resources;
/** More runs for a longer search: `PROPERTY_RUNS=20000 yarn test hostile`. */
const numRuns = Number(process.env.PROPERTY_RUNS ?? 300);

const JUNK: readonly unknown[] = [
  null,
  0,
  -1,
  1.5,
  '',
  'x',
  '*',
  'a/b',
  true,
  [],
  {},
  [null],
  ['x'],
  [[]],
  [{}],
  { x: null },
  { name: 7 },
  { toString: 'x', length: 3 },
  // What every object has, and what policies may ask inside of texts.
  '__proto__',
  'constructor',
  'request.headers[constructor]',
  'request.auth.claims[toString]',
  'request.auth.claims[sub][toString]',
];

/** Every path inside a value, the value itself left out. */
function pathsOf(
  value: unknown,
  path: (string | number)[] = [],
): (string | number)[][] {
  if (value === null || typeof value !== 'object') return [];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : Object.entries(value);
  return entries.flatMap(([key, item]) => {
    const own = [...path, key];
    return [own, ...pathsOf(item, own)];
  });
}

function replaceAt(object: object, path: (string | number)[], value: unknown) {
  const copy = JSON.parse(JSON.stringify(object));
  let place = copy;
  for (const key of path.slice(0, -1)) place = place[key];
  place[path.at(-1)!] = value;
  return copy;
}

/** Where an object can be spoiled: its identity is left alone. */
function placesIn(resource: Resource): (string | number)[][] {
  return pathsOf(resource).filter(
    ([first, second]) =>
      first !== 'kind' &&
      first !== 'apiVersion' &&
      first !== 'origin' &&
      !(
        first === 'metadata' &&
        (second === undefined || second === 'name' || second === 'namespace')
      ),
  );
}

function spoil(resource: Resource, which: number, junk: unknown): Resource {
  const places = placesIn(resource);
  return places.length === 0
    ? resource
    : replaceAt(resource, places[which % places.length], junk);
}

/** An object of which something is not what it should be. */
const spoiled = fc
  .tuple(
    fc.oneof(meshObject, routeObject, scopeObject),
    fc.nat(),
    fc.constantFrom(...JUNK),
  )
  .map(([resource, which, junk]) => spoil(resource, which, junk));

/** A mesh in which a finding is told, or is not, with one of its own objects spoiled. */
const spoiledFixture = fc
  .tuple(
    fc.constantFrom(
      ...Object.values(FIXTURES).flatMap(({ bad, good }) => [...bad, ...good]),
    ),
    fc.nat(),
    fc.nat(),
    fc.constantFrom(...JUNK),
  )
  .map(([texts, one, which, junk]) => {
    const { resources } = parseYaml(texts.join('\n---\n'));
    return resources.map((resource, index) =>
      index === one % resources.length
        ? spoil(resource, which, junk)
        : resource,
    );
  });

/** How many Services were judged. */
function assessAll(objects: readonly unknown[]): number {
  const mesh = new Mesh();
  for (const each of [...BASE, ...parseObjects([...objects]).resources]) {
    mesh.apply(each);
  }
  const services = mesh.services();
  for (const service of services) assessService(mesh, service);
  findingsOfPolicies(mesh);
  listRouteGateways(mesh, 'default');
  return services.length;
}

const API_GATEWAY =
  '{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: web, namespace: default}, spec: {gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]}}';

const tlsGateway = (name: string, year: number) =>
  `{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: ${name}, namespace: default, creationTimestamp: "${year}-01-01T00:00:00Z"}, spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 443, name: tls, protocol: TLS}, tls: {mode: SIMPLE, credentialName: c}, hosts: ["*"]}]}}`;

/** What the search below found, once each. */
const FOUND = {
  'a time of creation':
    '{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: gw, namespace: default, creationTimestamp: {toString: x}}, spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]}}',
  'a protocol of a Sidecar':
    '{apiVersion: networking.istio.io/v1, kind: Sidecar, metadata: {name: s, namespace: default}, spec: {ingress: [{port: {number: 8080, protocol: {toString: x}, name: http}, defaultEndpoint: "127.0.0.1:8080"}]}}',
  'subsets of a DestinationRule': `${GATEWAY}
---
{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: d, namespace: default}, spec: {host: backend, subsets: {}}}`,
  'an annotation of a BackendTLSPolicy': `${GATEWAY}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: BackendTLSPolicy, metadata: {name: t, namespace: default, annotations: {istio.io/ignore-policy-attachment: {toString: x}}}, spec: {targetRefs: [{group: "", kind: Service, name: backend}], validation: {hostname: h}}}`,
  'the class of a Gateway': `${API_GATEWAY}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: other, namespace: default}, spec: {gatewayClassName: {toString: x}, listeners: [{name: http, port: 80, protocol: HTTP}]}}`,
  'the Gateway of a ListenerSet': `${API_GATEWAY}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: ListenerSet, metadata: {name: set, namespace: default}, spec: {parentRef: {name: {toString: x}}, listeners: [{name: http, port: 80, protocol: HTTP}]}}`,
  'a method of an HTTPRoute': `{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r, namespace: default}, spec: {parentRefs: [{name: web}], rules: [{matches: [{method: {service: api}}], backendRefs: [{name: backend, port: 80}]}]}}
---
${API_GATEWAY}`,
  'the ports of a Service that an Ingress names':
    '{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: front, namespace: default, annotations: {kubernetes.io/ingress.class: istio}}, spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: spoiled, port: {name: http}}}}]}}]}}\n---\n{apiVersion: v1, kind: Service, metadata: {name: spoiled, namespace: default}, spec: {ports: true}}',
  'a protocol of a Service':
    '{apiVersion: v1, kind: Service, metadata: {name: spoiled, namespace: default}, spec: {selector: {app: backend}, ports: [{port: 80, protocol: {toString: x}}]}}',
  'a route to a server that istiod leaves out': `${tlsGateway('older', 2025)}
---
${tlsGateway('younger', 2026)}
---
{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: r, namespace: default}, spec: {hosts: ["*"], gateways: [younger], tcp: [{route: [null, {destination: {host: backend}}]}]}}`,
  'the key of a condition':
    '{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: p, namespace: default}, spec: {action: CUSTOM, provider: {name: p}, rules: [{when: [{key: {toString: x}, values: [x]}, {key: __proto__, values: [x]}]}]}}',
  'what a policy asks inside of claims that are texts': `${BACKEND_JWT}
---
{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: p, namespace: default}, spec: {selector: {matchLabels: {app: backend}}, rules: [{from: [{source: {requestPrincipals: ["a/*"]}}], when: [{key: "request.auth.claims[iss][toString]", values: [x]}, {key: "request.auth.claims[sub][toString]", values: [x]}, {key: "request.auth.claims[toString]", values: [x]}]}]}}`,
  'a header called constructor': `{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: backend-vs, namespace: default}, spec: {hosts: ["*"], gateways: [backend-gateway], http: [{headers: {request: {add: {constructor: x}}}, route: [{destination: {host: backend}}]}]}}
---
{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: p, namespace: default}, spec: {selector: {matchLabels: {app: backend}}, rules: [{when: [{key: "request.headers[constructor]", values: [x]}]}]}}`,
  'a namespace called constructor': `{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: constructor, labels: {app: p}}, spec: {containers: [{name: app}, {name: istio-proxy}]}, status: {phase: Running, podIP: 10.0.0.9, podIPs: [{ip: 10.0.0.9}]}}
---
{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: e, namespace: default}, spec: {hosts: [e.test], location: MESH_INTERNAL, resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}], endpoints: [{address: 10.0.0.9}]}}`,
};

describe('objects that are not what they should be', () => {
  it.each(Object.entries(FOUND))('%s is one', (_, text) => {
    expect(assessAll(parseYaml(text).resources)).toBeGreaterThan(0);
  });

  it.each<[string, fc.Arbitrary<Resource[]>]>([
    ['at random', fc.array(fc.oneof(meshObject, spoiled), { maxLength: 10 })],
    ['in the meshes of findings', spoiledFixture],
  ])('%s are told of, and keep nobody from judging the rest', (_, meshes) => {
    fc.assert(
      fc.property(meshes, fc.boolean(), (objects, fromCluster) => {
        const taken = fromCluster
          ? objects.map(each => trimObject({ ...each }))
          : objects;
        expect(assessAll(taken)).toBeGreaterThan(0);
      }),
      { numRuns },
    );
  });
});
