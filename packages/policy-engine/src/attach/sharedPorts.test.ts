import { assessService } from '..';
import { BACKEND } from '../__testUtils__/gateways';
import { BACKEND_JWT } from '../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../__testUtils__/mesh';

const OLD = 'creationTimestamp: "2024-01-01T00:00:00Z"';
const NEW = 'creationTimestamp: "2025-01-01T00:00:00Z"';
const POD = `
apiVersion: v1
kind: Pod
metadata: {name: backend-0, namespace: default, labels: {app: backend, pod-template-hash: a}}
spec: {containers: [{name: app, ports: [{name: web, containerPort: 8080}, {name: web-udp, containerPort: 8080, protocol: UDP}]}, {name: istio-proxy}]}
`;
const service = (
  name: string,
  ports: string,
  created = '',
  selector = 'app: backend',
) => `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: default, ${created}}
spec: {selector: {${selector}}, ports: [${ports}]}
`;
const HTTP = '{name: http, port: 80, targetPort: 8080}';
const TCP = '{name: tcp, port: 90, targetPort: 8080}';
const entry = (created: string, labels = '{labels: {app: backend}}') => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: other, namespace: default, ${created}}
spec: {hosts: [a.example.com], workloadSelector: ${labels}, ports: [{number: 90, targetPort: 8080, name: x, protocol: TCP}]}
`;

const waysOf = (...texts: string[]) =>
  assessService(meshOf([POD, BACKEND_JWT, ...texts]), BACKEND).waysIn;
const chainsOf = (...texts: string[]) =>
  waysOf(...texts).map(({ hops }) => hops[0].protocol);

describe('a port of Pods on which several Service ports end', () => {
  it.each<[string, string[], string[]]>([
    [
      'the older Service, of TCP',
      [service('backend', HTTP, NEW), service('other', TCP, OLD)],
      ['tcp'],
    ],
    [
      'the older Service, of HTTP',
      [service('backend', TCP, NEW), service('other', HTTP, OLD)],
      ['http'],
    ],
    [
      'its own Service, where that is older',
      [service('backend', HTTP, OLD), service('other', TCP, NEW)],
      ['http'],
    ],
    [
      'the first by host name of the same age',
      [service('backend', HTTP, OLD), service('a', TCP, OLD)],
      ['tcp'],
    ],
    [
      'the first by host name, where a dash comes before a dot',
      [service('backend', HTTP, OLD), service('backend-a', TCP, OLD)],
      ['tcp'],
    ],
    [
      'the first port of a Service',
      [service('backend', `${TCP}, ${HTTP}`)],
      ['tcp', 'tcp'],
    ],
    [
      'the first port of the oldest Service',
      [
        service('backend', HTTP, NEW),
        service('other', `{name: http, port: 1, targetPort: web}, ${TCP}`, OLD),
      ],
      ['http'],
    ],
    [
      'a port by its name',
      [
        service('backend', HTTP, NEW),
        service('other', TCP.replace('8080', 'web'), OLD),
      ],
      ['tcp'],
    ],
    [
      'a port of UDP, which gets the chain of TCP',
      [
        service('backend', HTTP, NEW),
        service('other', TCP.replace('port', 'protocol: UDP, port'), OLD),
      ],
      ['tcp'],
    ],
    [
      'a port of UDP by a name of the Pods',
      [
        service('backend', HTTP, NEW),
        service(
          'other',
          '{name: x, port: 1, protocol: UDP, targetPort: web-udp}',
          OLD,
        ),
      ],
      ['tcp'],
    ],
    [
      'no port of UDP by a name of TCP',
      [
        service('backend', HTTP, NEW),
        service(
          'other',
          '{name: x, port: 1, protocol: UDP, targetPort: web}',
          OLD,
        ),
      ],
      ['http'],
    ],
    [
      'no Service of another port',
      [
        service('backend', HTTP, NEW),
        service('other', TCP.replace('8080', '8081'), OLD),
      ],
      ['http'],
    ],
    [
      'no Service of other Pods',
      [service('backend', HTTP, NEW), service('other', TCP, OLD, 'app: x')],
      ['http'],
    ],
    [
      'a ServiceEntry of the Pods',
      [service('backend', HTTP, NEW), entry(OLD)],
      ['tcp'],
    ],
  ])('is read by %s', (_, texts, chains) => {
    expect(chainsOf(...texts)).toEqual(chains);
  });

  it.each<[string, string[]]>([
    [
      'their ages are not known',
      [service('backend', HTTP), service('other', TCP)],
    ],
    [
      'one age is not known',
      [service('backend', HTTP, OLD), service('other', TCP)],
    ],
    [
      'the older one has some of the Pods alone',
      [
        service('backend', HTTP, NEW),
        service('other', TCP, OLD, 'pod-template-hash: a'),
      ],
    ],
    [
      'a ServiceEntry may be for all Pods',
      [service('backend', HTTP, NEW), entry(OLD, '{labels: {}}')],
    ],
    [
      'the own port is of TCP',
      [service('backend', TCP), service('other', HTTP)],
    ],
  ])('is not known where %s', (_, texts) => {
    const [way] = waysOf(...texts);
    expect(way.state).toBe('unknown');
    expect(way.reason).toContain('which of them is the oldest');
    expect(way.reason).toContain('default/other');
  });

  it('is read as each says where all say the same, of whatever age', () => {
    const other = service('other', HTTP.replace('http', 'grpc'));
    expect(waysOf(service('backend', HTTP), other)[0].state).toBe('enforced');
  });

  it('is read by a waypoint as its own Service says', () => {
    const ways = waysOf(
      service('backend', HTTP, `${NEW}, labels: {istio.io/use-waypoint: w}`),
      service('other', TCP, OLD),
      `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: w, namespace: default}
spec: {gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE}]}
`,
    );
    const [through] = ways.filter(({ hops }) => hops.length === 2);
    expect(through.protocol).toBe('http');
    expect(through.hops.map(({ protocol }) => protocol)).toEqual([
      'http',
      'tcp',
    ]);
  });

  it('follows Services that come and go', () => {
    const mesh = meshOf([POD, BACKEND_JWT, service('backend', HTTP, NEW)]);
    const state = () => assessService(mesh, BACKEND).waysIn[0].state;
    expect(state()).toBe('enforced');
    applyYaml(mesh, service('other', TCP, OLD));
    expect(state()).toBe('over-blocked');
    applyYaml(mesh, service('other', TCP));
    expect(state()).toBe('unknown');
    mesh.remove({ kind: 'Service', namespace: 'default', name: 'other' });
    expect(state()).toBe('enforced');
  });
});
