import { matchRoute } from '../..';
import {
  gateway,
  HTTP,
  PROXY,
  route,
  to,
} from '../../__testUtils__/gatewayApi';
import { gatewayWays } from '../../__testUtils__/gateways';
import { WORKLOADS } from '../../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../../__testUtils__/mesh';

const GOOD = `{${to('backend')}}`;
const mirror = (ref: string) =>
  `${to(
    'frontend',
  )} filters: [{type: RequestMirror, requestMirror: {backendRef: {${ref}}}}]`;
const header = (modifier: string, value: string) =>
  `{type: R${modifier.slice(
    1,
  )}, ${modifier}: {set: [{name: x, value: "${value}"}]}}`;
const HOSTNAME = 'kind: Hostname, group: networking.istio.io';

function meshWith(kind: string, rule: string, ...texts: string[]) {
  const rules = `${GOOD}, {${rule}}`;
  const listeners = /TCP|TLS/.test(kind)
    ? `{name: t, port: 80, protocol: ${kind.slice(0, 3)} ${
        kind === 'TLSRoute' ? ', tls: {mode: Passthrough}' : ''
      }}`
    : HTTP;
  return meshOf([
    WORKLOADS,
    gateway(listeners),
    route(rules, { kind, hosts: kind === 'TCPRoute' ? '' : 'h.example.com' }),
    ...texts,
  ]);
}

describe('a route with one rule that is', () => {
  it.each<[string, string, boolean]>([
    ['HTTPRoute', to('frontend'), true],
    ['HTTPRoute', to('frontend.default'), false],
    ['HTTPRoute', to('nobody'), true],
    ['HTTPRoute', 'backendRefs: [{name: frontend}]', false],
    ['HTTPRoute', 'backendRefs: [{name: frontend, weight: 0}]', true],
    ['HTTPRoute', 'backendRefs: [{name: a, kind: Other, group: x}]', true],
    [
      'HTTPRoute',
      'backendRefs: [{name: a.b, namespace: elsewhere, port: 80}]',
      true,
    ],
    [
      'HTTPRoute',
      `backendRefs: [{name: a.b, ${HOSTNAME}, namespace: default, port: 80}]`,
      false,
    ],
    ['HTTPRoute', `backendRefs: [{name: a.b, ${HOSTNAME}, port: 80}]`, true],
    ['HTTPRoute', `backendRefs: [{name: a.b, ${HOSTNAME}}]`, false],
    [
      'HTTPRoute',
      'backendRefs: [{name: a.b, kind: ServiceImport, group: multicluster.x-k8s.io, port: 80}]',
      true,
    ],
    ['HTTPRoute', mirror('name: a.b, port: 80'), true],
    ['HTTPRoute', mirror('name: frontend'), true],
    ['GRPCRoute', to('frontend'), true],
    ['GRPCRoute', to('frontend.default'), false],
    ['GRPCRoute', to('nobody'), true],
    ['GRPCRoute', mirror('name: frontend, port: 80'), true],
    ['GRPCRoute', mirror('name: frontend'), false],
    ['GRPCRoute', mirror('name: nobody, port: 80'), false],
    ['GRPCRoute', mirror('name: a, kind: Other, group: x, port: 80'), false],
    [
      'GRPCRoute',
      mirror('name: frontend, namespace: elsewhere, port: 80'),
      false,
    ],
    ['GRPCRoute', mirror(`name: a.b, ${HOSTNAME}, port: 80`), false],
    [
      'GRPCRoute',
      mirror(`name: frontend.default.svc.cluster.local, ${HOSTNAME}, port: 80`),
      true,
    ],
    ['TCPRoute', to('frontend'), true],
    ['TCPRoute', to('frontend.default'), false],
    ['TLSRoute', to('frontend'), true],
    ['TLSRoute', 'backendRefs: [{name: frontend}]', false],
  ])('%s {%s} leads to what another names: %s', (kind, rule, isKept) => {
    const ways = gatewayWays(meshWith(kind, rule));
    expect(ways).toHaveLength(isKept ? 1 : 0);
  });

  it.each([
    ['a\\tb', true],
    ['\\u00e9', true],
    ['a\\nb', false],
    ['\\u007f', false],
  ])('sets a header to %s: %s', (value, isKept) => {
    for (const kind of ['HTTPRoute', 'GRPCRoute']) {
      for (const modifier of [
        'requestHeaderModifier',
        'responseHeaderModifier',
      ]) {
        const filter = header(modifier, value);
        for (const rule of [
          `${to('frontend')} filters: [${filter}]`,
          `backendRefs: [{name: frontend, port: 80, filters: [${filter}]}]`,
        ]) {
          const ways = gatewayWays(meshWith(kind, rule));
          expect(ways).toHaveLength(isKept ? 1 : 0);
        }
      }
    }
  });

  it('leaves the host to other routes', () => {
    const bad = route(
      `{matches: [{path: {value: /x}}], ${to('frontend')}}, {${to('a.b')}}`,
      { created: '2025-01-01T00:00:00Z', name: 'bad' },
    );
    const mesh = meshOf([WORKLOADS, gateway(HTTP), route(GOOD), bad]);
    const match = () =>
      matchRoute(mesh, PROXY, { port: 80, host: 'h.example.com', path: '/x' });
    expect(match()).toMatchObject({ service: { name: 'backend' } });
    applyYaml(mesh, bad.replace('a.b', 'nobody'));
    expect(match()).toMatchObject({ service: { name: 'frontend' } });
  });

  it('is followed as Services come and ServiceEntries', () => {
    const name = 'www.example.com';
    const mesh = meshWith(
      'GRPCRoute',
      mirror(`name: ${name}, ${HOSTNAME}, port: 80`),
    );
    expect(gatewayWays(mesh)).toHaveLength(0);
    applyYaml(
      mesh,
      `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: www, namespace: default}
spec: {hosts: [${name}], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS}
`,
    );
    expect(gatewayWays(mesh)).toHaveLength(1);
  });
});
