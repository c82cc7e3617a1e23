import { assessService, compileProxy, decide } from '..';
import {
  BY_SERVICE,
  namespaceYaml,
  podYaml,
  policies,
  REPORTS,
  serviceYaml,
  STRICT,
} from '../__testUtils__/ambient';
import { applyYaml, meshOf } from '../__testUtils__/mesh';

describe('ambient mode without a waypoint', () => {
  it.each([
    ['without policies', '', 'open'],
    [
      'with a RequestAuthentication and an ALLOW on tokens',
      policies('selector: {matchLabels: {app: reports}}'),
      'over-blocked',
    ],
    ['with policies for the Service', policies(BY_SERVICE), 'open'],
    [
      'with policies in the root namespace',
      policies('selector: {matchLabels: {app: reports}}', 'istio-system'),
      'over-blocked',
    ],
  ])('%s', (_, text, state) => {
    const mesh = meshOf([namespaceYaml(), podYaml(), serviceYaml()]);
    if (text) applyYaml(mesh, text);
    const [way, ...others] = assessService(mesh, REPORTS).waysIn;
    expect(others).toEqual([]);
    expect(way.state).toBe(state);
    expect(way.reason).toMatch(/ambient without a waypoint/);
    expect(way.issuers).toEqual([]);
    expect(way.hops).toMatchObject([
      { proxy: { kind: 'ztunnel' }, protocol: 'tcp', port: 8080 },
    ]);
  });

  it.each([
    [
      'label of the Pod',
      namespaceYaml(),
      podYaml(', istio.io/dataplane-mode: none'),
      /no sidecar/,
    ],
    [
      'label of the Pod alone',
      '',
      podYaml(', istio.io/dataplane-mode: ambient'),
      /ztunnel/,
    ],
    [
      'what the CNI says',
      '',
      podYaml('', 'annotations: {ambient.istio.io/redirection: enabled}'),
      /ztunnel/,
    ],
    [
      'the host network',
      namespaceYaml(),
      podYaml().replace('spec: {', 'spec: {hostNetwork: true, '),
      /no sidecar/,
    ],
  ])('is known by the %s', (_, namespace, pod, reason) => {
    const mesh = meshOf([serviceYaml(), pod]);
    if (namespace) applyYaml(mesh, namespace);
    expect(assessService(mesh, REPORTS).waysIn[0].reason).toMatch(reason);
  });

  const ztunnel = {
    kind: 'ztunnel',
    namespace: 'ambient',
    name: 'reports',
    labels: { app: 'reports' },
  } as const;
  const policy = (action: string, rules: string, annotations = '') => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p-${action.toLowerCase()}, namespace: ambient, annotations: {${annotations}}}
spec: {action: ${action}, rules: [${rules}]}
`;
  const FRONTEND = 'principals: ["cluster.local/ns/a/sa/frontend"]';

  it.each([
    [
      'ALLOW of a principal',
      [policy('ALLOW', `{from: [{source: {${FRONTEND}}}]}`)],
      200,
      'closed',
    ],
    [
      'ALLOW that also asks for a path',
      [
        policy(
          'ALLOW',
          `{from: [{source: {${FRONTEND}}}], to: [{operation: {paths: ["/x"]}}]}`,
        ),
      ],
      'closed',
      'closed',
    ],
    [
      'DENY of a principal on a path loses the path: never matches, as the entry is empty',
      [
        policy(
          'DENY',
          `{from: [{source: {${FRONTEND}}}], to: [{operation: {paths: ["/x"]}}]}`,
        ),
      ],
      200,
      'other',
    ],
    [
      'DENY of a principal on a port and path keeps the port',
      [
        policy(
          'DENY',
          `{from: [{source: {${FRONTEND}}}], to: [{operation: {ports: ["8080"], paths: ["/x"]}}]}`,
        ),
      ],
      'closed',
      'other',
    ],
    [
      'DENY without token alone',
      [policy('DENY', '{from: [{source: {notRequestPrincipals: ["*"]}}]}')],
      200,
      'other',
    ],
    [
      'DENY under an HTTP condition',
      [
        policy(
          'DENY',
          `{from: [{source: {${FRONTEND}}}], when: [{key: "request.headers[x]", values: ["y"]}]}`,
        ),
      ],
      200,
      'other',
    ],
    ['DENY of everything', [policy('DENY', '{}')], 'closed', 'closed'],
    ['AUDIT', [policy('AUDIT', '{}')], 200, 'other'],
    [
      'ALLOW in dry run',
      [
        policy(
          'ALLOW',
          `{from: [{source: {${FRONTEND}}}]}`,
          'istio.io/dry-run: "true"',
        ),
      ],
      200,
      'other',
    ],
  ])('%s', (_, texts, frontend, other) => {
    const program = compileProxy(meshOf(texts), ztunnel);
    const ask = (principal?: string) =>
      decide(program, {
        port: 8080,
        protocol: 'tcp',
        source: principal ? { principal } : {},
      }).status;
    expect(ask('cluster.local/ns/a/sa/frontend')).toBe(frontend);
    expect(ask('cluster.local/ns/a/sa/other')).toBe(
      other === 'other' ? 200 : other,
    );
    expect(ask()).toBe(other === 'other' ? 200 : other);
  });

  it('demands mutual TLS where it is strict, and cannot switch it off', () => {
    const strict = compileProxy(meshOf([STRICT]), ztunnel);
    const disabled = compileProxy(
      meshOf([STRICT.replace('STRICT', 'DISABLE')]),
      ztunnel,
    );
    const plain = { port: 8080, protocol: 'tcp' } as const;
    expect(decide(strict, plain).status).toBe('closed');
    expect(decide(disabled, plain).status).toBe(200);
  });
});

describe('a Pod that runs where its labels ask for ambient mode', () => {
  const wayOf = (labels: string, metadata: string, phase = 'Running') =>
    assessService(
      meshOf([
        namespaceYaml(),
        serviceYaml(),
        `${podYaml(labels, metadata)}status: {phase: ${phase}}`,
      ]),
      REPORTS,
    ).waysIn[0];

  it.each([
    ['annotations: {ambient.istio.io/redirection: enabled}', 'Running', true],
    ['annotations: {ambient.istio.io/redirection: pending}', 'Running', false],
    ['annotations: {}', 'Running', false],
    ['annotations: {}', 'Pending', true],
  ])('with %s, %s: by ztunnel %s', (metadata, phase, isCaptured) => {
    const way = wayOf('', metadata, phase);
    expect(way.hops.map(({ proxy }) => proxy.kind)).toEqual(
      isCaptured ? ['ztunnel'] : [],
    );
    expect(way.state).toBe(isCaptured ? 'open' : 'unknown');
    expect(way.reason).toContain(
      isCaptured ? 'ambient' : 'no annotation ambient.istio.io/redirection',
    );
  });

  it.each([
    ['istio.io/dataplane-mode: none', 0],
    ['istio.io/dataplane-mode: other', 1],
    ['istio.io/dataplane-mode: ""', 1],
  ])('is asked for by all but none: %s', (label, count) => {
    expect(wayOf(`, ${label}`, '', 'Pending').hops).toHaveLength(count);
  });
});
