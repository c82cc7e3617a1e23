import { assessService } from '..';
import { BACKEND } from '../__testUtils__/gateways';
import { meshOf } from '../__testUtils__/mesh';

const pod = (annotations = '') => `
apiVersion: v1
kind: Pod
metadata: {name: backend-0, namespace: default, labels: {app: backend}, annotations: {${annotations}}}
spec: {containers: [{name: app}, {name: istio-proxy}]}
`;
const service = (port: string) => `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default}
spec: {selector: {app: backend}, ports: [{${port}}]}
`;
const sidecar = (
  spec: string,
  { name = 's', namespace = 'default', created = '2026-01-01T00:00:00Z' } = {},
) => `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: ${name}, namespace: ${namespace}${
  created && `, creationTimestamp: "${created}"`
}}
spec: {${spec}}
`;
const wayOf = (port: string, texts: string[] = [], annotations = '') =>
  assessService(meshOf([service(port), pod(annotations), ...texts]), BACKEND)
    .waysIn[0];

describe('what a Service port speaks', () => {
  it.each([
    ['name: http, port: 80', 'http', 'http'],
    ['name: http-web, port: 80', 'http', 'http'],
    ['name: http2, port: 80', 'http', 'http'],
    ['name: grpc-x, port: 80', 'http', 'http'],
    ['name: grpc-web, port: 80', 'http', 'http'],
    ['name: web, port: 80', 'http', 'http'],
    ['port: 80', 'http', 'http'],
    ['name: web-http, port: 80', 'http', 'http'],
    ['name: tcp, port: 80', 'tcp', 'tcp'],
    ['name: mongo, port: 80', 'tcp', 'tcp'],
    ['name: mysql-x, port: 80', 'tcp', 'tcp'],
    ['name: redis, port: 80', 'tcp', 'tcp'],
    ['name: hbone, port: 80', 'http', 'http'],
    ['name: udp, port: 80', 'tcp', 'tcp'],
    ['name: grpc-webish, port: 80', 'http', 'http'],
    ['name: tls, port: 80', 'tls', 'tcp'],
    ['name: https-x, port: 80', 'https', 'tcp'],
    ['name: db, port: 3306', 'tcp', 'tcp'],
    ['name: db, port: 27017', 'tcp', 'tcp'],
    ['port: 25', 'tcp', 'tcp'],
    ['name: dns, port: 53', 'tcp', 'tcp'],
    ['name: http, port: 53', 'http', 'http'],
    ['name: tls, port: 25', 'tls', 'tcp'],
    ['name: http, port: 25, appProtocol: odd', 'tcp', 'tcp'],
    ['name: http-db, port: 3306', 'http', 'http'],
    ['name: tcp, port: 80, appProtocol: http', 'http', 'http'],
    ['name: http, port: 80, appProtocol: TCP', 'tcp', 'tcp'],
    ['name: http, port: 80, appProtocol: odd', 'http', 'http'],
    ['name: tcp, port: 80, appProtocol: odd', 'http', 'http'],
    ['name: tcp, port: 80, appProtocol: ""', 'http', 'http'],
    ['name: http, port: 80, appProtocol: tcp-x', 'tcp', 'tcp'],
    ['name: tcp, port: 80, appProtocol: grpc-web-x', 'http', 'http'],
    ['name: tcp, port: 80, appProtocol: Kubernetes.io/wss', 'http', 'http'],
    ['name: tcp, port: 80, appProtocol: kubernetes.io/h2c', 'http', 'http'],
    ['name: tcp, port: 80, appProtocol: kubernetes.io/ws', 'http', 'http'],
    ['name: tcp, port: 80, appProtocol: kubernetes.io/wss', 'https', 'tcp'],
    ['name: http, port: 80, protocol: TCP', 'http', 'http'],
  ])('{%s}: %s, a %s chain', (port, client, chain) => {
    const way = wayOf(port);
    expect(way.protocol).toBe(client);
    expect(way.hops[0].protocol).toBe(chain);
  });

  it.each(['UDP', 'SCTP'])('%s passes no proxy', protocol => {
    expect(wayOf(`name: x, port: 80, protocol: ${protocol}`)).toBeUndefined();
  });
});

