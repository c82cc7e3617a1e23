import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { matchRoute, Mesh, parseObjects } from '../../lab/compare/engine.ts';
import { parseManifests, type Manifest } from '../../lab/kube.ts';
import { eventually, openHarness, type Harness } from './support.ts';

const GATEWAY = { namespace: 'default', name: 'backend-api' };

/** Everything goes to one workload, which answers with the header that tells the rule. */
const rule = (name: string, matches: string, filters = '') => `
  - matches: [${matches}]
    filters:
    - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-rule, value: ${name}}]}}${filters}
    backendRefs: [{name: backend, port: 80}]`;
const path = (type: string, value: string) =>
  `path: {type: ${type}, value: "${value}"}`;
const rewrite = (to: string) =>
  `\n    - {type: URLRewrite, urlRewrite: {path: {${to}}}}`;

const route = (
  kind: string,
  name: string,
  host: string,
  rules: string,
  section = 'any',
) => `
apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata: {name: ${name}, namespace: ${GATEWAY.namespace}}
spec:
  parentRefs: [{name: ${GATEWAY.name}, sectionName: ${section}}]
  hostnames: ["${host}"]
  rules:${rules}
`;

const OBJECTS = [
  `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: ${GATEWAY.name}, namespace: ${GATEWAY.namespace}}
spec:
  gatewayClassName: istio
  listeners:
  - {name: any, port: 80, protocol: HTTP}
  - {name: wide, port: 80, protocol: HTTP, hostname: "*.split.example"}
  - {name: own, port: 80, protocol: HTTP, hostname: one.split.example}
`,
  route(
    'HTTPRoute',
    'paths',
    'paths.example',
    [
      rule('prefix', `{${path('PathPrefix', '/api/')}}`),
      rule('exact', `{${path('Exact', '/api')}}`),
      rule('longer', `{${path('PathPrefix', '/api/long')}}`),
      rule('regex', `{${path('RegularExpression', '/re.*')}}`),
      rule('over-regex', `{${path('PathPrefix', '/re/x')}}`),
      rule(
        'more',
        `{${path('PathPrefix', '/m')}, method: POST}, {${path(
          'PathPrefix',
          '/m',
        )}, headers: [{name: X-A, value: v}]}, {${path(
          'PathPrefix',
          '/m',
        )}, queryParams: [{name: q, value: "1"}]}`,
      ),
      rule('less', `{${path('PathPrefix', '/m')}}`),
      rule(
        'rewritten',
        `{${path('PathPrefix', '/w')}}`,
        rewrite('type: ReplacePrefixMatch, replacePrefixMatch: /v1'),
      ),
      rule(
        'removed',
        `{${path('PathPrefix', '/r')}}`,
        rewrite('type: ReplacePrefixMatch, replacePrefixMatch: /'),
      ),
      rule(
        'replaced',
        `{${path('PathPrefix', '/f')}}`,
        rewrite('type: ReplaceFullPath, replaceFullPath: /full'),
      ),
      `
  - matches: [{${path('PathPrefix', '/none')}}]
    backendRefs: [{name: backend, port: 80, weight: 0}]
  - matches: [{${path('PathPrefix', '/elsewhere')}}]
    backendRefs: [{name: reports, namespace: ambient, port: 80}]
  - matches: [{${path('PathPrefix', '/moved')}}]
    filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}]`,
    ].join(''),
  ),
  route(
    'HTTPRoute',
    'younger',
    'paths.example',
    rule('younger', `{${path('PathPrefix', '/api/longer')}}`),
  ),
  route(
    'HTTPRoute',
    'wide',
    'one.split.example',
    rule('wide', `{${path('PathPrefix', '/')}}`),
    'wide',
  ),
  route(
    'HTTPRoute',
    'star',
    '*.star.example',
    rule('star', `{${path('PathPrefix', '/')}}`),
  ),
  route(
    'HTTPRoute',
    'narrow',
    'one.star.example',
    rule('narrow', `{${path('PathPrefix', '/only')}}`),
  ),
  route(
    'GRPCRoute',
    'calls',
    'grpc.example',
    [
      rule('service', '{method: {service: s.S}}'),
      rule('method', '{method: {service: s.S, method: M}}'),
      rule('any-service', '{method: {method: N}}'),
    ].join(''),
  ),
].join('---');

interface Case {
  host?: string;
  path: string;
  method?: string;
  headers?: Record<string, string>;
  /** Rule that answers, or status where none does. */
  answer: string | number;
  /** Path as the workload sees it. */
  seen?: string;
}

