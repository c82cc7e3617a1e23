import { assessService, meshCallerOf, Mesh } from '..';
import {
  BY_SERVICE,
  namespaceYaml,
  podYaml,
  policies,
  REPORTS,
  serviceYaml,
  USE,
  waypointYaml,
} from '../__testUtils__/ambient';
import { applyYaml, meshOf } from '../__testUtils__/mesh';

const podOf = (name: string, rest = '', container = 'istio-proxy') => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}-0, namespace: default, labels: {app: ${name}}, ${rest}}
spec: {serviceAccountName: ${name}, containers: [{name: app}, {name: ${container}}]}
`;
const backend = `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default}
spec: {selector: {app: backend}, ports: [{name: http, port: 80, targetPort: 8080}]}
`;
const BACKEND = { namespace: 'default', name: 'backend' };

function call(mesh: Mesh, pod = 'frontend-0', namespace = 'default') {
  const [wayIn] = assessService(mesh, BACKEND).waysIn;
  return meshCallerOf(mesh, { namespace, name: pod }, wayIn);
}

describe('a caller inside the mesh', () => {
  it('with a sidecar shows its identity to a sidecar', () => {
    const mesh = meshOf([backend, podOf('backend'), podOf('frontend')]);
    expect(call(mesh)).toEqual({
      identity: 'cluster.local/ns/default/sa/frontend',
      namespace: 'default',
      by: 'sidecar',
      connects: 'with-identity',
    });
    expect(call(mesh, 'nobody')).toBeUndefined();
  });

  it('without a proxy shows none', () => {
    const mesh = meshOf([
      backend,
      podOf('backend'),
      podOf('frontend', '', 'other'),
    ]);
    expect(call(mesh)).toMatchObject({ by: 'nothing', connects: 'plaintext' });
  });

  it('shows none where a DestinationRule switches mutual TLS off', () => {
    const mesh = meshOf([backend, podOf('backend'), podOf('frontend')]);
    applyYaml(
      mesh,
      `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: plain, namespace: default}
spec: {host: backend, trafficPolicy: {tls: {mode: DISABLE}}}
`,
    );
    expect(call(mesh)).toMatchObject({ connects: 'plaintext' });
  });

  it('takes no notice of annotations for what comes in', () => {
    const mesh = meshOf([
      backend,
      podOf('backend'),
      podOf(
        'frontend',
        'annotations: {traffic.sidecar.istio.io/includeInboundPorts: "80", sidecar.istio.io/status: "{}"}',
      ),
    ]);
    expect(call(mesh)).toMatchObject({ connects: 'with-identity' });
  });

  it('takes no notice of what the CNI writes by default', () => {
    const mesh = meshOf([
      backend,
      podOf('backend'),
      podOf(
        'frontend',
        'annotations: {sidecar.istio.io/interceptionMode: REDIRECT, traffic.sidecar.istio.io/includeOutboundIPRanges: "*"}',
      ),
    ]);
    expect(call(mesh)).toMatchObject({ connects: 'with-identity' });
  });

  it('in ambient mode shows its identity, whatever DestinationRules say', () => {
    const mesh = meshOf([
      namespaceYaml(),
      podYaml(),
      serviceYaml(),
      `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: plain, namespace: ambient}
