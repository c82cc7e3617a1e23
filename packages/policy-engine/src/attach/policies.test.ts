import { compileProxy, Mesh, ProxyRef } from '..';
import { meshOf } from '../__testUtils__/mesh';

type Kind = 'AuthorizationPolicy' | 'RequestAuthentication';

const policy = (
  spec: string,
  {
    kind = 'AuthorizationPolicy' as Kind,
    namespace = 'default',
    name = 'p',
    created = '2026-01-01T00:00:00Z',
  } = {},
) => `
apiVersion: security.istio.io/v1
kind: ${kind}
metadata: {name: ${name}, namespace: ${namespace}, creationTimestamp: "${created}"}
spec: {${spec}}
`;

const proxy = (rest: Partial<ProxyRef>): ProxyRef => ({
  kind: 'sidecar',
  namespace: 'default',
  name: 'backend',
  labels: { app: 'backend', version: 'v1' },
  ...rest,
});

/** By what a policy reaches a proxy; undefined where it does not. */
function reachedBy(text: string, to: ProxyRef): string | undefined {
  const { policies } = compileProxy(meshOf([text]), to);
  expect(policies.length).toBeLessThan(2);
  return policies[0]?.by;
}

const select = (labels: string) => `selector: {matchLabels: {${labels}}}`;
const target = (...refs: string[]) => `targetRefs: [${refs}]`;
const GROUP = 'gateway.networking.k8s.io';
const toGateway = (name: string, rest = '') =>
  `{group: ${GROUP}, kind: Gateway, name: ${name} ${rest}}`;
const toClass = (name: string) =>
  `{group: ${GROUP}, kind: GatewayClass, name: ${name}}`;
const toService = (name: string, group = 'group: "",') =>
  `{${group} kind: Service, name: ${name}}`;

const ROOT = 'istio-system';