const CASES: Case[] = [
  { path: '/api', answer: 'exact' },
  { path: '/api?x=1', answer: 'exact' },
  { path: '/api/', answer: 'prefix' },
  { path: '/api/x', answer: 'prefix' },
  { path: '/apix', answer: 404 },
  { path: '/api/long', answer: 'longer' },
  { path: '/api/longx', answer: 'prefix' },
  { path: '/api/longer/x', answer: 'younger' },
  { path: '/rex', answer: 'regex' },
  { path: '/re/x/y', answer: 'over-regex' },
  { path: '/re/xx', answer: 'regex' },
  { path: '/m', answer: 'less' },
  { path: '/m', method: 'POST', answer: 'more' },
  { path: '/m', headers: { 'x-a': 'v' }, answer: 'more' },
  { path: '/m?q=1', answer: 'more' },
  { path: '/w', answer: 'rewritten', seen: '/v1' },
  { path: '/w/', answer: 'rewritten', seen: '/v1/' },
  { path: '/w/x', answer: 'rewritten', seen: '/v1/x' },
  { path: '/r', answer: 'removed', seen: '/' },
  { path: '/r/x', answer: 'removed', seen: '/x' },
  { path: '/f/x?y=1', answer: 'replaced', seen: '/full?y=1' },
  { path: '/none', answer: 500 },
  { path: '/elsewhere', answer: 500 },
  { path: '/moved/x', answer: 301 },
  { path: '/', answer: 404 },
  { host: 'PATHS.example:99', path: '/api', answer: 'exact' },
  { host: 'one.split.example', path: '/', answer: 404 },
  { host: 'one.star.example', path: '/', answer: 404 },
  { host: 'one.star.example', path: '/only', answer: 'narrow' },
  { host: 'two.star.example', path: '/', answer: 'star' },
  { host: 'star.example', path: '/', answer: 404 },
  { host: 'grpc.example', path: '/s.S/Other', answer: 'service' },
  { host: 'grpc.example', path: '/s.S/M', answer: 'method' },
  { host: 'grpc.example', path: '/t.T/N', answer: 'any-service' },
  { host: 'grpc.example', path: '/t.T/O', answer: 404 },
];

describe(
  'routes of the Gateway API, at Envoy and in the engine',
  { skip: Boolean(process.env.LAB_KUBECONFIG) },
  () => {
    let h: Harness;
    let objects: Manifest[];
    const ask = ({ host = 'paths.example', ...request }: Case) =>
      h.lab.ask(h.lab.gateways.gatewayApi, request.path, {
        host,
        method: request.method,
        headers: request.headers,
      });

    before(async () => {
      h = await openHarness();
      objects = parseManifests(OBJECTS);
      await h.apply(...objects);
      for (const at of ['/api', '/moved'])
        await eventually(
          () => ask({ path: at, answer: '' }),
          at === '/api' ? 200 : 301,
        );
      for (const host of ['grpc.example', 'one.star.example'])
        await eventually(
          () =>
            ask({
              host,
              path: host.startsWith('g') ? '/s.S/M' : '/only',
              answer: '',
            }),
          200,
        );
    });
    after(() => h.cleanUp());

    for (const item of CASES) {
      const { host = 'paths.example', answer, seen } = item;
      const name = `${item.method ?? 'GET'} ${host}${
        item.path
      } ${JSON.stringify(item.headers ?? {})}`;
      test(`${name}: ${answer}`, async () => {
        const real = await ask(item);
        if (typeof answer === 'number') assert.equal(real.status, answer);
        else {
          const echo = JSON.parse(real.body);
          assert.equal(String(echo.headers['x-rule']), answer);
          if (seen) assert.equal(echo.path, seen);
        }
        assert.deepEqual(await decideByEngine(item), engineAnswer(answer));
      });
    }

    async function decideByEngine(item: Case) {
      const mesh = new Mesh();
      const services = await h.lab.kube.list('/api/v1/services');
      const pods = await h.lab.kube.list('/api/v1/pods');
      const { resources } = parseObjects([
        ...objects,
        ...services.map(object => ({
          ...object,
          apiVersion: 'v1',
          kind: 'Service',
        })),
        ...pods.map(object => ({ ...object, apiVersion: 'v1', kind: 'Pod' })),
      ]);
      resources.forEach(resource => mesh.apply(resource));
      const proxy = {
        kind: 'gateway' as const,
        namespace: GATEWAY.namespace,
        name: `${GATEWAY.name}-istio`,
        labels: { 'gateway.networking.k8s.io/gateway-name': GATEWAY.name },
      };
      const { host = 'paths.example', path: at, method, headers } = item;
      const match = matchRoute(mesh, proxy, {
        port: 80,
        host,
        path: at,
        method,
        headers,
      });
      return match.kind === 'redirect' || match.kind === 'direct-response'
        ? { kind: match.kind, status: match.status }
        : { kind: match.kind };
    }
  },
);

function engineAnswer(answer: string | number) {
  if (answer === 404) return { kind: 'not-found' };
  if (answer === 301) return { kind: 'redirect', status: 301 };
  return typeof answer === 'number'
    ? { kind: 'direct-response', status: answer }
    : { kind: 'service' };
}