describe('a Sidecar with ingress', () => {
  const port = (protocol: string, rest = '', number = 8080) =>
    `ingress: [{port: {number: ${number}, protocol: ${protocol}, name: x}${rest}}]`;
  const chain = (...texts: string[]) =>
    wayOf('name: http, port: 80, targetPort: 8080', texts).hops[0]?.protocol;
  const OWN = 'workloadSelector: {labels: {app: backend}}';
  const ROOT = { namespace: 'istio-system' };

  it.each<[string, string, string[]]>([
    ['its own', 'tcp', [sidecar(`${OWN}, ${port('TCP')}`)]],
    ['of the namespace', 'tcp', [sidecar(port('TCP'))]],
    ['of the root namespace', 'tcp', [sidecar(port('TCP'), ROOT)]],
    [
      'of another namespace',
      'http',
      [sidecar(port('TCP'), { namespace: 'x' })],
    ],
    [
      'of the root namespace for some workloads',
      'http',
      [sidecar(`${OWN}, ${port('TCP')}`, ROOT)],
    ],
    [
      'its own before that of the namespace',
      'tcp',
      [
        sidecar(`${OWN}, ${port('TCP')}`, { name: 'own' }),
        sidecar(port('HTTP')),
      ],
    ],
    [
      'of the namespace before that of the root namespace',
      'tcp',
      [sidecar(port('TCP')), sidecar(port('HTTP'), ROOT)],
    ],
    [
      'of the namespace without ingress before that of the root namespace',
      'http',
      [sidecar('egress: [{hosts: ["./*"]}]'), sidecar(port('TCP'), ROOT)],
    ],
    [
      'the older of two',
      'tcp',
      [
        sidecar(port('HTTP'), { name: 'a', created: '2026-02-01T00:00:00Z' }),
        sidecar(port('TCP'), { name: 'b' }),
      ],
    ],
    ['for all other ports', 'http', [sidecar(port('TCP', '', 1))]],
    ['of a name with a dash', 'http', [sidecar(port('TCP-x'))]],
    ['of lower case', 'tcp', [sidecar(port('tcp'))]],
    ['of MONGO', 'tcp', [sidecar(port('MONGO'))]],
    ['of HTTPS that it passes on', 'tcp', [sidecar(port('HTTPS'))]],
    [
      'of TCP in TLS that it ends',
      'tcp',
      [sidecar(port('TLS', ', tls: {mode: SIMPLE}'))],
    ],
    [
      'without a protocol',
      'http',
      [sidecar('ingress: [{port: {number: 8080}}]')],
    ],
    [
      'for others and older',
      'tcp',
      [
        sidecar(`workloadSelector: {labels: {app: x}}, ${port('HTTP')}`, {
          name: 'a',
          created: '2025-01-01T00:00:00Z',
        }),
        sidecar(port('TCP')),
      ],
    ],
  ])('%s: a %s chain', (_, protocol, texts) => {
    expect(chain(...texts)).toBe(protocol);
  });

  it.each([
    ['that differ', 'TCP', 'unknown'],
    ['that agree', 'HTTP', 'open'],
  ])(
    'is none of two %s where nobody knows which is older',
    (_, other, state) => {
      const way = wayOf('name: http, port: 80, targetPort: 8080', [
        sidecar(port('HTTP'), { name: 'a', created: '' }),
        sidecar(port(other), { name: 'b' }),
      ]);
      expect(way.state).toBe(state);
      expect(way.reason).toContain(
        state === 'unknown' ? 'Sidecar default/a and Sidecar default/b' : '',
      );
    },
  );

  it('sniffs other ports, well-known ones of TCP too', () => {
    const way = wayOf('name: db, port: 3306', [sidecar(port('TCP'))]);
    expect(way.hops[0].protocol).toBe('http');
  });

  it('opens a TCP port to HTTP', () => {
    const way = wayOf('name: tcp, port: 80, targetPort: 8080', [
      sidecar(port('HTTP')),
    ]);
    expect(way.hops[0].protocol).toBe('http');
  });

  it.each([
    ['of a protocol that is none', port('ODD')],
    ['that is empty', 'ingress: []'],
    [
      'of no readable selector',
      `workloadSelector: {labels: {app: 7}}, ${port('HTTP')}`,
    ],
    ['with TLS at a port of TCP', port('TCP', ', tls: {mode: SIMPLE}')],
    ['with what cannot be read', 'ingress: [null, {}, {port: null}]'],
  ])('%s may not be in force, nor one of the root namespace', (_, spec) => {
    for (const namespace of ['default', 'istio-system']) {
      const { state, reason } = wayOf(
        'name: http, port: 80, targetPort: 8080',
        [sidecar(spec, { namespace })],
      );
      expect(state).toBe('unknown');
      expect(reason).toContain(`Sidecar ${namespace}/s is malformed`);
    }
  });

  it.each([
    [', tls: {mode: SIMPLE}', 'tls', 'HTTPS'],
    [', bind: 127.0.0.1', 'bind', 'HTTP'],
    [', captureMode: NONE', 'captureMode', 'HTTP'],
    [', captureMode: DEFAULT', undefined, 'HTTP'],
    ['', undefined, 'HTTP'],
  ])('with %j says what is not followed: %s', (rest, field, protocol) => {
    const { state, reason } = wayOf('name: http, port: 80, targetPort: 8080', [
      sidecar(port(protocol, rest)),
    ]);
    expect(state).toBe(field ? 'unknown' : 'open');
    expect(reason).toContain(
      field
        ? `Sidecar default/s sets ${field} for port 8080, which the engine does not follow`
        : '',
    );
  });

  it('decides for a Pod that redirects nothing whether its sidecar is passed', () => {
    const mode = 'sidecar.istio.io/interceptionMode: NONE';
    const HTTP = 'name: http, port: 80, targetPort: 8080';
    const bare = wayOf(HTTP, [], mode);
    expect(bare.state).toBe('open');
    expect(bare.hops).toEqual([]);
    expect(bare.reason).toContain('has interception mode NONE, so nothing');
    const bound = wayOf(HTTP, [sidecar(port('HTTP'))], mode);
    expect(bound.state).toBe('unknown');
    expect(bound.reason).toContain('whether port 8080 is the sidecar');
    const redirect = 'sidecar.istio.io/interceptionMode: REDIRECT';
    expect(wayOf(HTTP, [], redirect).hops).toHaveLength(1);
  });
});

