import { assessService, Mesh, ServiceAssessment } from '..';
import { gateway, HTTP, route, TO_BACKEND } from '../__testUtils__/gatewayApi';
import { BACKEND } from '../__testUtils__/gateways';
import { BACKEND_JWT, GATEWAY, WORKLOADS } from '../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../__testUtils__/mesh';

const object = (
  kind: string,
  spec: string,
  {
    group = 'networking.istio.io',
    name = 'x',
    namespace = 'default',
    metadata = '',
  } = {},
) => `
apiVersion: ${group}/v1
kind: ${kind}
metadata: {name: ${name}, namespace: ${namespace}, ${metadata}}
spec: {${spec}}
`;
const pod = (
  name: string,
  labels: string,
  rest = '',
  namespace = 'default',
) => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}, labels: {${labels}}, ${rest}}
spec: {serviceAccountName: backend, containers: [{name: app}, {name: istio-proxy}]}
`;
const namespace = (name: string, labels: string) => `
apiVersion: v1
kind: Namespace
metadata: {name: ${name}, labels: {${labels}}}
`;
const service = (name: string, space: string, spec: string) => `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${space}}
spec: {${spec}}
`;
const toFrontend = (hosts: string, gateways = '') =>
  object(
    'VirtualService',
    `hosts: [${hosts}], ${gateways} http: [{route: [{destination: {host: frontend}}]}]`,
    { name: 'to-frontend' },
  );
const ingress = (name: string) =>
  object(
    'Ingress',
    `rules: [{host: ${name}.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: frontend, port: {number: 80}}}}]}}]`,
    {
      group: 'networking.k8s.io',
      name,
      metadata: 'annotations: {kubernetes.io/ingress.class: istio}',
    },
  );
const security = { group: 'security.istio.io' };
/** What is said before and after a change. Where nothing was computed again it is one object. */
function askTwice(
  base: string[],
  change: string | ((mesh: Mesh) => void),
): ServiceAssessment[] {
  const mesh = meshOf(base);
  const before = assessService(mesh, BACKEND);
  if (typeof change === 'string') applyYaml(mesh, change);
  else change(mesh);
  return [before, assessService(mesh, BACKEND)];
}

describe('an assessment is the same object after a change that it does not depend on', () => {
  const IN_MESH = [WORKLOADS, BACKEND_JWT];
  const AT_GATEWAY = [...IN_MESH, GATEWAY];

  it.each<[string, string[], string]>([
    ['one more Pod of its workload', IN_MESH, pod('backend-1', 'app: backend')],
    ['a Service beside it', IN_MESH, service('x', 'default', 'ports: []')],
    [
      'a policy for others by labels of single Pods',
      [...IN_MESH, pod('backend-1', 'app: backend, pod-template-hash: a')],
      object(
        'AuthorizationPolicy',
        'selector: {matchLabels: {pod-template-hash: b}}, rules: [{}]',
        { ...security, namespace: 'elsewhere' },
      ),
    ],
    [
      'a DestinationRule for others, the first',
      IN_MESH,
      object(
        'DestinationRule',
        'host: frontend, trafficPolicy: {tls: {mode: DISABLE}}',
      ),
    ],
    [
      'a DestinationRule for others, the second',
      [
        ...AT_GATEWAY,
        object('DestinationRule', 'host: frontend', { name: 'y' }),
      ],
      object(
        'DestinationRule',
        'host: frontend, trafficPolicy: {tls: {mode: DISABLE}}',
      ),
    ],
    [
      'a ServiceEntry for others, the second',
      [
        ...IN_MESH,
        object('ServiceEntry', 'hosts: [y.example.com]', { name: 'y' }),
      ],
      object('ServiceEntry', 'hosts: [x.example.com]'),
    ],
    [
      'a Gateway for other hosts at its gateway',
      AT_GATEWAY,
      object(
        'Gateway',
        'selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [x.example.com]}]',
      ),
    ],
    [
      'an Ingress for others at its gateway, the second',
      [...AT_GATEWAY, ingress('y')],
      ingress('x'),
    ],
    [
      'an EnvoyFilter of another namespace, the first',
      IN_MESH,
      object('EnvoyFilter', 'configPatches: []', { namespace: 'elsewhere' }),
    ],
    [
      'an EnvoyFilter for others, the second',
      [...IN_MESH, object('EnvoyFilter', 'configPatches: []', { name: 'y' })],
      object(
        'EnvoyFilter',
        'workloadSelector: {labels: {app: other}}, configPatches: []',
      ),
    ],
    [
      'a WasmPlugin for others',
      [...IN_MESH, object('EnvoyFilter', 'configPatches: []', { name: 'y' })],
      object('WasmPlugin', 'selector: {matchLabels: {app: other}}', {
        group: 'extensions.istio.io',
      }),
    ],
    ['a VirtualService to others', IN_MESH, toFrontend('frontend')],
    [
      'a VirtualService to others at another gateway',
      AT_GATEWAY,
      toFrontend('h', 'gateways: [another],'),
    ],
    [
      'a Deployment that its Pods are of',
      IN_MESH,
      `
apiVersion: apps/v1
kind: Deployment
metadata: {name: backend, namespace: default}
spec: {template: {metadata: {labels: {app: backend}}, spec: {}}}
`,
    ],
    [
      'one more Pod of its gateway',
      AT_GATEWAY,
      `
apiVersion: v1
kind: Pod
metadata: {name: istio-ingressgateway-1, namespace: istio-system, labels: {app: istio-ingressgateway, istio: ingressgateway}}
spec: {serviceAccountName: istio-ingressgateway, containers: [{name: istio-proxy, args: [proxy, router]}]}
`,
    ],
    [
      'a Pod of another namespace',
      AT_GATEWAY,
      pod('other-0', 'app: other', '', 'elsewhere'),
    ],
    [
      'a Service in another namespace than its gateway',
      AT_GATEWAY,
      service('x', 'elsewhere', 'selector: {app: x}, ports: [{port: 80}]'),
    ],
    [
      'a label of its namespace',
      [...IN_MESH, namespace('default', '')],
      namespace('default', 'team: x'),
    ],
    [
      'a Gateway of the other API',
      AT_GATEWAY,
      gateway(HTTP, { name: 'other' }),
    ],
  ])('%s', (_, base, change) => {
    const [before, after] = askTwice(base, change);
    expect(after).toBe(before);
  });

  const API = [WORKLOADS, BACKEND_JWT, gateway(HTTP), route(TO_BACKEND)];

  it.each<[string, string]>([
    [
      'a route to others at another Gateway',
      route('{backendRefs: [{name: frontend, port: 80}]}', {
        name: 'other',
        parent: '{name: other}',
      }),
    ],
  ])('of the Gateway API: %s', (_, change) => {
    const [before, after] = askTwice(API, change);
    expect(after).toBe(before);
  });

  it('a mesh config that says the same again', () => {
    const config = `
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: "trustDomain: td"}
`;
    const [before, after] = askTwice([...IN_MESH, config], config);
    expect(after).toBe(before);
  });

  it('something that comes and goes', () => {
    const [before, after] = askTwice(IN_MESH, mesh => {
      applyYaml(mesh, toFrontend('x'));
      mesh.remove({
        kind: 'VirtualService',
        namespace: 'default',
        name: 'to-frontend',
      });
      mesh.remove({ kind: 'Pod', namespace: 'default', name: 'nobody' });
    });
    expect(after).toBe(before);
  });
});
