import {
  gatewayWays,
  gatewayYaml,
  to,
  virtualService,
} from '../__testUtils__/gateways';
import { WORKLOADS } from '../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../__testUtils__/mesh';

const pod = (
  status: string,
  { labels = 'app: backend', namespace = 'default' } = {},
) => `
apiVersion: v1
kind: Pod
metadata: {name: backend-0, namespace: ${namespace}, labels: {${labels}}}
spec: {serviceAccountName: backend, containers: [{name: app}, {name: istio-proxy}]}
status: {phase: Running, ${status}}
`;
const AT_5 = 'podIP: 10.0.0.5';
const entry = (spec: string) => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: se, namespace: default}
spec: {hosts: [api.internal], resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}], ${spec}}
`;
const ENDPOINT = entry('endpoints: [{address: 10.0.0.5}]');
const SELECTING = entry('workloadSelector: {labels: {machine: a}}');
const machine = (address: string, labels = 'machine: a') => `
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: we, namespace: default}
spec: {address: ${address}, labels: {${labels}}}
`;
const meshWith = (...texts: string[]) =>
  meshOf([
    ...[WORKLOADS, gatewayYaml(), virtualService(`{${to('api.internal')}}`)],
    ...texts,
  ]);

describe('an endpoint of a ServiceEntry', () => {
  it.each<[string, number, string[]]>([
    ['is a Pod’s address', 1, [pod(AT_5), ENDPOINT]],
    ['is another Pod’s', 0, [pod('podIP: 10.0.0.6'), ENDPOINT]],
    ['is nobody’s', 0, [ENDPOINT]],
    [
      'is one of its addresses',
      1,
      [
        pod('podIP: 10.0.0.6, podIPs: [{ip: 10.0.0.6}, {ip: 10.0.0.5}]'),
        ENDPOINT,
      ],
    ],
    [
      'is a Pod’s of other labels',
      0,
      [pod(AT_5, { labels: 'app: x' }), ENDPOINT],
    ],
    [
      'is a Pod’s of another namespace',
      0,
      [pod(AT_5, { namespace: 'other' }), ENDPOINT],
    ],
    [
      'was a Pod’s that has ended',
      0,
      [pod(AT_5).replace('Running', 'Succeeded'), ENDPOINT],
    ],
    [
      'is a WorkloadEntry with a Pod’s address',
      1,
      [pod(AT_5), SELECTING, machine('10.0.0.5')],
    ],
    [
      'is a WorkloadEntry with another address',
      0,
      [pod(AT_5), SELECTING, machine('10.0.0.6')],
    ],
    [
      'is a WorkloadEntry that names the Service',
      1,
      [SELECTING, machine('backend.default.svc.cluster.local')],
    ],
    [
      'is no WorkloadEntry that it does not select',
      0,
      [pod(AT_5), SELECTING, machine('10.0.0.5', 'machine: b')],
    ],
  ])('%s: %s', (_, count, texts) => {
    const ways = gatewayWays(meshWith(...texts));
    expect(ways).toHaveLength(count);
    for (const way of ways) expect(way.state).toBe('unknown');
  });

  it('follows the Pods', () => {
    const mesh = meshWith(ENDPOINT, pod('podIP: 10.0.0.6'));
    expect(gatewayWays(mesh)).toHaveLength(0);
    applyYaml(mesh, pod(AT_5));
    expect(gatewayWays(mesh)).toHaveLength(1);
    applyYaml(mesh, pod('podIP: 10.0.0.7'));
    expect(gatewayWays(mesh)).toHaveLength(0);
  });
});
