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

  const named = (name: string, text: string) =>
    text.replace('name: dr', `name: ${name}`);
  const OFF = 'tls: {mode: DISABLE}';
  const ON = 'tls: {mode: ISTIO_MUTUAL}';
  const FULL = 'backend.default.svc.cluster.local';

  it.each<[string, string, string[]]>([
    [
      'the exact host',
      'open',
      [rule(OFF, { host: '"*"' }), named('b', rule(ON))],
    ],
    [
      'the exact host, first',
      'open',
      [rule(ON), named('b', rule(OFF, { host: '"*"' }))],
    ],
    [
      'the longer wildcard',
      'over-blocked',
      [
        rule(ON, { host: '"*.local"' }),
        named('b', rule(OFF, { host: '"*.cluster.local"' })),
      ],
    ],
    [
      'the longer wildcard, first',
      'over-blocked',
      [
        rule(OFF, { host: '"*.cluster.local"' }),
        named('b', rule(ON, { host: '"*.local"' })),
      ],
    ],
    ['two that agree', 'over-blocked', [rule(OFF), named('b', rule(OFF))]],
    ['two that disagree', 'unknown', [rule(OFF), named('b', rule(ON))]],
    [
      'the short name and the long one',
      'unknown',
      [rule(OFF), named('b', rule(ON, { host: FULL }))],
    ],
    [
      'the name without domain',
      'over-blocked',
      [rule(OFF, { host: 'backend.default.svc' })],
    ],
    ['upper case', 'over-blocked', [rule(OFF, { host: FULL.toUpperCase() })]],
    ['another host', 'open', [rule(OFF, { host: 'other' })]],
    [
      'the same name elsewhere',
      'open',
      [rule(OFF, { host: 'backend.other.svc.cluster.local' })],
    ],
    [
      'the namespace of the gateway before that of the Service',
      'open',
      [rule(OFF), rule(ON, { namespace: 'istio-system', host: FULL })],
    ],
    [
      'some workloads alone',
      'unknown',
      [rule(OFF, { rest: 'workloadSelector: {matchLabels: {a: b}},' })],
    ],
    [
      'subsets that agree',
      'over-blocked',
      [
        rule(OFF, {
          rest: 'subsets: [{name: v1}, {name: v2, trafficPolicy: {tls: {mode: DISABLE}}}],',
        }),
      ],
    ],
    ['no TLS', 'open', [rule('loadBalancer: {simple: RANDOM}')]],
    [
      'a port without TLS of its own',
      'open',
      [rule(`${OFF}, portLevelSettings: [{port: {number: 80}}]`)],
    ],
    [
      'exported to all',
      'over-blocked',
      [rule(OFF, { rest: 'exportTo: ["*"],' })],
    ],
    [
      'exported to the gateway',
      'over-blocked',
      [rule(OFF, { rest: 'exportTo: [istio-system],' })],
    ],
  ])('by %s: %s', (_, state, texts) => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService(`{${TO_BACKEND}}`),
      ...texts,
    ]);
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
