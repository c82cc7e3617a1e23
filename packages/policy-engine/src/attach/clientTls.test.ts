import { assessService, decideWayIn, explain } from '..';
import { podYaml, REPORTS, serviceYaml } from '../__testUtils__/ambient';
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

const rule = (policy: string, host = 'backend', namespace = 'default') => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: dr, namespace: ${namespace}}
spec: {host: ${host}, trafficPolicy: {${policy}}}
`;
const MANUAL = meshConfig('enableAutoMtls: false');

const backendTls = (
  target: string,
  { namespace = 'default', annotations = '' } = {},
) => `
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: tls, namespace: ${namespace}, annotations: {${annotations}}}
spec:
  targetRefs: [{group: "", kind: Service, ${target}}]
  validation: {hostname: h, wellKnownCACertificates: System}
`;

const meshBy = (...texts: string[]) =>
  meshOf([
    WORKLOADS,
    gatewayYaml(),
    virtualService(`{${TO_BACKEND}}`),
    ...texts,
  ]);
const stateBy = (...texts: string[]) => gatewayWays(meshBy(...texts))[0].state;

describe('how a gateway connects to a sidecar that takes no mutual TLS', () => {
  const OFF = `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: off, namespace: default}
spec: {mtls: {mode: DISABLE}}
`;
  const ON = 'trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}';
  const PLAIN = 'trafficPolicy: {tls: {mode: DISABLE}}';
  const made = (name: string, spec: string, year?: number) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: ${name}
  namespace: default
  ${year ? `creationTimestamp: "${year}-01-01T00:00:00Z"` : ''}
spec: {host: backend, ${spec}}
`;

  it.each<[string, string, string[]]>([
    ['no rule', 'open', []],
    ['a rule for mutual TLS', 'over-blocked', [made('a', ON)]],
    [
      'such a rule beside one that says nothing',
      'over-blocked',
      [made('a', ''), made('b', ON)],
    ],
    [
      'the older rule',
      'over-blocked',
      [made('a', PLAIN, 2021), made('b', ON, 2020)],
    ],
    ['the older rule', 'open', [made('a', PLAIN, 2020), made('b', ON, 2021)]],
    [
      'rules of which nobody knows the older',
      'unknown',
      [made('a', PLAIN), made('b', ON)],
    ],
    [
      'rules that are not merged',
      'unknown',
      [made('a', `${PLAIN}, exportTo: ["*"]`, 2020), made('b', ON, 2021)],
    ],
    [
      'a rule with a subset for mutual TLS',
      'unknown',
      [made('a', `subsets: [{name: v1, ${ON}}]`)],
    ],
    [
      'rules of which one has such a subset',
      'unknown',
      [made('a', ''), made('b', `subsets: [{name: v1, ${ON}}]`)],
    ],
  ])('by %s: %s', (_, state, rules) => {
    expect(stateBy(OFF, ...rules)).toBe(state);
  });

  it('is found at the rule that holds, without a patch that would have another hold', () => {
    const mesh = meshBy(
      OFF,
      made('younger', ON, 2021),
      made('older', ON, 2020),
    );
    const service = { namespace: 'default', name: 'backend' };
    const found = assessService(mesh, service).findings.find(
      ({ id }) => id === 'mutual-tls-mismatch',
    );
    expect(found?.resource?.name).toBe('older');
    expect(found?.message).not.toContain('younger');
    expect(found?.patch).toBeUndefined();
  });
});

