import {
  gatewayWays,
  gatewayYaml,
  virtualService,
} from '../__testUtils__/gateways';
import { WORKLOADS } from '../__testUtils__/handsOn';
import { meshOf } from '../__testUtils__/mesh';

const SERVICE = `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default}
spec: {selector: {app: backend}, ports: [{name: http, port: 80, targetPort: 8080}, {name: http-b, port: 81, targetPort: 8081}]}
`;
const server = (
  hosts = '"*"',
  port = 'number: 80, name: http, protocol: HTTP',
  rest = '',
) => gatewayYaml(`{port: {${port}}, hosts: [${hosts}] ${rest}}`);
const routes = (
  http: string,
  {
    hosts = 'h.test',
    gateways = 'default/gw',
    namespace = 'default',
    rest = '',
    layer = 'http',
  } = {},
) =>
  virtualService(http, {
    namespace,
    layer,
    rest: `hosts: [${hosts}], gateways: [${gateways}], ${rest}`,
  });
const FULL = 'backend.default.svc.cluster.local';
const destination = (port: number | undefined = 80, host = FULL) =>
  `destination: {host: ${host} ${port ? `, port: {number: ${port}}` : ''}}`;
const to = (port?: number, rest = '') =>
  `{route: [{${destination(port)}}] ${rest && `, ${rest}`}}`;
const match = (...items: string[]) => `match: [${items}]`;

/** `protocol://host:port paths`, where the port is that of the Service. */
const leads = (...texts: string[]) =>
  gatewayWays(meshOf([WORKLOADS, SERVICE, ...texts])).map(way =>
    [
      `${way.protocol}://${way.host}:${way.destination?.port}`,
      ...way.paths,
    ].join(' '),
  );

describe('hosts of a server that lead to a Service', () => {
  it.each<[string, string, Parameters<typeof routes>[1], string[]]>([
    ['"*"', 'one', {}, ['h.test']],
    ['"*"', 'several', { hosts: 'a.x, b.x' }, ['a.x', 'b.x']],
    ['"*"', 'by a short name', { hosts: 'a' }, [FULL.replace('backend', 'a')]],
    ['a', 'by a short name, which stands for another', { hosts: 'a' }, []],
    [
      '"*"',
      'by an address',
      { hosts: '"fd00::1", 10.0.0.1' },
      ['fd00::1', '10.0.0.1'],
    ],
    ['a.x', 'of a wildcard', { hosts: '"*.x"' }, ['a.x']],
    ['"*.x"', 'of a wildcard of both', { hosts: '"*.y.x"' }, ['*.y.x']],
    ['"*.x"', 'that the server has not', { hosts: 'a.y' }, []],
    ['"*.x"', 'of some', { hosts: 'a.y, a.x' }, ['a.x']],
    ['a.x', 'in another case', { hosts: 'A.X' }, []],
    ['A.X', 'in another case there', { hosts: 'a.x' }, []],
    ['A.X', 'in the same case', { hosts: 'A.X' }, ['a.x']],
    ['"*.x"', 'in a case of their own', { hosts: 'A.x' }, ['a.x']],
    ['a.x, b.x', 'of all', { hosts: '"*"' }, ['a.x', 'b.x']],
    [
      'a.x, "*.x"',
      'that two server hosts have once',
      { hosts: 'a.x' },
      ['a.x'],
    ],
    ['default/h.test', 'of that namespace', {}, ['h.test']],
    ['other/h.test', 'of another namespace', {}, []],
    ['./h.test', 'of the own namespace', {}, ['h.test']],
    ['./h.test', 'not of the own namespace', { namespace: 'other' }, []],
    [
      'other/h.test',
      'of a named namespace',
      { namespace: 'other' },
      ['h.test'],
    ],
    ['"*/h.test"', 'of any namespace', { namespace: 'other' }, ['h.test']],
    ['"*"', 'exported to all', { rest: 'exportTo: ["*"],' }, ['h.test']],
    ['"*"', 'exported to nobody', { rest: 'exportTo: [.],' }, []],
    [
      '"*"',
      'exported to the proxy',
      { rest: 'exportTo: [., istio-system],' },
      ['h.test'],
    ],
    ['"*"', 'exported to others', { rest: 'exportTo: [default, x],' }, []],
    ['"*"', 'of another gateway', { gateways: 'default/other' }, []],
    ['"*"', 'of a gateway by a short name', { gateways: 'gw' }, ['h.test']],
    ['"*"', 'of the own namespace by a dot', { gateways: './gw' }, ['h.test']],
    ['"*"', 'of the mesh too', { gateways: 'mesh, gw' }, ['h.test']],
    ['"*"', 'of the mesh alone', { gateways: 'mesh' }, []],
    [
      '"*"',
      'of another namespace by a short name',
      { gateways: 'gw', namespace: 'other' },
      [],
    ],
  ])('[%s]: %s', (hosts, _, options, expected) => {
    expect(leads(server(hosts), routes(to(80), options))).toEqual(
      expected.map(host => `http://${host}:80`),
    );
  });
});

