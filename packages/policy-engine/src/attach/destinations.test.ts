import {
  gatewayWays,
  gatewayYaml,
  to,
  TO_BACKEND,
  virtualService,
} from '../__testUtils__/gateways';
import { WORKLOADS } from '../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../__testUtils__/mesh';
import { meshConfig } from '../__testUtils__/meshConfig';

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

  it.each([
    ['defaultServiceExportTo: ["."]', 0],
    ['defaultServiceExportTo: [istio-system]', 1],
    ['defaultServiceExportTo: ["*"]', 1],
    ['defaultServiceExportTo: []', 1],
    ['defaultVirtualServiceExportTo: ["."]', 0],
    ['defaultVirtualServiceExportTo: [istio-system]', 1],
  ])('or as the mesh config has it: {%s}: %s', (config, count) => {
    const mesh = meshOf([
      ...[WORKLOADS, gatewayYaml(), virtualService(`{${TO_BACKEND}}`)],
      meshConfig(config),
    ]);
    expect(gatewayWays(mesh)).toHaveLength(count);
    applyYaml(mesh, meshConfig('{}'));
    expect(gatewayWays(mesh)).toHaveLength(1);
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
  const SOME = { rest: 'workloadSelector: {matchLabels: {a: b}},' };
  const ON_80 =
    'portLevelSettings: [{port: {number: 80}, loadBalancer: {simple: RANDOM}}]';

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
      'the name without domain, which names nothing',
      'open',
      [rule(OFF, { host: 'backend.default.svc' })],
    ],
    [
      'upper case, which names nothing',
      'open',
      [rule(OFF, { host: FULL.toUpperCase() })],
    ],
    ['another host', 'open', [rule(OFF, { host: 'other' })]],
    [
      'the same name elsewhere',
      'open',
      [rule(OFF, { host: 'backend.other.svc.cluster.local' })],
    ],
    [
      'the namespace of the Service before the root namespace, where the gateway is',
      'over-blocked',
      [rule(OFF), rule(ON, { namespace: 'istio-system', host: FULL })],
    ],
    [
      'what the namespace of the gateway alone sees, before all others',
      'open',
      [
        rule(OFF),
        rule(ON, {
          namespace: 'istio-system',
          host: FULL,
          rest: 'exportTo: ["."],',
        }),
      ],
    ],
    [
      'the exact host, exported to others, before a wildcard',
      'open',
      [
        rule(OFF, { host: '"*"' }),
        named('b', rule(OFF, { rest: 'exportTo: [other],' })),
      ],
    ],
    ['some workloads of another namespace', 'open', [rule(OFF, SOME)]],
    [
      'some workloads of the gateway’s namespace',
      'unknown',
      [rule(OFF, { namespace: 'istio-system', host: FULL, ...SOME })],
    ],
    [
      'a subset without TLS of its own',
      'over-blocked',
      [
        rule(OFF, {
          rest: 'subsets: [{name: v1, trafficPolicy: {loadBalancer: {simple: RANDOM}}}],',
        }),
      ],
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
      'over-blocked',
      [rule(`${OFF}, ${ON_80}`)],
    ],
    [
      'a port without TLS of its own beside TLS of the user’s',
      'over-blocked',
      [rule(`tls: {mode: SIMPLE}, ${ON_80}`)],
    ],
    [
      'a port without TLS of its own beside mutual TLS',
      'open',
      [rule(`${ON}, ${ON_80}`)],
    ],
    [
      'a port without TLS of its own where mutual TLS is not automatic',
      'over-blocked',
      [rule(`${ON}, ${ON_80}`), meshConfig('enableAutoMtls: false')],
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
    [
      'shown to their own namespace, as the mesh config has it',
      'open',
      [rule(OFF), meshConfig('defaultDestinationRuleExportTo: ["."]')],
    ],
    [
      'shown to some, which the mesh config cannot have',
      'over-blocked',
      [rule(OFF), meshConfig('defaultDestinationRuleExportTo: [default]')],
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
  const FULL = 'backend.default.svc.cluster.local';
  const TIER = `
apiVersion: v1
kind: Pod
metadata: {name: backend-1, namespace: default, labels: {app: backend, tier: web}}
spec: {serviceAccountName: backend, containers: [{name: app}, {name: istio-proxy}]}
`;
  const ADDRESSED = `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default}
spec: {selector: {app: backend}, clusterIP: 10.96.0.7, clusterIPs: [10.96.0.7, "fd00::7"], ports: [{name: http, port: 80, targetPort: 8080}]}
`;
  const ALIAS = `
apiVersion: v1
kind: Service
metadata: {name: alias, namespace: other}
spec: {type: ExternalName, externalName: ${FULL}}
`;
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
    [
      'one of several names',
      'hosts: [api.internal], endpoints: [{address: 10.0.0.1}, {}, {address: backend.default.svc.cluster.local}]',
      1,
    ],
    [
      'the name of another Service',
      'hosts: [api.internal], endpoints: [{address: backend.other.svc.cluster.local}]',
      0,
    ],
    [
      'the name of one of its Pods',
      'hosts: [api.internal], endpoints: [{address: backend-0.backend.default.svc.cluster.local}]',
      1,
    ],
    [
      'the name of an alias of it',
      'hosts: [api.internal], endpoints: [{address: alias.other.svc.cluster.local}]',
      1,
    ],
    [
      'its address',
      'hosts: [api.internal], endpoints: [{address: 10.96.0.7}]',
      1,
    ],
    [
      'another address of it',
      'hosts: [api.internal], endpoints: [{address: "fd00::7"}]',
      1,
    ],
    [
      'another address',
      'hosts: [api.internal], endpoints: [{address: 10.96.0.8}]',
      0,
    ],
    // A name without dots is looked up where the gateway runs.
    [
      'a short name',
      'hosts: [api.internal], endpoints: [{address: backend}]',
      0,
    ],
    ['nothing that can be read', 'hosts: [api.internal], endpoints: 3', 0],
    ['its name as one of their own', `hosts: [api.internal, ${FULL}]`, 1],
    ['the name of another as their own', 'hosts: [api.internal, frontend]', 0],
    [
      'a host that no route is for',
      'hosts: [other.internal], workloadSelector: {labels: {app: backend}}',
      0,
    ],
    [
      'Pods with more labels',
      'hosts: [api.internal], workloadSelector: {labels: {app: backend, v: a}}',
      1,
    ],
    [
      'Pods of which one label differs',
      'hosts: [api.internal], workloadSelector: {labels: {v: a, app: other}}',
      0,
    ],
    [
      'its Pods by another label',
      'hosts: [api.internal], workloadSelector: {labels: {tier: web}}',
      1,
    ],
    [
      'other Pods by another label',
      'hosts: [api.internal], workloadSelector: {labels: {tier: db}}',
      0,
    ],
    [
      'all Pods by an empty selector',
      'hosts: [api.internal], workloadSelector: {labels: {}}',
      1,
    ],
  ])('that stand for %s make a way in', (_, spec, count) => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService(`{${to('api.internal')}}`),
      TIER,
      ADDRESSED,
      ALIAS,
      entry(spec),
    ]);
    const ways = gatewayWays(mesh);
    expect(ways).toHaveLength(count);
    for (const way of ways) {
      expect(way.state).toBe('unknown');
      expect(way.reason).toMatch(/ServiceEntry default\/se/);
    }
  });

  const SELECTING =
    'hosts: [api.internal], workloadSelector: {labels: {app: backend}}';

  it.each([
    ['*.default.svc.cluster.local', 1],
    ['*.local', 1],
    ['*.other.svc.cluster.local', 0],
    ['*.example.com', 0],
  ])('make a way in by %s: %s', (host, count) => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService(`{${to(`"${host}"`)}}`),
      entry(`hosts: ["${host}"], resolution: DYNAMIC_DNS`),
    ]);
    const ways = gatewayWays(mesh).filter(({ uncertain }) => uncertain);
    expect(ways).toHaveLength(count);
  });

  it('are told of with what leads to them', () => {
    const texts = [WORKLOADS, gatewayYaml(), entry(SELECTING)];
    const mesh = meshOf([...texts, virtualService(`{${to('api.internal')}}`)]);
    expect(gatewayWays(mesh)[0]).toMatchObject({
      id: 'gw.default.se.default.vs',
      kind: 'gateway',
      host: '*',
      port: 0,
      protocol: 'http',
      paths: [],
      route: { kind: 'VirtualService', namespace: 'default', name: 'vs' },
      hops: [],
      destination: { namespace: 'default', name: 'backend', port: 80 },
      uncertain: [
        "VirtualService default/vs routes to api.internal of ServiceEntry default/se, which leads to this Service's Pods in a way that the engine does not follow",
      ],
    });
  });

  it.each<[string, string, number]>([
    ['of a gateway', 'gateways: [gw],', 1],
    ['of the mesh', 'gateways: [mesh],', 0],
    ['of the mesh, unsaid', '', 0],
  ])('count by routes %s', (_, gateways, count) => {
    const route = virtualService(`{${to('api.internal')}}`, {
      rest: `hosts: [h.test], ${gateways}`,
    });
    const mesh = meshOf([WORKLOADS, gatewayYaml(), entry(SELECTING), route]);
    expect(gatewayWays(mesh)).toHaveLength(count);
  });

  it('count where their name is that of a Service that routes are for', () => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService(`{${to('old.default.svc.cluster.local')}}`),
      entry(
        `hosts: [old.default.svc.cluster.local], endpoints: [{address: ${FULL}}]`,
      ),
    ]);
    expect(gatewayWays(mesh)).toHaveLength(1);
  });

  it('select Pods of their own namespace', () => {
    const elsewhere = entry(SELECTING).replace(
      'namespace: default',
      'namespace: other',
    );
    const texts = [WORKLOADS, gatewayYaml(), elsewhere];
    const mesh = meshOf([...texts, virtualService(`{${to('api.internal')}}`)]);
    expect(gatewayWays(mesh)).toEqual([]);
    applyYaml(mesh, entry(SELECTING));
    expect(gatewayWays(mesh)).toHaveLength(1);
    mesh.remove({ kind: 'ServiceEntry', namespace: 'default', name: 'se' });
    expect(gatewayWays(mesh)).toEqual([]);
  });
});
