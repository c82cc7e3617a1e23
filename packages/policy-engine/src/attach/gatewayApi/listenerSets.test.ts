import { assessService, listRouteGateways, matchRoute, Mesh } from '../..';
import { istiod } from '../../analyse/__testUtils__/build';
import { gateway, HTTP, PROXY, route } from '../../__testUtils__/gatewayApi';
import { BACKEND, gatewayWays } from '../../__testUtils__/gateways';
import { WORKLOADS } from '../../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../../__testUtils__/mesh';

const set = (
  listeners: string,
  {
    name = 'more',
    namespace = 'default',
    parent = '{name: web, namespace: default}',
    rest = '',
    created = '',
  } = {},
) => `
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: {name: ${name}, namespace: ${namespace} ${
  created && `, creationTimestamp: "${created}"`
}}
spec: {parentRef: ${parent}, listeners: [${listeners}], ${rest}}
`;
const web = (allowed: string) =>
  gateway(HTTP, {
    rest: allowed && `allowedListeners: {namespaces: {${allowed}}},`,
  });
const ON_8081 = '{name: extra, port: 8081, protocol: HTTP}';
const TO_SET = '{kind: ListenerSet, name: more}';
const toBackend = (parent = TO_SET, rest = {}) =>
  route('{backendRefs: [{name: backend, namespace: default, port: 80}]}', {
    parent,
    ...rest,
  });
const GRANT = `
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: g, namespace: default}
spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}], to: [{group: "", kind: Service}]}
`;

const portsOf = (mesh: Mesh) => gatewayWays(mesh).map(({ port }) => port);