describe('HTTP routes that lead to a Service', () => {
  const OTHER = destination(80, 'frontend.default.svc.cluster.local');
  const mine = (rest = '') => `{${destination()} ${rest}}`;

  it.each<[string, string, string[]]>([
    ['to one port', to(81), ['81']],
    ['to two ports', `${to(80)}, ${to(81)}`, ['80', '81']],
    ['by a short name', `{route: [{${destination(80, 'backend')}}]}`, ['80']],
    ['to others', `{route: [{${OTHER}}]}`, []],
    [
      'with a share',
      `{route: [${mine(', weight: 1')}, {${OTHER}, weight: 99}]}`,
      ['80'],
    ],
    [
      'with no share',
      `{route: [${mine(', weight: 0')}, {${OTHER}, weight: 100}]}`,
      [],
    ],
    ['with no share said', `{route: [${mine()}, {${OTHER}, weight: 100}]}`, []],
    // Of a single destination Istio reads no weight.
    ['alone, whatever its share', `{route: [${mine(', weight: 0')}]}`, ['80']],
    [
      'with copies',
      `{route: [{${OTHER}}], mirror: {host: ${FULL}, port: {number: 81}}}`,
      ['81'],
    ],
    [
      'with copies of copies',
      `{route: [{${OTHER}}], mirrors: [{${OTHER}}, {${destination(81)}}]}`,
      ['81'],
    ],
    [
      'with copies for others',
      `{route: [{${OTHER}}], mirror: {host: frontend.default.svc.cluster.local}}`,
      [],
    ],
    ['with a redirect', '{redirect: {uri: /x}}', []],
    ['with an answer', '{directResponse: {status: 200}}', []],
    ['at a path', to(80, match('{uri: {exact: /a}}')), ['80 /a']],
    ['below a path', to(80, match('{uri: {prefix: /a}}')), ['80 /a*']],
    ['at any path', to(80, match('{uri: {prefix: /}}')), ['80']],
    ['at a pattern', to(80, match('{uri: {regex: /a.b}}')), ['80 ~/a.b']],
    [
      'at several paths',
      to(80, match('{uri: {exact: /a}}', '{uri: {prefix: /b}}')),
      ['80 /a /b*'],
    ],
    [
      'by several routes',
      `${to(80, match('{uri: {exact: /a}}'))}, ${to(
        80,
        match('{uri: {exact: /b}}'),
      )}`,
      ['80 /a /b'],
    ],
    [
      'at a path and everywhere',
      to(80, match('{uri: {exact: /a}}', '{method: {exact: GET}}')),
      ['80'],
    ],
    [
      'at a path first, then everywhere',
      `${to(80, match('{uri: {exact: /a}}'))}, ${to(80)}`,
      ['80'],
    ],
    [
      'everywhere for a method, then at a path',
      `${to(80, match('{method: {exact: GET}}'))}, ${to(
        80,
        match('{uri: {exact: /a}}'),
      )}`,
      ['80'],
    ],
    [
      'at other paths to other ports',
      `${to(80, match('{uri: {exact: /a}}'))}, ${to(81)}`,
      ['80 /a', '81'],
    ],
    ['at this gateway', to(80, match('{gateways: [gw]}')), ['80']],
    ['at another gateway', to(80, match('{gateways: [other]}')), []],
    [
      'at one of two gateways',
      to(80, match('{gateways: [other, default/gw]}')),
      ['80'],
    ],
    ['in the mesh', to(80, match('{gateways: [mesh]}')), []],
    ['at this port', to(80, match('{port: 80}')), ['80']],
    ['at another port', to(80, match('{port: 8080}')), []],
    [
      'at a path of this gateway',
      to(
        80,
        match(
          '{gateways: [other], uri: {exact: /a}}',
          '{gateways: [gw], uri: {exact: /b}}',
        ),
      ),
      ['80 /b'],
    ],
  ])('%s', (_, http, expected) => {
    expect(leads(server(), routes(http))).toEqual(
      expected.map(lead => `http://h.test:${lead}`),
    );
  });

  it.each<[string, number, string, (number | undefined)[]]>([
    ['the only one', 8080, '', [80]],
    ['of several that of the server', 80, SERVICE, [80]],
    ['of several that of the server', 81, SERVICE, [81]],
    ['none that the Service has not', 8080, SERVICE, []],
  ])('without a port: %s, at %s', (_, port, service, expected) => {
    const ways = gatewayWays(
      meshOf([
        WORKLOADS,
        service,
        server('"*"', `number: ${port}, name: http, protocol: HTTP`),
        routes(`{route: [{destination: {host: ${FULL}}}]}`),
      ]),
    );
    expect(ways.map(way => way.destination?.port)).toEqual(expected);
    expect(ways.map(({ state }) => state)).toEqual(expected.map(() => 'open'));
  });

  it('without a port, of TCP', () => {
    const tcp = server('"*"', 'number: 81, name: tcp, protocol: TCP');
    const route = `{route: [{destination: {host: ${FULL}}}]}`;
    expect(leads(tcp, routes(route, { layer: 'tcp', hosts: '"*"' }))).toEqual([
      'tcp://*:81',
    ]);
  });
});