describe('ports that annotations keep from the sidecar', () => {
  const hops = (annotation: string) =>
    wayOf(
      'name: http, port: 80, targetPort: 8080',
      [],
      `traffic.sidecar.istio.io/${annotation}`,
    ).hops.length;

  it.each([
    ['excludeInboundPorts: "8080"', 0],
    ['excludeInboundPorts: "1, 8080 ,2"', 0],
    ['excludeInboundPorts: "80"', 1],
    ['excludeInboundPorts: ""', 1],
    ['includeInboundPorts: "*"', 1],
    ['includeInboundPorts: "1, 8080"', 1],
    ['includeInboundPorts: "80"', 0],
    ['includeInboundPorts: ""', 0],
  ])('%s: %s proxies', (annotation, count) => {
    expect(hops(annotation)).toBe(count);
  });
});

describe('Pods with arguments', () => {
  it.each([
    ['[proxy, sidecar]', 'open', 1],
    ['[proxy, waypoint]', 'unknown', 0],
    ['[proxy, router]', 'unknown', 0],
    ['router', 'open', 1],
  ])('%s: %s', (args, state, count) => {
    const text = pod().replace(
      '{name: istio-proxy}',
      `{name: istio-proxy, args: ${args}}`,
    );
    const mesh = meshOf([service('name: http, port: 80'), text]);
    const [way] = assessService(mesh, BACKEND).waysIn;
    expect([way.state, way.hops.length]).toEqual([state, count]);
  });
});

describe('Pods of a gateway behind a Service', () => {
  it('are not decided here', () => {
    const router = pod().replace(
      '{name: istio-proxy}',
      '{name: istio-proxy, args: [proxy, router]}',
    );
    const mesh = meshOf([service('name: http, port: 80'), router]);
    const [way] = assessService(mesh, BACKEND).waysIn;
    expect(way.state).toBe('unknown');
    expect(way.reason).toContain(
      'the Pods of backend are a gateway: what it serves shows at the Services behind it',
    );
  });
});

describe('a Service without Pods', () => {
  it('says so, or that they have no such port', () => {
    const reason = (...texts: string[]) =>
      assessService(
        meshOf([service('name: http, port: 80, targetPort: web'), ...texts]),
        BACKEND,
      ).waysIn[0].reason;
    expect(reason()).toContain("no Pod matches the Service's selector");
    expect(reason(pod())).toContain('no Pod has a port named "web"');
  });
});
