import { assessService, matchRoute, Mesh } from '../..';
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
  } = {},
) => `
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: {name: ${name}, namespace: ${namespace}}
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
