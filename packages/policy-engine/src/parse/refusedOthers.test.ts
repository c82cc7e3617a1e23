import { parseYaml } from '..';

function refusals(apiVersion: string, kind: string, spec: string, meta = '') {
  const text = `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: x, namespace: shop${meta}}, spec: {${spec}}}`;
  return parseYaml(text).errors.map(({ path }) => path);
}

const route = (inner: string) => `parentRefs: [{name: g}], ${inner}`;
const match = (inner: string) => route(`rules: [{matches: [{${inner}}]}]`);
const http = (inner: string) => `hosts: [a.com], http: [{${inner}}]`;
const TO_A = 'route: [{destination: {host: a}}]';
const server = (port: string, more = '') =>
  `servers: [{port: {name: x, ${port}}, hosts: [a.com]${more}}]`;
const ingress = (port: string, more = '') =>
  `ingress: [{port: {${port}}${more}}]`;
const MATCH = 'spec.rules[0].matches[0]';

const [API, NETWORKING] = [
  'gateway.networking.k8s.io/v1',
  'networking.istio.io/v1',
];

describe('what the API server or istiod would refuse in other kinds', () => {
  it.each([
    [
      API,
      'HTTPRoute',
      match('path: {type: Foo, value: /}'),
      `${MATCH}.path.type`,
    ],
    [API, 'HTTPRoute', match('path: {value: a}'), `${MATCH}.path.value`],
    [API, 'HTTPRoute', match('method: get'), `${MATCH}.method`],
    [API, 'HTTPRoute', match('method: {service: a}'), `${MATCH}.method`],
    [API, 'GRPCRoute', match('method: GET'), `${MATCH}.method`],
    [API, 'HTTPRoute', route('hostnames: ["a.*"]'), 'spec.hostnames[0]'],
    [
      API,
      'HTTPRoute',
      route('rules: [{backendRefs: [{name: a, port: 99999}]}]'),
      'spec.rules[0].backendRefs[0].port',
    ],
    [
      API,
      'Gateway',
      'gatewayClassName: istio, listeners: [{name: a, port: 99999, protocol: HTTP}]',
      'spec.listeners[0].port',
    ],
    [NETWORKING, 'ServiceEntry', 'hosts: []', 'spec.hosts'],
    [NETWORKING, 'Sidecar', '', 'spec'],
    [NETWORKING, 'Sidecar', 'ingress: [{}]', 'spec.ingress[0].port'],
    [
      NETWORKING,
      'Sidecar',
      ingress('number: 80, protocol: FTP'),
      'spec.ingress[0].port.protocol',
    ],
    [
      NETWORKING,
      'Sidecar',
      ingress('protocol: HTTP'),
      'spec.ingress[0].port.number',
    ],
    [
      NETWORKING,
      'Sidecar',
      ingress(
        'number: 80, protocol: HTTP}}, {port: {number: 80, protocol: TCP',
      ),
      'spec.ingress[1].port.number',
    ],
    [
      NETWORKING,
      'Sidecar',
      ingress('number: 80', ', defaultEndpoint: "127.0.0.1:70000"'),
      'spec.ingress[0].defaultEndpoint',
    ],
    [
      NETWORKING,
      'Sidecar',
      ingress('number: 80, protocol: HTTPS', ', tls: {mode: ISTIO_MUTUAL}'),
      'spec.ingress[0].tls.mode',
    ],
    [
      NETWORKING,
      'Sidecar',
      ingress('number: 80, protocol: HTTP', ', tls: {mode: SIMPLE}'),
      'spec.ingress[0].tls',
    ],
    [NETWORKING, 'ServiceEntry', 'hosts: ["*"]', 'spec.hosts[0]'],
    [NETWORKING, 'VirtualService', 'hosts: []', 'spec'],
    [NETWORKING, 'VirtualService', http('route: []'), 'spec.http[0]'],
    [
      NETWORKING,
      'VirtualService',
      http(`redirect: {}, ${TO_A}`),
      'spec.http[0]',
    ],
    [
      NETWORKING,
      'VirtualService',
      http(`match: [{uri: {exact: /a, prefix: /}}], ${TO_A}`),
      'spec.http[0].match[0].uri',
    ],
    [NETWORKING, 'Gateway', '', 'spec.servers'],
    [
      NETWORKING,
      'Gateway',
      server('number: 70000, protocol: HTTP'),
      'spec.servers[0].port.number',
    ],
    [
      NETWORKING,
      'Gateway',
      server('number: 80, protocol: FOO'),
      'spec.servers[0].port.protocol',
    ],
    ['v1', 'Service', 'ports: [{port: 800000}]', 'spec.ports[0].port'],
    [
      'v1',
      'Service',
      'ports: [{port: 80, targetPort: "8080"}]',
      'spec.ports[0].targetPort',
    ],
    ['v1', 'Service', 'ports: [{port: 80, name: a.b}]', 'spec.ports[0].name'],
    [
      'v1',
      'Service',
      'ports: [{port: 80, name: a}, {port: 80, name: b}]',
      'spec.ports[1]',
    ],
    [
      'v1',
      'Service',
      'ports: [{port: 80, name: a}, {port: 81, name: a}]',
      'spec.ports[1].name',
    ],
  ])('%s %s {%s}', (apiVersion, kind, spec, path) => {
    expect(refusals(apiVersion, kind, spec)).toEqual([path]);
  });

  it('two ports without names', () => {
    expect(
      refusals('v1', 'Service', 'ports: [{port: 80}, {port: 81}]'),
    ).toEqual(['spec.ports[0].name', 'spec.ports[1].name']);
  });

  it.each([
    [', labels: {a: "x y"}', 'metadata.labels.a'],
    [', labels: {a/b/c: x}', 'metadata.labels.a/b/c'],
    [', creationTimestamp: yesterday', 'metadata.creationTimestamp'],
    [', creationTimestamp: {x: 1}', 'metadata.creationTimestamp'],
    ...[
      '2026-13-01T00:00:00Z',
      '2026-02-30T00:00:00Z',
      '2026-01-01t00:00:00z',
    ].map(time => [
      `, creationTimestamp: "${time}"`,
      'metadata.creationTimestamp',
    ]),
  ])('metadata such as %s', (meta, path) => {
    expect(refusals('v1', 'Service', 'ports: [{port: 80}]', meta)).toEqual([
      path,
    ]);
  });

  it.each([
    ['Bad_NS', 'x', 'metadata.namespace'],
    ['"a\\0b"', 'x', 'metadata.namespace'],
    ['shop', 'a.b', 'metadata.name'],
  ])('namespace %s, name %s', (namespace, name, path) => {
    const text = `{apiVersion: v1, kind: Service, metadata: {name: ${name}, namespace: ${namespace}}}`;
    expect(parseYaml(text).errors.map(error => error.path)).toEqual([path]);
  });

  it.each([
    [API, 'HTTPRoute', match('path: {type: RegularExpression, value: ".*"}')],
    [API, 'HTTPRoute', route('hostnames: ["*.a.com", "1.2.3.4"]')],
    [API, 'GRPCRoute', match('method: {service: a}')],
    [NETWORKING, 'VirtualService', http(TO_A).replace('hosts: [a.com], ', '')],
    [NETWORKING, 'VirtualService', http('delegate: {name: b}')],
    [NETWORKING, 'VirtualService', http('directResponse: {status: 403}')],
    [
      NETWORKING,
      'Gateway',
      server('number: 443, protocol: https', ', tls: {mode: PASSTHROUGH}'),
    ],
    [
      NETWORKING,
      'Gateway',
      server('number: 0, protocol: HTTP', ', bind: "unix:///x"'),
    ],
    ['v1', 'Service', 'type: ExternalName, externalName: a.com'],
    [
      'v1',
      'Service',
      'ports: [{port: 53, name: 1st, protocol: TCP}, {port: 53, name: udp, protocol: UDP, targetPort: dns}]',
    ],
    ['v1', 'Service', 'ports: [{port: 80, targetPort: 0}]'],
  ])('nothing in %s %s {%s}', (apiVersion, kind, spec) => {
    expect(refusals(apiVersion, kind, spec)).toEqual([]);
  });
});
