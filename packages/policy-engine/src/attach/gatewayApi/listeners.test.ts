import { istiod } from '../../analyse/__testUtils__/build';
import { gateway, route, TO_BACKEND } from '../../__testUtils__/gatewayApi';
import { gatewayWays } from '../../__testUtils__/gateways';
import { WORKLOADS } from '../../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../../__testUtils__/mesh';

const SHOP =
  'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: a}}';
const GRANT = `
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: g, namespace: default}
spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}], to: [{group: "", kind: Service}]}
`;
const fromShop = (texts: string[], allowed: string) =>
  meshOf([
    WORKLOADS,
    GRANT,
    ...texts,
    gateway(
      `{name: http, port: 80, protocol: HTTP, allowedRoutes: {${allowed}}}`,
    ),
    route('{backendRefs: [{name: backend, namespace: default, port: 80}]}', {
      namespace: 'shop',
      parent: '{name: web, namespace: default}',
    }),
  ]);

describe('namespaces whose routes a listener allows', () => {
  const matching = (expression: string) =>
    `matchExpressions: [{${expression}}]`;

  it.each<[string, number]>([
    [matching('key: team, operator: In, values: [b, a]'), 1],
    [matching('key: team, operator: In, values: [b]'), 0],
    [matching('key: other, operator: In, values: [a]'), 0],
    [matching('key: team, operator: In'), 0],
    [matching('key: team, operator: NotIn, values: [b]'), 1],
    [matching('key: team, operator: NotIn, values: [b, a]'), 0],
    [matching('key: other, operator: NotIn, values: [a]'), 1],
    [matching('key: team, operator: NotIn'), 1],
    [matching('key: team, operator: Exists'), 1],
    [matching('key: other, operator: Exists'), 0],
    [matching('key: team, operator: DoesNotExist'), 0],
    [matching('key: other, operator: DoesNotExist'), 1],
    [matching('key: team, operator: Like, values: [a]'), 0],
    ['matchLabels: {team: a}', 1],
    ['matchLabels: {team: b}', 0],
    ['matchLabels: {team: a, other: x}', 0],
    ['matchLabels: {}', 1],
    [`matchLabels: {team: a}, ${matching('key: x, operator: Exists')}`, 0],
    [`matchLabels: {team: b}, ${matching('key: team, operator: Exists')}`, 0],
    [
      'matchExpressions: [{key: team, operator: Exists}, {key: x, operator: Exists}]',
      0,
    ],
  ])('by {%s}: %s', (selector, count) => {
    const allowed = `namespaces: {from: Selector, selector: {${selector}}}`;
    expect(gatewayWays(fromShop([SHOP], allowed))).toHaveLength(count);
  });

  it.each<[string, number]>([
    ['namespaces: {from: All}', 1],
    ['namespaces: {from: Same}', 0],
    ['namespaces: {from: None}', 0],
    ['namespaces: {}', 0],
    ['', 0],
  ])('with {%s}: %s', (allowed, count) => {
    expect(gatewayWays(fromShop([SHOP], allowed))).toHaveLength(count);
  });

  it('have their name as a label, whether or not they are among the objects', () => {
    const named = (name: string) =>
      `namespaces: {from: Selector, selector: {matchLabels: {kubernetes.io/metadata.name: ${name}}}}`;
    for (const texts of [[SHOP], []]) {
      expect(gatewayWays(fromShop(texts, named('shop')))).toHaveLength(1);
      expect(gatewayWays(fromShop(texts, named('other')))).toHaveLength(0);
    }
  });

  it('change with their labels', () => {
    const mesh = fromShop(
      [],
      'namespaces: {from: Selector, selector: {matchLabels: {team: a}}}',
    );
    expect(gatewayWays(mesh)).toHaveLength(0);
    applyYaml(mesh, SHOP);
    expect(gatewayWays(mesh)).toHaveLength(1);
    applyYaml(mesh, SHOP.replace('team: a', 'team: b'));
    expect(gatewayWays(mesh)).toHaveLength(0);
  });
});

describe('a listener', () => {
  const TERMINATE = 'tls: {certificateRefs: [{name: c}]}';
  const PASS = 'tls: {mode: Passthrough}';
  const kindsOf = (listener: string) =>
    ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute'].flatMap(kind =>
      gatewayWays(
        meshOf([
          WORKLOADS,
          gateway(`{name: x, port: 443, ${listener}}`),
          route(TO_BACKEND, { kind, hosts: '' }),
        ]),
      ).map(({ protocol }) => `${kind} ${protocol}`),
    );

  it.each<[string, string[]]>([
    ['protocol: HTTP', ['HTTPRoute http', 'GRPCRoute http']],
    [`protocol: HTTPS, ${TERMINATE}`, ['HTTPRoute https', 'GRPCRoute https']],
    ['protocol: HTTPS', []],
    [`protocol: TLS, ${TERMINATE}`, ['TLSRoute tls', 'TCPRoute tls']],
    [`protocol: TLS, ${PASS}`, ['TLSRoute tls']],
    ['protocol: TLS', []],
    ['protocol: TCP', ['TCPRoute tcp']],
    ['protocol: UDP', []],
    ['protocol: example.com/own', []],
    [
      'protocol: HTTP, allowedRoutes: {kinds: [{kind: GRPCRoute}]}',
      ['GRPCRoute http'],
    ],
    [
      'protocol: HTTP, allowedRoutes: {kinds: [{kind: TCPRoute}, {kind: HTTPRoute}]}',
      ['HTTPRoute http'],
    ],
    ['protocol: HTTP, allowedRoutes: {kinds: [{kind: TCPRoute}]}', []],
    [
      'protocol: HTTP, allowedRoutes: {kinds: []}',
      ['HTTPRoute http', 'GRPCRoute http'],
    ],
  ])('of {%s} takes %j', (listener, kinds) => {
    expect(kindsOf(listener)).toEqual(kinds);
  });
});