describe('routes of other servers that lead to a Service', () => {
  const PASS = server(
    '"*"',
    'number: 443, name: tls, protocol: TLS',
    ', tls: {mode: PASSTHROUGH}',
  );
  const TCP = server('"*"', 'number: 9000, name: tcp, protocol: TCP');
  const ENDED = server(
    '"*"',
    'number: 9443, name: tls, protocol: TLS',
    ', tls: {mode: SIMPLE, credentialName: c}',
  );
  const HTTPS = server(
    '"*"',
    'number: 443, name: https, protocol: HTTPS',
    ', tls: {mode: SIMPLE, credentialName: c}',
  );
  const tls = (...matches: string[]) =>
    routes(to(80, match(...matches)), { layer: 'tls', hosts: '"*"' });
  const tcp = (rest = '', hosts = '"*"') =>
    routes(to(80, rest), { layer: 'tcp', hosts });

  it.each<[string, string, string, string[]]>([
    ['TLS, by its name', PASS, tls('{sniHosts: [a]}'), ['tls://a:80']],
    [
      'TLS, by two names',
      PASS,
      tls('{sniHosts: [a, b]}'),
      ['tls://a:80', 'tls://b:80'],
    ],
    [
      'TLS, by one name said twice',
      PASS,
      tls('{sniHosts: [a]}', '{sniHosts: [a]}'),
      ['tls://a:80'],
    ],
    [
      'TLS, by the names for its port',
      PASS,
      tls('{sniHosts: [a], port: 443}', '{sniHosts: [b], port: 444}'),
      ['tls://a:80'],
    ],
    [
      'TLS, by the names for its gateway',
      PASS,
      tls('{sniHosts: [a], gateways: [gw]}', '{sniHosts: [b], gateways: [x]}'),
      ['tls://a:80'],
    ],
    ['TLS, and the routes are for TCP', PASS, tcp(), []],
    ['TLS, and the routes are for HTTP', PASS, routes(to(80)), []],
    ['TCP', TCP, tcp(), ['tcp://*:80']],
    ['TCP, by its host', TCP, tcp('', 'h.test'), ['tcp://h.test:80']],
    ['TCP, for its port', TCP, tcp(match('{port: 9000}')), ['tcp://*:80']],
    ['TCP, for another port', TCP, tcp(match('{port: 1}')), []],
    ['TCP, for another gateway', TCP, tcp(match('{gateways: [x]}')), []],
    ['TCP, and the routes are for TLS', TCP, tls('{sniHosts: [a]}'), []],
    ['TLS that it ends', ENDED, tcp(), ['tls://*:80']],
    ['TLS that it ends, as names', ENDED, tls('{sniHosts: [a]}'), []],
    ['HTTPS', HTTPS, routes(to(80)), ['https://h.test:80']],
    ['HTTPS, and the routes are for TCP', HTTPS, tcp(), []],
    [
      'HTTPS that it passes on',
      server(
        '"*"',
        'number: 443, name: https, protocol: HTTPS',
        ', tls: {mode: PASSTHROUGH}',
      ),
      tls('{sniHosts: [a]}'),
      ['tls://a:80'],
    ],
    ...['{}', '{credentialName: c}'].flatMap(set =>
      ['HTTPS', 'TLS'].map((protocol): [string, string, string, string[]] => [
        `${protocol} that says no mode, which is to pass on: ${set}`,
        server(
          '"*"',
          `number: 443, name: x, protocol: ${protocol}`,
          `, tls: ${set}`,
        ),
        `${routes(to(80))}---${tls('{sniHosts: [a]}').replace(
          'name: vs',
          'name: tls',
        )}`,
        ['tls://a:80'],
      ]),
    ),
    ...['PASSTHROUGH', 'AUTO_PASSTHROUGH', 'SIMPLE'].map(
      (mode): [string, string, string, string[]] => [
        `HTTP, whatever it says of TLS: ${mode}`,
        server(
          '"*"',
          'number: 80, name: http, protocol: HTTP',
          `, tls: {mode: ${mode}}`,
        ),
        routes(to(80)),
        ['http://h.test:80'],
      ],
    ),
    [
      'what only other networks use',
      server(
        '"*"',
        'number: 443, name: tls, protocol: TLS',
        ', tls: {mode: AUTO_PASSTHROUGH}',
      ),
      tls('{sniHosts: [a]}'),
      [],
    ],
    [
      'redirects',
      server(
        '"*"',
        'number: 80, name: http, protocol: HTTP',
        ', tls: {httpsRedirect: true}',
      ),
      routes(to(80)),
      [],
    ],
    [
      'no redirects',
      server(
        '"*"',
        'number: 80, name: http, protocol: HTTP',
        ', tls: {httpsRedirect: false}',
      ),
      routes(to(80)),
      ['http://h.test:80'],
    ],
    ...['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB', 'HTTP_PROXY', 'http2'].map(
      (protocol): [string, string, string, string[]] => [
        protocol,
        server('"*"', `number: 80, name: x, protocol: ${protocol}`),
        `${routes(to(80))}---${tcp().replace('name: vs', 'name: tcp')}`,
        ['http://h.test:80'],
      ],
    ),
    ...['TCP', 'tcp', 'MONGO'].map(
      (protocol): [string, string, string, string[]] => [
        protocol,
        server('"*"', `number: 80, name: x, protocol: ${protocol}`),
        `${routes(to(80))}---${tcp().replace('name: vs', 'name: tcp')}`,
        ['tcp://*:80'],
      ],
    ),
    [
      'TCP in TLS that it ends',
      server(
        '"*"',
        'number: 80, name: x, protocol: TCP',
        ', tls: {mode: SIMPLE, credentialName: c}',
      ),
      tcp(),
      ['tls://*:80'],
    ],
    [
      'TCP with no share',
      TCP,
      routes(
        `{route: [{${destination()}, weight: 0}, {${destination(
          80,
          'frontend',
        )}, weight: 100}]}`,
        { layer: 'tcp' },
      ),
      [],
    ],
    [
      'TCP to others',
      TCP,
      routes(`{route: [{${destination(80, 'frontend')}}]}`, { layer: 'tcp' }),
      [],
    ],
  ])('%s', (_, gateway, route, expected) => {
    expect(leads(gateway, route)).toEqual(expected);
  });
});
