import { Mesh, ProxyRequest } from '..';
import {
  gatewayWays,
  TO_BACKEND,
  to,
  virtualService,
  whereTo,
} from '../__testUtils__/gateways';
import { gateway, HTTP, route } from '../__testUtils__/gatewayApi';
import { WORKLOADS } from '../__testUtils__/handsOn';
import { istiod } from '../analyse/__testUtils__/build';
import { meshOf } from '../__testUtils__/mesh';

/** One server of a Gateway that was made in some year. */
const server = (
  name: string,
  text: string,
  { year = '', selector = 'istio: ingressgateway', namespace = 'default' } = {},
) => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: ${namespace} ${
  year && `, creationTimestamp: "${year}-01-01T00:00:00Z"`
}}
spec: {selector: {${selector}}, servers: [{${text}}]}
`;
const http = (hosts: string, rest = '') =>
  `port: {number: 80, name: http, protocol: HTTP}, hosts: [${hosts}] ${rest}`;
const https = (hosts: string, port = 443) =>
  `port: {number: ${port}, name: https, protocol: HTTPS}, hosts: [${hosts}], tls: {mode: SIMPLE, credentialName: c}`;
const redirecting = (hosts: string) =>
  http(hosts, ', tls: {httpsRedirect: true}');
const bound = (name: string, hosts: string, leading: string) =>
  virtualService(`{${leading}}`, {
    name: `at-${name}`,
    rest: `hosts: [${hosts}], gateways: [${name}],`,
  });
const TO_FRONTEND = to('frontend');

/** Where requests go: the state of the way in to the backend says less. */
const asked = (mesh: Mesh, request: Partial<ProxyRequest>) =>
  whereTo(mesh, request);
const hostsOf = (mesh: Mesh) => gatewayWays(mesh).map(({ host }) => host);

describe('a server with TLS one of whose hosts an older server has', () => {
  it.each([
    ['of HTTPS', https, { port: 8443, sni: 'b.test' }],
    ['that redirects', redirecting, { port: 8080 }],
  ])('is left out with all its hosts: %s', (_, serve, request) => {
    const isHttps = serve === https;
    const mesh = (second: string) =>
      meshOf([
        WORKLOADS,
        server('ga', serve('a.test'), { year: '2024' }),
        server('gb', serve(second), { year: '2025' }),
        server('gc', isHttps ? serve('"*"') : http('"*"'), { year: '2026' }),
        bound('gc', '"*"', TO_BACKEND),
        bound('gb', 'b.test', TO_FRONTEND),
      ]);
    const ask = { host: 'b.test', ...request };
    expect(asked(mesh('a.test, b.test'), ask)).toBe('backend');
    expect(asked(mesh('b.test'), ask)).toBe(isHttps ? 'frontend' : 'redirect');
  });

  it('takes no name from a younger one where it is for any name as well', () => {
    const mesh = (first: string) =>
      meshOf([
        WORKLOADS,
        server('ga', https(first), { year: '2024' }),
        server('gb', https('"*.b.test"'), { year: '2025' }),
        bound('ga', '"*"', TO_FRONTEND),
        bound('gb', '"*"', TO_BACKEND),
      ]);
    const request = { port: 8443, host: 'a.b.test', sni: 'a.b.test' };
    expect(asked(mesh('a.b.test'), request)).toBe('frontend');
    expect(asked(mesh('"*", a.b.test'), request)).toBe('backend');
  });

  it('is no way in', () => {
    const mesh = (year: string) =>
      meshOf([
        WORKLOADS,
        server('ga', https('a.test, x.test'), { year: '2024' }),
        server('gb', https('x.test, b.test'), { year }),
        bound('gb', 'b.test', TO_BACKEND),
      ]);
    expect(hostsOf(mesh('2025'))).toEqual([]);
    expect(hostsOf(mesh('2023'))).toEqual(['b.test']);
  });

  it.each([
    [
      'for the routes of another namespace',
      https('"other/x.test", b.test'),
      ['b.test'],
    ],
    [
      'at another address',
      `${https('x.test, b.test')}, bind: 10.0.0.1`,
      ['b.test'],
    ],
    ['on another port', https('x.test, b.test', 8444), ['b.test']],
  ])('is served: %s', (_, text, expected) => {
    const mesh = meshOf([
      WORKLOADS,
      server('ga', https('x.test'), { year: '2024' }),
      server('gb', text, { year: '2025' }),
      bound('gb', 'b.test', TO_BACKEND),
    ]);
    expect(hostsOf(mesh)).toEqual(expected);
  });

  it('keeps its hosts from a third one all the same only where it is served', () => {
    const mesh = meshOf([
      WORKLOADS,
      server('ga', https('x.test'), { year: '2023' }),
      server('gb', https('x.test, b.test'), { year: '2024' }),
      server('gc', https('b.test'), { year: '2025' }),
      bound('gc', 'b.test', TO_BACKEND),
    ]);
    expect(hostsOf(mesh)).toEqual(['b.test']);
  });

  it('is in doubt where nobody knows which is older', () => {
    const mesh = meshOf([
      WORKLOADS,
      server('ga', https('x.test')),
      server('gb', https('x.test, b.test'), { year: '2025' }),
      bound('gb', 'b.test', TO_BACKEND),
    ]);
    expect(gatewayWays(mesh)).toMatchObject([
      {
        host: 'b.test',
        state: 'unknown',
        reason: expect.stringMatching(/default\/ga.*default\/gb/),
      },
    ]);
  });
});

describe('servers of several protocols on one port', () => {
  const onPort = (protocol: string, rest = '') =>
    `port: {number: 443, name: x, protocol: ${protocol}}, hosts: [h.test] ${rest}`;
  const SIMPLE = ', tls: {mode: SIMPLE, credentialName: c}';
  const both = (older: string, younger: string) =>
    meshOf([
      WORKLOADS,
      server('ga', older, { year: '2024' }),
      server('gb', younger, { year: '2025' }),
      bound('ga', 'h.test', TO_FRONTEND),
      bound('gb', 'h.test', TO_BACKEND),
      virtualService(`{${TO_BACKEND}}`, {
        name: 'tcp',
        layer: 'tcp',
        rest: 'hosts: [h.test], gateways: [gb],',
      }),
    ]);

  it.each([
    ['HTTPS after HTTP', onPort('HTTP'), onPort('HTTPS', SIMPLE)],
    ['TLS after TCP', onPort('TCP'), onPort('TLS', SIMPLE)],
    ['TCP after HTTP', onPort('HTTP'), onPort('TCP')],
    ['HTTP after TCP', onPort('TCP'), onPort('HTTP')],
    ['TCP after TCP', onPort('TCP'), onPort('TCP')],
  ])('the younger is left out: %s', (_, older, younger) => {
    const mesh = both(older, younger);
    expect(gatewayWays(mesh)).toEqual([]);
    const isHttp = older === onPort('HTTP');
    expect(asked(mesh, { port: 8443 })).toBe(isHttp ? 'frontend' : 'not-found');
  });

  it.each([
    ['GRPC after HTTP', onPort('HTTP'), onPort('GRPC'), 'open'],
    ['TCP after TLS', onPort('TLS', SIMPLE), onPort('TCP'), 'open'],
    ['HTTP after HTTPS', onPort('HTTPS', SIMPLE), onPort('HTTP'), 'unknown'],
  ])('both are served: %s', (_, older, younger, state) => {
    const ways = gatewayWays(both(older, younger));
    expect(ways.map(way => way.gateway?.name)).toEqual(['gb']);
    expect(ways[0].state).toBe(
      // The older VirtualService has all requests of plain HTTP.
      older === onPort('HTTP') ? 'unknown' : state,
    );
  });
});

describe('servers of an address of their own', () => {
  const mesh = (bind: string, other = '') =>
    meshOf([
      WORKLOADS,
      server('ga', http('"*"', `, bind: "${bind}"`), { year: '2024' }),
      server('gb', http('"*"', other), { year: '2025' }),
      bound('ga', 'h.test', TO_FRONTEND),
      bound('gb', 'h.test', TO_BACKEND),
    ]);

  it.each(['127.0.0.1', '10.0.0.1', '::1'])(
    'have listeners of their own: %s',
    bind => {
      expect(asked(mesh(bind), {})).toBe('backend');
      expect(gatewayWays(mesh(bind))).toMatchObject([{ state: 'open' }]);
    },
  );

  it('lead to nobody knows whom', () => {
    const [way, ...others] = gatewayWays(mesh('', ', bind: 127.0.0.1'));
    expect(others).toEqual([]);
    expect(way).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('listens on address 127.0.0.1 alone'),
    });
  });

  it('may be every address, too', () => {
    const alone = meshOf([
      WORKLOADS,
      server('gb', http('"*"', ', bind: 0.0.0.0')),
      bound('gb', 'h.test', TO_BACKEND),
    ]);
    expect(gatewayWays(alone)).toMatchObject([{ state: 'open' }]);
    expect(asked(mesh('0.0.0.0'), {})).toBe('unknown');
  });
});

describe('a Gateway that selects proxies that Istio makes for the Gateway API', () => {
  const selector = 'gateway.networking.k8s.io/gateway-name: web';
  const meshWith = (namespace: string, ...texts: string[]) =>
    meshOf([
      WORKLOADS,
      gateway(HTTP, { created: '2026-01-01T00:00:00Z' }),
      route('{backendRefs: [{name: backend, port: 80}]}'),
      server('old', http('"*"'), { selector, namespace, year: '2025' }),
      virtualService(`{${to('frontend.default.svc.cluster.local')}}`, {
        rest: `hosts: [h.example.com], gateways: [${namespace}/old],`,
      }),
      ...texts,
    ]);
  const states = (mesh: Mesh) => gatewayWays(mesh).map(({ state }) => state);

  it('from another namespace is not served since istiod 1.31', () => {
    expect(states(meshWith('other', istiod('1.31.0')))).toEqual(['open']);
  });

  it.each([
    ['an older istiod', ['1.30.0']],
    ['istiods of both lines', ['1.30.0', '1.31.0']],
    ['no known istiod', []],
  ])('from another namespace is in doubt by %s', (_, versions) => {
    const [way] = gatewayWays(
      meshWith(
        'other',
        ...versions.map(version =>
          istiod(version).replace('istiod-0', `istiod-${version}`),
        ),
      ),
    );
    expect(way).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('Gateway other/old'),
    });
  });

  it('from another namespace is served where istiod is told so', () => {
    const strict = 'name: PILOT_ENABLE_STRICT_GATEWAY_MERGING';
    const ways = (env: string) =>
      gatewayWays(
        meshWith('other', istiod('1.31.0', '', `{${strict}, ${env}}`)),
      );
    expect(ways('value: "true"').map(({ state }) => state)).toEqual(['open']);
    expect(ways('value: "false"')[0].reason).toMatch('No request was found');
    expect(ways('valueFrom: {}')).toMatchObject([
      {
        state: 'unknown',
        reason: expect.stringContaining('Gateway other/old'),
      },
    ]);
  });

  it('keeps no other server from its port while it is in doubt', () => {
    const tcp = 'port: {number: 80, name: tcp, protocol: TCP}, hosts: ["*"]';
    const older = server('a', tcp, { selector, namespace: 'other' });
    const texts = [
      WORKLOADS,
      gateway(HTTP),
      route('{backendRefs: [{name: backend, port: 80}]}'),
    ];
    expect(states(meshOf([...texts, older]))).toEqual(['unknown']);
    const own = older.replace('namespace: other', 'namespace: default');
    expect(states(meshOf([...texts, own, istiod('1.30.0')]))).toEqual([
      'unknown',
    ]);
  });

  it('of the same namespace is served', () => {
    const [way] = gatewayWays(meshWith('default', istiod('1.31.0')));
    expect(way.reason).toMatch('No request was found');
  });
});