spec: {host: reports, trafficPolicy: {tls: {mode: DISABLE}}}
`,
    ]);
    const [way] = assessService(mesh, REPORTS).waysIn;
    const pod = { namespace: 'ambient', name: 'reports-0' };
    expect(meshCallerOf(mesh, pod, way)).toEqual({
      identity: 'cluster.local/ns/ambient/sa/reports',
      namespace: 'ambient',
      by: 'ztunnel',
      connects: 'with-identity',
    });
  });

  const withRules = (...specs: [string, string][]) =>
    call(
      meshOf([
        backend,
        podOf('backend'),
        podOf('frontend'),
        ...specs.map(
          ([namespace, spec], index) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: r${index}, namespace: ${namespace}}
spec: {${spec}}
`,
        ),
      ]),
    )?.connects;
  const FULL = 'backend.default.svc.cluster.local';
  const OFF = 'trafficPolicy: {tls: {mode: DISABLE}}';
  const ON = 'trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}';

  it.each<[string, [string, string][]]>([
    ['plaintext', [['default', `host: backend, ${OFF}`]]],
    ['plaintext', [['default', `host: ${FULL}, ${OFF}`]]],
    ['with-identity', [['default', `host: backend.default.svc, ${OFF}`]]],
    ['with-identity', [['default', `host: BACKEND, ${OFF}`]]],
    ['plaintext', [['default', `host: "*", ${OFF}`]]],
    ['with-identity', [['default', `host: other, ${OFF}`]]],
    [
      'with-identity',
      [['default', `host: "*.other.svc.cluster.local", ${OFF}`]],
    ],
    ['with-identity', [['default', OFF]]],
    ['with-identity', [['other', `host: ${FULL}, ${OFF}`]]],
    ['plaintext', [['istio-system', `host: ${FULL}, ${OFF}`]]],
    ['with-identity', [['istio-system', `host: backend, ${OFF}`]]],
    [
      'plaintext',
      [
        ['default', `host: backend, ${OFF}`],
        ['istio-system', `host: ${FULL}, ${ON}`],
      ],
    ],
    [
      'with-identity',
      [
        ['default', `host: "*", ${OFF}`],
        ['default', `host: backend, ${ON}`],
      ],
    ],
    [
      'with-identity',
      [
        ['default', `host: backend, ${ON}`],
        ['default', `host: "*", ${OFF}`],
      ],
    ],
    [
      'with-identity',
      [
        ['default', `host: "*.default.svc.cluster.local", ${ON}`],
        ['default', `host: "*.local", ${OFF}`],
      ],
    ],
    [
      'with-identity',
      [
        ['default', `host: "*.local", ${OFF}`],
        ['default', `host: "*.default.svc.cluster.local", ${ON}`],
      ],
    ],
    [
      'unknown',
      [
        ['default', `host: backend, ${ON}`],
        ['default', `host: ${FULL}, ${OFF}`],
      ],
    ],
    [
      'plaintext',
      [
        ['default', `host: backend, ${OFF}`],
        ['default', `host: ${FULL}, ${OFF}`],
      ],
    ],
    [
      'unknown',
      [
        [
          'default',
          `host: backend, workloadSelector: {matchLabels: {a: b}}, ${ON}`,
        ],
      ],
    ],
    ['with-identity', [['default', 'host: backend']]],
    [
      'with-identity',
      [
        [
          'default',
          'host: backend, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}',
        ],
      ],
    ],
    [
      'unknown',
      [['default', 'host: backend, trafficPolicy: {tls: {mode: MUTUAL}}']],
    ],
    ['plaintext', [['default', `host: backend, ${OFF}, subsets: [{name: a}]`]]],
    [
      'unknown',
      [['default', `host: backend, ${OFF}, subsets: [{name: a, ${ON}}]`]],
    ],
    ['unknown', [['default', `host: backend, subsets: [{name: a, ${OFF}}]`]]],
    ['plaintext', [['default', `host: backend, exportTo: [.], ${OFF}`]]],
    ['plaintext', [['default', `host: backend, exportTo: [default], ${OFF}`]]],
    [
      'with-identity',
      [['default', `host: backend, exportTo: [other], ${OFF}`]],
    ],
    [
      'with-identity',
      [
        [
          'default',
          `host: backend, trafficPolicy: {tls: {mode: DISABLE}, portLevelSettings: [{port: {number: 80}, tls: {mode: ISTIO_MUTUAL}}]}`,
        ],
      ],
    ],
    [
      'plaintext',
      [
        [
          'default',
          `host: backend, trafficPolicy: {tls: {mode: DISABLE}, portLevelSettings: [{port: {number: 81}, tls: {mode: ISTIO_MUTUAL}}]}`,
        ],
      ],
    ],
  ])('%s under DestinationRules %j', (connects, specs) => {
    expect(withRules(...specs)).toBe(connects);
  });

  it('is not known where annotations keep requests from its sidecar', () => {
    const mesh = meshOf([
      backend,
      podOf('backend'),
      podOf(
        'frontend',
        'annotations: {traffic.sidecar.istio.io/excludeOutboundPorts: "80"}',
      ),
    ]);
    expect(call(mesh)).toMatchObject({
      connects: 'unknown',
      uncertain: expect.stringContaining('excludeOutboundPorts'),
    });
  });

  it.each([
    ['hosts: [backend]', 'default', true],
    ['hosts: [backend.default.svc.cluster.local]', 'other', true],
    ['hosts: ["*"]', 'other', true],
    ['hosts: [backend]', 'other', false],
    ['hosts: [elsewhere, backend]', 'default', true],
    ['hosts: ["*"], gateways: [default/edge]', 'default', false],
    ['hosts: [backend], gateways: [mesh, edge]', 'default', true],
  ])('is rerouted by a VirtualService with %s in %s: %s', (spec, ns, is) => {
    const mesh = meshOf([
      backend,
      podOf('backend'),
      podOf('frontend'),
      `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: vs, namespace: ${ns}}
spec: {${spec}, http: [{route: [{destination: {host: backend.default.svc.cluster.local}}]}]}
`,
    ]);
    expect(call(mesh)?.reroutedBy?.name).toBe(is ? 'vs' : undefined);
  });

  it.each([
    ['{kind: Service, group: "", name: backend}', 'default', true],
    [
      '{kind: Service, group: "", name: backend, namespace: default}',
      'x',
      true,
    ],
    ['{kind: Service, group: "", name: backend}', 'x', false],
    ['{kind: Service, group: "", name: other}', 'default', false],
    ['{kind: Service, group: net.gke.io, name: backend}', 'default', false],
    ['{kind: Gateway, name: backend}', 'default', false],
    ['{name: x}, {kind: Service, group: "", name: backend}', 'default', true],
  ])('is rerouted by a route of parents %s in %s: %s', (parents, ns, is) => {
    const mesh = meshOf([
      backend,
      podOf('backend'),
      podOf('frontend'),
      `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: ${ns}}
spec: {parentRefs: [${parents}], rules: [{backendRefs: [{name: backend, port: 80}]}]}
`,
    ]);
    expect(call(mesh)?.reroutedBy?.name).toBe(is ? 'r' : undefined);
  });

  it('without a sidecar is rerouted by nothing', () => {
    const mesh = meshOf([
      backend,
      podOf('backend'),
      podOf('frontend', '', 'other'),
      `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: vs, namespace: default}
spec: {hosts: [backend], http: [{route: [{destination: {host: backend}}]}]}
`,
    ]);
    expect(call(mesh)).not.toHaveProperty('reroutedBy');
  });

  it.each([
    ['DISABLE', '80', 'plaintext'],
    ['DISABLE', '81', 'with-identity'],
    ['ISTIO_MUTUAL', '80', 'with-identity'],
    ['SIMPLE', '80', 'unknown'],
    ['ODD', '80', 'unknown'],
  ])('by a DestinationRule of %s for port %s: %s', (mode, port, connects) => {
    const mesh = meshOf([
      backend,
      podOf('backend'),
      podOf('frontend'),
      `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: rule, namespace: default}
spec: {host: backend, trafficPolicy: {portLevelSettings: [{port: {number: ${port}}, tls: {mode: ${mode}}}]}}
`,
    ]);
    const { connects: seen, uncertain = '' } = call(mesh)!;
    expect(seen).toBe(connects);
    expect(uncertain).toContain(
      connects === 'unknown'
        ? 'a DestinationRule or BackendTLSPolicy sets how'
        : '',
    );
  });

  it('is not known where mutual TLS is asked for and not taken', () => {
    const mesh = meshOf([
      backend,
      podOf('backend'),
      podOf('frontend'),
      `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: rule, namespace: default}
spec: {host: backend, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: off, namespace: default}
spec: {mtls: {mode: DISABLE}}
`,
    ]);
    expect(call(mesh)).toMatchObject({
      connects: 'unknown',
      uncertain: expect.stringContaining('PeerAuthentication switches it off'),
    });
  });

  it('is not known for a gateway, and for a Pod that cannot be read', () => {
    const router = podOf('frontend').replace(
      '{name: istio-proxy}',
      '{name: istio-proxy, args: [proxy, router]}',
    );
    const broken = podOf('frontend').replace(
      /containers: .*}/,
      'containers: 3}',
    );
    for (const pod of [router, broken]) {
      expect(call(meshOf([backend, podOf('backend'), pod]))).toMatchObject({
        connects: 'unknown',
        uncertain: 'how frontend connects to others is not known',
      });
    }
  });

  it('shows none to a Pod without a proxy', () => {
    const mesh = meshOf([
      backend,
      podOf('backend', '', 'other'),
      podOf('frontend'),
    ]);
    expect(call(mesh)).toMatchObject({ by: 'sidecar', connects: 'plaintext' });
  });

  it('is not known where its sidecar redirects nothing', () => {
    const mesh = meshOf([
      backend,
      podOf('backend'),
      podOf(
        'frontend',
        'annotations: {sidecar.istio.io/interceptionMode: NONE}',
      ),
    ]);
    expect(call(mesh)?.uncertain).toContain(
      'annotation sidecar.istio.io/interceptionMode sets',
    );
    const byDefault = meshOf([
      backend,
      podOf(
        'backend',
        'annotations: {sidecar.istio.io/interceptionMode: REDIRECT}',
      ),
      podOf('frontend'),
      `
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: "defaultConfig: {interceptionMode: NONE}"}
`,
    ]);
    expect(call(byDefault)?.uncertain).toContain('nothing of the requests');
  });

  it('takes the waypoint in ambient mode, and passes it by otherwise', () => {
    const mesh = meshOf([
      namespaceYaml(),
      podYaml(),
      serviceYaml(USE),
      waypointYaml(),
      policies(BY_SERVICE),
      podOf('frontend'),
    ]);
    const [through, direct] = assessService(mesh, REPORTS).waysIn;
    const ambient = { namespace: 'ambient', name: 'reports-0' };
    const sidecar = { namespace: 'default', name: 'frontend-0' };
    expect(meshCallerOf(mesh, ambient, through)).toEqual({
      identity: 'cluster.local/ns/ambient/sa/reports',
      namespace: 'ambient',
      by: 'ztunnel',
      connects: 'with-identity',
    });
    expect(meshCallerOf(mesh, ambient, direct)?.elsewhere).toContain(
      'sent through the waypoint',
    );
    expect(meshCallerOf(mesh, sidecar, through)?.elsewhere).toContain(
      'Only callers in ambient mode',
    );
    expect(meshCallerOf(mesh, sidecar, direct)).toMatchObject({
      connects: 'unknown',
    });
  });
});