/** Istio's policyattachment.go, and getMatchingPolicies. */
describe('a policy reaches', () => {
  it.each<[string, string, string | undefined]>([
    ['', 'default', 'namespace'],
    ['', ROOT, 'root-namespace'],
    ['', 'other', undefined],
    ['selector: {}', 'default', 'namespace'],
    [select(''), 'default', 'namespace'],
    [select('app: backend'), 'default', 'selector'],
    [select('app: backend'), ROOT, 'selector'],
    [select('app: backend'), 'other', undefined],
    [select('version: v1'), 'default', 'selector'],
    [select('version: v1, app: backend'), 'default', 'selector'],
    [select('app: backend, version: v1'), 'default', 'selector'],
    [select('app: backend, version: v2'), 'default', undefined],
    [select('app: backend, more: x'), 'default', undefined],
    [select('app: back'), 'default', undefined],
    // Of a policy that is malformed nobody knows what it selects: it may be any, and decides nothing.
    ['selector: {matchLabels: {app: [x]}}', 'default', 'namespace'],
    ['selector: x', 'default', 'namespace'],
    ['selector: x', ROOT, 'root-namespace'],
    // Without the label of a Gateway's proxy targetRefs lead nowhere.
    [target(toGateway('backend')), 'default', undefined],
    [target(toService('backend')), 'default', undefined],
    [target(toClass('istio-waypoint')), ROOT, undefined],
    ['targetRefs: []', 'default', 'namespace'],
    [`targetRefs: [], ${select('app: other')}`, 'default', 'namespace'],
  ])('a sidecar, with {%s} in %s: %s', (spec, namespace, by) => {
    expect(reachedBy(policy(spec, { namespace }), proxy({}))).toBe(by);
  });

  it('a sidecar of the root namespace once', () => {
    const to = proxy({ namespace: ROOT });
    expect(reachedBy(policy('', { namespace: ROOT }), to)).toBe(
      'root-namespace',
    );
  });

  it.each<[string, string, string | undefined]>([
    ['', 'default', 'namespace'],
    ['', ROOT, 'root-namespace'],
    [select(`${GROUP}/gateway-name: web`), 'default', 'selector'],
    [select('app: web'), 'default', undefined],
    [target(toGateway('web')), 'default', 'target-ref'],
    [target(toGateway('web', ', namespace: default')), 'default', 'namespace'],
    [target(toGateway('web', ', namespace: ""')), 'default', 'target-ref'],
    [target(toGateway('web', ', namespace: other')), 'default', 'namespace'],
    [target(toGateway('other')), 'default', undefined],
    [target(toGateway('other'), toGateway('web')), 'default', 'target-ref'],
    [target(toGateway('web'), toGateway('other')), 'default', 'target-ref'],
    [target(toGateway('web')), ROOT, undefined],
    [target(toGateway('web')), 'other', undefined],
    [`targetRef: ${toGateway('web')}`, 'default', 'target-ref'],
    [`targetRef: ${toGateway('other')}`, 'default', undefined],
    [`targetRefs: [], targetRef: ${toGateway('web')}`, 'default', 'namespace'],
    [target('{group: "", kind: Gateway, name: web}'), 'default', 'namespace'],
    [
      target(`{group: ${GROUP}, kind: HTTPRoute, name: web}`),
      'default',
      'namespace',
    ],
    [target(toService('web')), 'default', undefined],
    [target(toClass('istio-waypoint')), ROOT, undefined],
  ])(
    'the proxy of a Gateway of the Gateway API, with {%s} in %s: %s',
    (spec, namespace, by) => {
      const labels = { [`${GROUP}/gateway-name`]: 'web' };
      const to = proxy({ kind: 'gateway', name: 'web-istio', labels });
      expect(reachedBy(policy(spec, { namespace }), to)).toBe(by);
    },
  );

  const waypoint = (namespace: string) =>
    proxy({
      kind: 'waypoint',
      namespace,
      name: 'waypoint',
      labels: { [`${GROUP}/gateway-name`]: 'waypoint' },
      service: { namespace: 'default', name: 'backend' },
    });

  it.each<[string, string, string | undefined]>([
    // A waypoint goes by targetRefs alone.
    ['', 'default', undefined],
    ['', ROOT, undefined],
    [select(`${GROUP}/gateway-name: waypoint`), 'default', undefined],
    [target(toService('backend')), 'default', 'target-ref'],
    [target(toService('backend', '')), 'default', 'target-ref'],
    [target(toService('backend', 'group: core,')), 'default', 'target-ref'],
    [target(toService('backend', 'group: x,')), 'default', 'namespace'],
    [target(toService('other')), 'default', undefined],
    [target(toService('other'), toService('backend')), 'default', 'target-ref'],
    [target(toService('backend')), ROOT, undefined],
    [target(toService('backend')), 'other', undefined],
    [target(toGateway('waypoint')), 'default', 'target-ref'],
    [target(toGateway('backend')), 'default', undefined],
    [target(toClass('istio-waypoint')), ROOT, 'target-ref'],
    [target(toClass('istio-waypoint')), 'default', undefined],
    [target(toClass('istio')), ROOT, undefined],
    [target(toService('waypoint')), 'default', undefined],
  ])('a waypoint, with {%s} in %s: %s', (spec, namespace, by) => {
    const text = policy(spec, { namespace });
    expect(reachedBy(text, waypoint('default'))).toBe(by);
  });

  it.each<[string, string, string | undefined]>([
    [target(toService('backend')), 'default', 'target-ref'],
    [target(toService('backend')), 'infra', undefined],
    [target(toGateway('waypoint')), 'infra', 'target-ref'],
    [target(toGateway('waypoint')), 'default', undefined],
    [target(toService('backend'), toGateway('other')), 'infra', undefined],
    [target(toGateway('waypoint'), toService('x')), 'default', undefined],
    [target(toClass('istio-waypoint'), toService('x')), 'infra', undefined],
  ])(
    'a waypoint of another namespace, with {%s} in %s: %s',
    (spec, namespace, by) => {
      const text = policy(spec, { namespace });
      expect(reachedBy(text, waypoint('infra'))).toBe(by);
    },
  );

  it.each<[Kind, string, string | undefined]>([
    ['AuthorizationPolicy', '', 'namespace'],
    ['AuthorizationPolicy', select('app: backend'), 'selector'],
    ['AuthorizationPolicy', target(toGateway('web')), undefined],
    // ztunnel is told of AuthorizationPolicies only.
    ['RequestAuthentication', 'jwtRules: []', undefined],
    [
      'RequestAuthentication',
      `${select('app: backend')}, jwtRules: []`,
      undefined,
    ],
  ])('ztunnel, %s {%s}: %s', (kind, spec, by) => {
    const labels = { app: 'backend', [`${GROUP}/gateway-name`]: 'web' };
    const to = proxy({ kind: 'ztunnel', labels });
    expect(reachedBy(policy(spec, { kind }), to)).toBe(by);
  });

  it('nobody where there is no proxy', () => {
    expect(reachedBy(policy(''), proxy({ kind: 'none' }))).toBeUndefined();
  });
});