describe('a host of a route that several listeners have', () => {
  const listener = (
    name: string,
    hostname: string,
    rest = 'port: 80, protocol: HTTP',
  ) => `{name: ${name}, ${rest} ${hostname && `, hostname: "${hostname}"`}}`;
  /** Hosts that the route has at listener `own`. */
  const hostsAt = (hosts: string, own: string, ...others: string[]) =>
    gatewayWays(
      meshOf([
        WORKLOADS,
        gateway([listener('own', own), ...others].join(', ')),
        route(TO_BACKEND, { hosts, parent: '{name: web, sectionName: own}' }),
      ]),
    ).map(({ host }) => host);

  it.each<[string, string, string[], string[]]>([
    ['a.x', '*.x', [], ['a.x']],
    ['a.x', '*.x', [listener('b', 'a.x')], []],
    ['a.x', '*.x', [listener('b', 'b.x')], ['a.x']],
    ['a.x', '', [listener('b', '*.x')], []],
    ['a.y', '', [listener('b', '*.x')], ['a.y']],
    ['a.x, a.y', '', [listener('b', '*.x')], ['a.y']],
    ['a.b.x', '*.x', [listener('b', '*.b.x')], []],
    ['a.b.x', '*.b.x', [listener('b', '*.x')], ['a.b.x']],
    ['a.x', 'a.x', [listener('b', '*.x')], ['a.x']],
    ['a.x', '*.x', [listener('b', 'a.x', 'port: 81, protocol: HTTP')], ['a.x']],
    [
      'a.x',
      '*.x',
      [
        listener(
          'b',
          'a.x',
          'port: 80, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}',
        ),
      ],
      ['a.x'],
    ],
    ['a.x', '', [listener('b', '', 'port: 81, protocol: HTTP')], ['a.x']],
    ['a.y', '*.x', [], []],
    ['', '*.x', [listener('b', 'a.x')], ['*.x']],
  ])('%s at %j beside %j: %j', (hosts, own, others, expected) => {
    expect(hostsAt(hosts, own, ...others)).toEqual(expected);
  });
});

describe('a host of a TLSRoute that several listeners have', () => {
  const listener = (name: string, hostname: string) =>
    `{name: ${name}, port: 443, protocol: TLS, tls: {mode: Passthrough} ${
      hostname && `, hostname: "${hostname}"`
    }}`;

  it.each<[string, string, string, string[]]>([
    ['a.x', '', 'a.x', ['a.x']],
    ['a.x', '*.x', 'a.x', ['a.x']],
    ['a.x, a.y', '*.x', '*.y', ['a.x']],
    ['"*.x"', 'a.x', '*.x', ['a.x']],
    ['a.y', '*.x', '', []],
  ])('is left to each of them: %s at %j beside %j', (hosts, own, other, at) => {
    const ways = gatewayWays(
      meshOf([
        WORKLOADS,
        // Older ones hold a route to no hostname of its listener.
        istiod('1.31.0'),
        gateway([listener('own', own), listener('b', other)].join(', ')),
        route(TO_BACKEND, {
          kind: 'TLSRoute',
          hosts,
          parent: '{name: web, sectionName: own}',
        }),
      ]),
    );
    expect(ways.map(({ host }) => host)).toEqual(at);
  });
});

describe('ports of the Services in front of a Gateway', () => {
  const service = (ports: string, selector = 'app: web-proxy') => `
apiVersion: v1
kind: Service
metadata: {name: web-istio, namespace: default}
spec: {selector: {${selector}}, ports: [${ports}]}
`;
  const pod = (ports = '') => `
apiVersion: v1
kind: Pod
metadata: {name: web-0, namespace: default, labels: {app: web-proxy, gateway.networking.k8s.io/gateway-name: web}}
spec: {serviceAccountName: web-istio, containers: [{name: istio-proxy, args: [proxy, router] ${ports}}]}
`;
  const ports = (...texts: string[]) =>
    gatewayWays(
      meshOf([
        WORKLOADS,
        gateway('{name: http, port: 80, protocol: HTTP}'),
        route(TO_BACKEND),
        ...texts,
      ]),
    ).map(({ hops }) => hops[0]?.port);

  it.each<[string, number[], string[]]>([
    ['none', [80], []],
    [
      'the target port',
      [8080],
      [pod(), service('{port: 80, targetPort: 8080}')],
    ],
    ['no target', [80], [pod(), service('{port: 80}')]],
    ['another port', [], [pod(), service('{port: 81}')]],
    [
      'a name that a container has',
      [8081],
      [
        pod(', ports: [{name: web, containerPort: 8081}]'),
        service('{port: 80, targetPort: web}'),
      ],
    ],
    [
      'a name that none has',
      [],
      [pod(), service('{port: 80, targetPort: web}')],
    ],
    ['a name, and no Pod', [], [service('{port: 80, targetPort: web}')]],
    ['a number, and no Pod', [8080], [service('{port: 80, targetPort: 8080}')]],
  ])('with %s: %j', (_, expected, texts) => {
    expect(ports(...texts)).toEqual(expected);
  });
});