describe('how a gateway connects to a strict sidecar', () => {
  it.each([
    ['nothing', 'over-blocked', []],
    ['a rule without TLS', 'over-blocked', [rule('loadBalancer: {}')]],
    ['a rule for mutual TLS', 'open', [rule('tls: {mode: ISTIO_MUTUAL}')]],
    [
      'a rule for another Service',
      'over-blocked',
      [rule('tls: {mode: ISTIO_MUTUAL}', 'other')],
    ],
  ])(
    'where mutual TLS is not automatic, by %s: %s',
    (_, state, texts: string[]) => {
      expect(stateBy(MANUAL, ...texts)).toBe(state);
    },
  );

  it.each([
    ['enableAutoMtls: true', 'open'],
    ['enableAutoMtls: null', 'open'],
    ['enable_auto_mtls: false', 'over-blocked'],
    ['enableAutoMtls: "false"', 'unknown'],
  ])('with the mesh config %s: %s', (config, state) => {
    expect(stateBy(meshConfig(config))).toBe(state);
  });

  it('follows the mesh config', () => {
    const mesh = meshOf([
      ...[WORKLOADS, gatewayYaml(), virtualService(`{${TO_BACKEND}}`)],
      MANUAL,
    ]);
    expect(gatewayWays(mesh)[0].state).toBe('over-blocked');
    applyYaml(mesh, meshConfig('{}'));
    expect(gatewayWays(mesh)[0].state).toBe('open');
  });

  const FOR_ALL = 'name: backend';
  const ELSEWHERE = 'name: backend, sectionName: other';
  const OFF = 'tls: {mode: DISABLE}';
  const FULL = 'backend.default.svc.cluster.local';

  it.each<[string, string, string[]]>([
    ['for the Service', 'unknown', [backendTls(FOR_ALL)]],
    [
      'for the port',
      'unknown',
      [backendTls('name: backend, sectionName: http')],
    ],
    ['for another port', 'open', [backendTls(ELSEWHERE)]],
    ['for another Service', 'open', [backendTls('name: other')]],
    ['of another namespace', 'open', [backendTls(FOR_ALL, { namespace: 'x' })]],
    [
      'that Istio is told to ignore',
      'open',
      [
        backendTls(FOR_ALL, {
          annotations: 'istio.io/ignore-policy-attachment: "True"',
        }),
      ],
    ],
    ['that cannot be read', 'unknown', [backendTls('name: 7')]],
    [
      'before a rule of the root namespace, where the gateway is',
      'unknown',
      [backendTls(FOR_ALL), rule(OFF, FULL, 'istio-system')],
    ],
    [
      'for another port, before a wildcard',
      'unknown',
      [backendTls(ELSEWHERE), rule(OFF, '"*.local"')],
    ],
  ])('by a BackendTLSPolicy %s: %s', (_, state, texts) => {
    expect(stateBy(...texts)).toBe(state);
  });

  it.each<[string, string, string[]]>([
    ['istio', 'open', []],
    ['disabled', 'over-blocked', []],
    ['x', 'over-blocked', []],
    ['disabled', 'open', [rule('tls: {mode: ISTIO_MUTUAL}')]],
    ['disabled', 'over-blocked', [rule('loadBalancer: {}')]],
  ])('by Pods whose label says %s: %s', (mode, state, texts) => {
    const labelled = WORKLOADS.replace(
      'labels: {app: backend}',
      `labels: {app: backend, security.istio.io/tlsMode: ${mode}}`,
    );
    const mesh = meshOf([
      ...[labelled, gatewayYaml(), virtualService(`{${TO_BACKEND}}`)],
      ...texts,
    ]);
    expect(gatewayWays(mesh)[0].state).toBe(state);
  });

  describe('that takes no mutual TLS', () => {
    const mode = (name: string, rest = 'mtls: {mode: DISABLE}') => `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: ${name}, namespace: default}
spec: {selector: {matchLabels: {app: backend}}, ${rest}}
`;
    const ON = 'tls: {mode: ISTIO_MUTUAL}';
    const way = (...texts: string[]) => {
      const mesh = meshOf([
        ...[WORKLOADS, gatewayYaml(), virtualService(`{${TO_BACKEND}}`)],
        ...texts,
      ]);
      return { mesh, way: gatewayWays(mesh)[0] };
    };

    it.each<[string, string, string[]]>([
      ['nothing', 'open', []],
      ['a rule for mutual TLS', 'over-blocked', [rule(ON)]],
      ['a rule for none', 'open', [rule(OFF)]],
      [
        'a rule for mutual TLS on another port',
        'open',
        [rule(`portLevelSettings: [{port: {number: 81}, ${ON}}]`)],
      ],
    ])('by %s: %s', (_, state, texts) => {
      expect(way(mode('off'), ...texts).way.state).toBe(state);
      const byPort =
        'mtls: {mode: STRICT}, portLevelMtls: {"8080": {mode: DISABLE}}';
      expect(way(mode('off', byPort), ...texts).way.state).toBe(state);
    });

    it('is told apart from one that demands it, as far as that is known', () => {
      const both = [mode('off'), mode('on', 'mtls: {mode: STRICT}')];
      expect(way(...both, rule(ON)).way.state).toBe('unknown');
    });

    it('is explained', () => {
      const { mesh, way: closed } = way(mode('off'), rule(ON));
      expect(closed.reason).toMatch(/DestinationRule .* DISABLE/);
      const { status, hops } = decideWayIn(mesh, closed, {
        port: closed.hops[0].port,
        host: closed.host,
      });
      expect(status).toBe('closed');
      expect(explain(hops[1].decision)).toMatchObject({
        summary: expect.stringContaining('mutual TLS is DISABLE here'),
        fix: expect.stringContaining('ISTIO_MUTUAL'),
      });
    });
  });

  it('names what is not followed', () => {
    const [{ reason }] = gatewayWays(
      meshOf([
        ...[WORKLOADS, gatewayYaml(), virtualService(`{${TO_BACKEND}}`)],
        backendTls(FOR_ALL),
      ]),
    );
    expect(reason).toContain('BackendTLSPolicy');
  });

  it.each([
    'subsets: {}',
    'subsets: [null]',
    'trafficPolicy: x',
    'trafficPolicy: {tls: {mode: MAYBE}}',
    'trafficPolicy: {portLevelSettings: {}}',
  ])('is not known by a rule with %s', policy => {
    const text = rule(OFF).replace(`trafficPolicy: {${OFF}}`, policy);
    expect(stateBy(text)).toBe('unknown');
  });

  it.each(['{}', '{sni: x}'])('is plaintext by TLS settings %s', tls => {
    expect(stateBy(rule(`tls: ${tls}`))).toBe('over-blocked');
    const level = `portLevelSettings: [{port: {number: 80}, tls: ${tls}}]`;
    expect(stateBy(rule(level))).toBe('over-blocked');
  });
});

describe('how a gateway connects to a Pod in ambient mode', () => {
  const TUNNELLED = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: gateway, namespace: ambient}
spec: {selector: {matchLabels: {app: reports}}, rules: [{from: [{source: {principals: ["*"]}}]}]}
`;

  it.each([
    ['nothing', 'open', []],
    [
      'a DestinationRule that switches TLS off',
      'unknown',
      [rule('tls: {mode: DISABLE}', 'reports', 'ambient')],
    ],
    ['a mesh config without automatic mutual TLS', 'unknown', [MANUAL]],
  ])('is not told by %s: %s', (_, state, texts: string[]) => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService(`{${to('reports.ambient.svc.cluster.local')}}`),
      serviceYaml(),
      podYaml('', 'annotations: {ambient.istio.io/redirection: enabled}'),
      TUNNELLED,
      ...texts,
    ]);
    const way = assessService(mesh, REPORTS).waysIn.find(
      ({ kind }) => kind === 'gateway',
    );
    expect(way?.state).toBe(state);
  });
});