describe('policies of a proxy', () => {
  const names = (mesh: Mesh) =>
    compileProxy(mesh, proxy({})).policies.map(({ ref }) => ref.name);
  const texts = (kind: Kind, spec: string) => [
    policy(spec, { kind, name: 'young', created: '2026-03-01T00:00:00Z' }),
    policy(spec, { kind, name: 'old', created: '2026-02-01T00:00:00Z' }),
    policy(spec, { kind, name: 'as-old', created: '2026-02-01T00:00:00Z' }),
    policy(spec, { kind, name: 'root', namespace: ROOT }),
    policy(spec, { kind, name: 'elsewhere', namespace: 'other' }),
    policy(`${select('app: backend')}, ${spec}`, { kind, name: 'selecting' }),
  ];

  it('are looked up in the root namespace first, oldest first', () => {
    expect(names(meshOf(texts('AuthorizationPolicy', 'rules: []')))).toEqual([
      'root',
      'selecting',
      'as-old',
      'old',
      'young',
    ]);
  });

  it('are looked up in the own namespace first where they read tokens', () => {
    const found = names(
      meshOf(texts('RequestAuthentication', 'jwtRules: [{issuer: i}]')),
    );
    expect(found).toEqual(['selecting', 'as-old', 'old', 'young', 'root']);
  });

  it('are those of the root namespace that the mesh config names', () => {
    const text = policy('', { namespace: 'root' });
    const { policies } = compileProxy(
      meshOf([text], { rootNamespace: 'root' }),
      proxy({}),
    );
    expect(policies.map(({ by }) => by)).toEqual(['root-namespace']);
  });
});

describe('what the engine cannot read in a proxy', () => {
  const filter = (spec: string, namespace = 'default') => `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: f, namespace: ${namespace}}
spec: {${spec}}
`;
  const patch = (rest: string) => `configPatches: [{${rest}}]`;
  const wasm = (spec: string, namespace = 'default') => `
apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: {name: w, namespace: ${namespace}}
spec: {${spec}}
`;
  const FILTER =
    "EnvoyFilter default/f patches this proxy's configuration, which the engine does not read";
  const WASM = 'WasmPlugin default/w runs code in this proxy';
  const reasons = (text: string, to: ProxyRef) =>
    compileProxy(meshOf([text]), to).opaque;

  it.each<[string, ProxyRef['kind'], string[]]>([
    [filter(patch('applyTo: HTTP_FILTER')), 'sidecar', [FILTER]],
    [filter(patch('applyTo: HTTP_FILTER')), 'gateway', [FILTER]],
    [filter(patch('applyTo: HTTP_FILTER')), 'ztunnel', []],
    [filter(patch('applyTo: HTTP_FILTER')), 'none', []],
    [filter(patch('applyTo: CLUSTER')), 'sidecar', []],
    [filter(''), 'sidecar', [FILTER]],
    [filter('configPatches: []'), 'sidecar', []],
    [filter('workloadSelector: {labels: {app: backend}}'), 'sidecar', [FILTER]],
    [filter('workloadSelector: {labels: {app: x}}'), 'sidecar', []],
    ...(
      [
        ['ANY', true, true],
        ['GATEWAY', false, true],
        ['SIDECAR_INBOUND', true, false],
        ['SIDECAR_OUTBOUND', false, false],
      ] as const
    ).flatMap(([context, sidecar, gateway]) => {
      const text = filter(
        patch(`applyTo: HTTP_FILTER, match: {context: ${context}}`),
      );
      return [
        [text, 'sidecar', sidecar ? [FILTER] : []],
        [text, 'gateway', gateway ? [FILTER] : []],
      ] as [string, ProxyRef['kind'], string[]][];
    }),
    [
      filter(
        'configPatches: [{applyTo: CLUSTER}, {applyTo: LISTENER, match: {context: ANY}}]',
      ),
      'sidecar',
      [FILTER],
    ],
    [wasm('url: x'), 'sidecar', [WASM]],
    [wasm(`url: x, ${select('app: backend')}`), 'gateway', [WASM]],
    [wasm(`url: x, ${select('app: x')}`), 'sidecar', []],
    [wasm('url: x', 'other'), 'sidecar', []],
  ])('%s at a %s: %j', (text, kind, expected) => {
    expect(reasons(text, proxy({ kind }))).toEqual(expected);
  });

  it('is told of both, and of the root namespace', () => {
    const texts = [filter('', ROOT), wasm('url: x')];
    expect(compileProxy(meshOf(texts), proxy({})).opaque).toEqual([
      FILTER.replace('default', ROOT),
      WASM,
    ]);
  });
});