describe('a route to a ListenerSet', () => {
  it('is a way in by the proxies of its Gateway', () => {
    const mesh = meshOf([
      WORKLOADS,
      web('from: Same'),
      set(ON_8081),
      toBackend(),
    ]);
    const [way, ...others] = gatewayWays(mesh);
    expect(others).toEqual([]);
    expect(way).toMatchObject({
      host: 'h.example.com',
      port: 8081,
      state: 'open',
      gateway: { kind: 'Gateway', namespace: 'default', name: 'web' },
      hops: [{ proxy: { name: 'web-istio' } }, { proxy: { kind: 'sidecar' } }],
    });
    const ask = (port: number) =>
      matchRoute(mesh, PROXY, { port, host: 'h.example.com' }).kind;
    expect([ask(8081), ask(80)]).toEqual(['service', 'not-found']);
  });

  it.each([
    ['lets nobody in by default', '', []],
    ['lets none in', 'from: None', []],
    ['lets all in', 'from: All', [8081]],
    ['lets its own in', 'from: Same', [8081]],
    [
      'lets those of a label in',
      'from: Selector, selector: {matchLabels: {team: shop}}',
      [8081],
    ],
    [
      'lets those of another label in',
      'from: Selector, selector: {matchLabels: {team: bank}}',
      [],
    ],
  ])('whose Gateway %s', (_, allowed, ports) => {
    const labelled =
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {team: shop}}';
    const mesh = meshOf([
      WORKLOADS,
      labelled,
      web(allowed),
      set(ON_8081),
      toBackend(),
    ]);
    expect(portsOf(mesh)).toEqual(ports);
  });

  it.each([
    ['of its own namespace', 'shop', '', true],
    ['of another one', 'other', '', false],
    [
      'of another one that it lets in',
      'other',
      ', allowedRoutes: {namespaces: {from: All}}',
      true,
    ],
  ])('takes routes %s', (_, namespace, allowed, isTaken) => {
    const mesh = meshOf([
      WORKLOADS,
      GRANT.replaceAll('shop', namespace),
      web('from: All'),
      set(`{name: extra, port: 8081, protocol: HTTP${allowed}}`, {
        namespace: 'shop',
      }),
      toBackend('{kind: ListenerSet, name: more, namespace: shop}', {
        namespace,
      }),
    ]);
    expect(portsOf(mesh)).toEqual(isTaken ? [8081] : []);
  });

  it.each([
    ['{name: h, protocol: HTTP}', [80]],
    ['{name: h, protocol: HTTPS, tls: {}}', [443]],
    ['{name: h, protocol: TCP}', []],
  ])('with listener %s and no port: %j', (listener, ports) => {
    const mesh = meshOf([
      WORKLOADS,
      web('from: Same'),
      set(listener),
      toBackend(),
    ]);
    expect(portsOf(mesh)).toEqual(ports);
  });

  it('is told from one to the Gateway, and to another section', () => {
    const listeners = `${ON_8081}, {name: other, port: 8082, protocol: HTTP}`;
    const mesh = meshOf([WORKLOADS, web('from: Same'), set(listeners)]);
    applyYaml(mesh, toBackend('{name: web}'));
    expect(portsOf(mesh)).toEqual([80]);
    applyYaml(
      mesh,
      toBackend('{kind: ListenerSet, name: more, sectionName: other}'),
    );
    expect(portsOf(mesh)).toEqual([8082]);
    applyYaml(mesh, toBackend());
    expect(portsOf(mesh)).toEqual([8081, 8082]);
  });

  it.each([
    ['a set that is not there', []],
    [
      'a set of a Gateway that is not there',
      [set(ON_8081, { parent: '{name: gone}' })],
    ],
  ])('to %s is none', (_, texts) => {
    expect(
      portsOf(meshOf([WORKLOADS, web('from: Same'), ...texts, toBackend()])),
    ).toEqual([]);
  });

  it('is unknown where the set is malformed, or the Gateway somebody else’s', () => {
    const reasons = (...texts: string[]) =>
      gatewayWays(meshOf([WORKLOADS, ...texts, toBackend()])).map(
        ({ state, reason }) => `${state} ${reason}`,
      );
    expect(
      reasons(web('from: Same'), set('{name: x, port: no, protocol: HTTP}')),
    ).toEqual([
      expect.stringContaining('ListenerSet default/more is malformed'),
    ]);
    expect(
      reasons(web('from: Same').replace('istio,', 'nginx,'), set(ON_8081)),
    ).toEqual([expect.stringContaining('not known to be Istio')]);
  });

  it('asks for a token where the policies of its Gateway do', () => {
    const policy = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: tokens, namespace: default}
spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: web}], action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}]}]}
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: tokens, namespace: default}
spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: web}], jwtRules: [{issuer: testing@secure.istio.io, jwksUri: "https://keys.example.com"}]}
`;
    const mesh = meshOf([
      WORKLOADS,
      web('from: Same'),
      set(ON_8081),
      toBackend(),
      policy,
    ]);
    const [way] = assessService(mesh, BACKEND).waysIn;
    expect([way.port, way.state]).toEqual([8081, 'enforced']);
    mesh.remove({ kind: 'ListenerSet', namespace: 'default', name: 'more' });
    expect(portsOf(mesh)).toEqual([]);
  });
});

describe('a listener that an earlier one of the Gateway does not let stand beside it', () => {
  const ON_80 = '{name: also, port: 80, protocol: HTTP}';
  const meshWith = (...texts: string[]) =>
    meshOf([WORKLOADS, web('from: Same'), toBackend(), ...texts]);
  const [NEW, OLD] = ['1.31.0', '1.30.2'].map(version => istiod(version));

  it('is left out since istiod 1.31, which a finding tells', () => {
    const mesh = meshWith(set(ON_80), NEW);
    expect(portsOf(mesh)).toEqual([]);
    const { findings } = assessService(mesh, BACKEND);
    expect(findings).toContainEqual(
      expect.objectContaining({
        id: 'server-left-out',
        message: expect.stringContaining(
          'since listener http of Gateway default/web comes first',
        ),
      }),
    );
  });

  it('is served by an older istiod, and in doubt by one that is not known', () => {
    expect(portsOf(meshWith(set(ON_80), OLD))).toEqual([80]);
    for (const texts of [[], [NEW, OLD.replaceAll('istiod-0', 'istiod-1')]]) {
      expect(gatewayWays(meshWith(set(ON_80), ...texts))).toMatchObject([
        {
          state: 'unknown',
          reason: expect.stringContaining('listener also of ListenerSet'),
        },
      ]);
    }
  });

  it.each([
    ['another port', '{name: also, port: 8081, protocol: HTTP}', [8081]],
    [
      'a host',
      '{name: also, port: 80, protocol: HTTP, hostname: h.example.com}',
      [80],
    ],
    [
      'any host, in another way',
      '{name: also, port: 80, protocol: HTTP, hostname: ""}',
      [],
    ],
    ['TLS', '{name: also, port: 80, protocol: HTTPS, tls: {}}', []],
  ])('with %s: %s is served on %j', (_, listener, ports) => {
    expect(portsOf(meshWith(set(listener), NEW))).toEqual(ports);
  });

  const namesake = (listener: string) =>
    set(listener).replace('name: more', 'name: web');

  it.each([
    ['is left out', '{name: http, port: 80, protocol: TCP}'],
    ['is served', '{name: http, port: 81, protocol: TCP}'],
  ])(
    'makes one of its name unknown where Gateway and set have one as well, and it %s',
    (_, listener) => {
      const mesh = meshWith(toBackend('{name: web}'), namesake(listener), NEW);
      const unknown = {
        port: 80,
        state: 'unknown',
        reason: expect.stringContaining(
          'listener http of Gateway default/web and listener http of ListenerSet default/web have one name',
        ),
      };
      expect(gatewayWays(mesh)).toMatchObject([unknown]);
      const ofAnother = gateway('{name: also, port: 82, protocol: HTTP}', {
        name: 'other',
      });
      applyYaml(mesh, ofAnother);
      applyYaml(
        mesh,
        namesake(listener).replace('{name: web,', '{name: other,'),
      );
      expect(gatewayWays(mesh)).toMatchObject([unknown]);
    },
  );

  it('is no matter to one of another name where Gateway and set have one', () => {
    const listener = '{name: also, port: 81, protocol: TCP}';
    const mesh = meshWith(toBackend('{name: web}'), namesake(listener), NEW);
    expect(gatewayWays(mesh)).toMatchObject([{ port: 80, state: 'open' }]);
  });

  it('keeps no listener of a more general host from its routes', () => {
    const own = HTTP.replace('}', ', hostname: h.example.com}');
    const any = '{name: any, port: 80, protocol: HTTP}';
    const twice =
      '{name: twice, port: 80, protocol: HTTP, hostname: h.example.com}';
    const mesh = meshOf([
      WORKLOADS,
      gateway(own, { rest: 'allowedListeners: {namespaces: {from: Same}},' }),
      set(`${any}, ${twice}`),
      toBackend(),
      NEW,
    ]);
    const ask = matchRoute(mesh, PROXY, { port: 80, host: 'h.example.com' });
    expect(ask.kind).toBe('service');
  });

  it('of two ListenerSets the older is served, if that is known', () => {
    const extra = (name: string, created: string) =>
      set(ON_8081, { name, created });
    const ports = (own: string, other: string) =>
      gatewayWays(meshWith(extra('more', own), extra('other', other), NEW)).map(
        ({ port, state }) => `${port} ${state}`,
      );
    expect(ports('2025-01-01T00:00:00Z', '2026-01-01T00:00:00Z')).toEqual([
      '8081 open',
    ]);
    expect(ports('2026-01-01T00:00:00Z', '2025-01-01T00:00:00Z')).toEqual([]);
    expect(ports('', '')).toEqual(['8081 unknown']);
  });

  it('is not offered for a new route', () => {
    const tcp = '{name: bytes, port: 80, protocol: TCP}';
    const mesh = meshOf([WORKLOADS, gateway(`${tcp}, ${HTTP}`), NEW]);
    const offered = listRouteGateways(mesh, 'default');
    expect(offered.filter(({ by }) => by === 'gateway-api')).toEqual([]);
  });
});
