import {
  gatewayWays,
  gatewayYaml,
  to,
  TO_BACKEND,
  virtualService,
} from '../__testUtils__/gateways';
import { WORKLOADS } from '../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../__testUtils__/mesh';

describe('visibility', () => {
  it.each([
    ['"."', 0],
    ['"*"', 1],
    ['istio-system', 1],
    ['"other, istio-system"', 1],
    ['"~"', 0],
  ])('a gateway sees a Service exported to %s: %s', (value, count) => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService(`{${TO_BACKEND}}`),
      `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default, annotations: {networking.istio.io/exportTo: ${value}}}
spec: {selector: {app: backend}, ports: [{name: http, port: 80, targetPort: 8080}]}
`,
    ]);
    expect(gatewayWays(mesh)).toHaveLength(count);
  });
});

describe('DestinationRules', () => {
  const rule = (
    policy: string,
    { namespace = 'default', host = 'backend', rest = '' } = {},
  ) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: dr, namespace: ${namespace}}
spec: {host: ${host}, ${rest} trafficPolicy: {${policy}}}
`;
  const PERMISSIVE = `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: istio-system}
spec: {mtls: {mode: PERMISSIVE}}
`;

  it.each([
    ['none', '', 'open'],
    ['plaintext', rule('tls: {mode: DISABLE}'), 'over-blocked'],
    ['mutual TLS', rule('tls: {mode: ISTIO_MUTUAL}'), 'open'],
    ['TLS of its own', rule('tls: {mode: SIMPLE}'), 'unknown'],
    [
      'plaintext on another port',
      rule('portLevelSettings: [{port: {number: 81}, tls: {mode: DISABLE}}]'),
      'open',
    ],
    [
      'plaintext on this port',
      rule('portLevelSettings: [{port: {number: 80}, tls: {mode: DISABLE}}]'),
      'over-blocked',
    ],
    [
      'plaintext by a wildcard',
      rule('tls: {mode: DISABLE}', { host: '"*.local"' }),
      'over-blocked',
    ],
    [
      'plaintext for the gateway’s namespace',
      rule('tls: {mode: DISABLE}', {
        namespace: 'istio-system',
        host: 'backend.default.svc.cluster.local',
      }),
      'over-blocked',
    ],
    [
      'plaintext for another namespace',
      rule('tls: {mode: DISABLE}', {
        namespace: 'other',
        host: 'backend.default.svc.cluster.local',
      }),
      'open',
    ],
    [
      'plaintext, not exported',
      rule('tls: {mode: DISABLE}', { rest: 'exportTo: ["."],' }),
      'open',
    ],
    [
      'subsets that disagree',
      rule('tls: {mode: ISTIO_MUTUAL}', {
        rest: 'subsets: [{name: v1, trafficPolicy: {tls: {mode: DISABLE}}}],',
      }),
      'unknown',
    ],
  ])('before a strict sidecar: %s', (_, text, state) => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService(`{${TO_BACKEND}}`),
    ]);
    if (text) applyYaml(mesh, text);
    expect(gatewayWays(mesh)[0].state).toBe(state);
  });

  it('take the identity of the gateway away', () => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService(`{${TO_BACKEND}}`),
      PERMISSIVE,
      rule('tls: {mode: DISABLE}'),
      `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: mesh-only, namespace: default}
spec: {selector: {matchLabels: {app: backend}}, rules: [{from: [{source: {principals: ["*"]}}]}]}
`,
    ]);
    expect(gatewayWays(mesh)[0].state).toBe('over-blocked');
    mesh.remove({ kind: 'DestinationRule', namespace: 'default', name: 'dr' });
    expect(gatewayWays(mesh)[0].state).toBe('open');
  });
});

describe('ServiceEntries', () => {
  const entry = (spec: string) => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: se, namespace: default}
spec: {${spec}, ports: [{number: 80, name: http, protocol: HTTP}]}
`;

  it.each([
    [
      'its Pods',
      'hosts: [api.internal], workloadSelector: {labels: {app: backend}}',
      1,
    ],
    [
      'other Pods',
      'hosts: [api.internal], workloadSelector: {labels: {app: other}}',
      0,
    ],
    [
      'its name',
      'hosts: [api.internal], endpoints: [{address: backend.default.svc.cluster.local}]',
      1,
    ],
    [
      'another name',
      'hosts: [api.internal], endpoints: [{address: other.example.com}]',
      0,
    ],
  ])('that stand for %s make a way in', (_, spec, count) => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService(`{${to('api.internal')}}`),
      entry(spec),
    ]);
    const ways = gatewayWays(mesh);
    expect(ways).toHaveLength(count);
    for (const way of ways) {
      expect(way.state).toBe('unknown');
      expect(way.reason).toMatch(/ServiceEntry default\/se/);
    }
  });
});
