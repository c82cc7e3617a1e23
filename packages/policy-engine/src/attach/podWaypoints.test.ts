import { assessService, decideWayIn, Mesh, meshCallerOf } from '..';
import {
  BY_SERVICE,
  namespaceYaml,
  ONLY_WAYPOINT,
  podYaml,
  policies,
  REPORTS,
  serviceYaml,
  STRICT,
  USE,
  waypointYaml,
} from '../__testUtils__/ambient';
import { meshOf, token } from '../__testUtils__/mesh';

const FOR_ALL = 'istio.io/waypoint-for: all';
const FOR_WORKLOADS = 'istio.io/waypoint-for: workload';
const BY_GATEWAY =
  'targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: waypoint}]';
const ASKING = namespaceYaml(`, ${USE}`);

function statesOf(mesh: Mesh): Record<string, string> {
  return Object.fromEntries(
    assessService(mesh, REPORTS).waysIn.map(({ id, state }) => [id, state]),
  );
}

const states = (...texts: string[]) => statesOf(meshOf(texts));

describe('a waypoint of Pods', () => {
  const CLOSED = [ASKING, podYaml(), serviceYaml(), STRICT, ONLY_WAYPOINT];

  it.each([
    [
      'policies for the Service do not reach it',
      [waypointYaml(FOR_ALL), policies(BY_SERVICE)],
      { 'mesh.80': 'enforced', 'mesh.80.pods': 'open' },
    ],
    [
      'policies for the Gateway do',
      [waypointYaml(FOR_ALL), policies(BY_GATEWAY)],
      { 'mesh.80': 'enforced', 'mesh.80.pods': 'enforced' },
    ],
    [
      'one for Services alone is none of Pods',
      [waypointYaml(), policies(BY_SERVICE)],
      { 'mesh.80': 'enforced' },
    ],
    [
      'one for Pods alone is none of the Service',
      [waypointYaml(FOR_WORKLOADS), policies(BY_GATEWAY)],
      { 'mesh.80.pods': 'enforced' },
    ],
  ])('%s', (_, texts, expected) => {
    expect(states(...CLOSED, ...texts)).toEqual(expected);
  });

  it('is asked for by their own label, or by their namespace', () => {
    const texts = [serviceYaml(), STRICT, waypointYaml(FOR_ALL)];
    const ask = (namespace: string, pod: string) =>
      Object.keys(states(...texts, namespaceYaml(namespace), podYaml(pod)));
    expect(ask('', '')).toEqual(['mesh.80']);
    expect(ask('', `, ${USE}`)).toEqual(['mesh.80.pods', 'mesh.80']);
    expect(ask(`, ${USE}`, '')).toEqual([
      'mesh.80',
      'mesh.80.pods',
      'mesh.80.direct',
    ]);
    expect(ask(`, ${USE}`, ', istio.io/use-waypoint: none')).toEqual([
      'mesh.80',
      'mesh.80.direct',
    ]);
    // Pods of a waypoint have none.
    const name = ', gateway.networking.k8s.io/gateway-name: waypoint';
    expect(ask(`, ${USE}`, name)).not.toContain('mesh.80.pods');
  });

  it('tells kinds of Pods apart that policies do not', () => {
    const other = podYaml(`, ${USE}`)
      .replaceAll('reports-0', 'other-0')
      .replace('app: reports', 'app: reports, version: v2');
    const found = states(
      namespaceYaml(),
      podYaml(),
      other,
      serviceYaml(),
      waypointYaml(FOR_ALL),
    );
    expect(Object.keys(found).filter(id => id.endsWith('.pods'))).toHaveLength(
      1,
    );
  });

  it('says who meets what, and decides on the port of the Pods', () => {
    const mesh = meshOf([
      ...CLOSED,
      waypointYaml(FOR_ALL),
      policies(BY_SERVICE),
    ]);
    const way = assessService(mesh, REPORTS).waysIn[1];
    expect(way.hops.map(({ proxy, port }) => [proxy.kind, port])).toEqual([
      ['waypoint', 8080],
      ['ztunnel', 8080],
    ]);
    expect(way.hops[0].proxy).not.toHaveProperty('service');
    expect(way.callerIdentity).toBe('required');
    expect(way.reason).toContain(
      'Callers that address a Pod meet waypoint ambient/waypoint without the policies for the Service',
    );
    expect(
      decideWayIn(mesh, way, {
        port: 80,
        source: { principal: 'cluster.local/ns/a/sa/b' },
        tokens: [token()],
      }).status,
    ).toBe(200);
    const caller = meshCallerOf(
      mesh,
      { namespace: 'ambient', name: 'reports-0' },
      way,
    );
    expect(caller?.elsewhere).toContain('addressed to a Pod itself');
  });

  it('is passed by of callers outside, and of those that ask for the Service', () => {
    const reason = (texts: string[]) =>
      assessService(
        meshOf([podYaml(), serviceYaml(), ...texts]),
        REPORTS,
      ).waysIn.at(-1)?.reason;
    expect(reason([ASKING, waypointYaml(FOR_ALL)])).toContain(
      'Callers that are not in ambient mode pass by waypoint ambient/waypoint',
    );
    expect(reason([ASKING, waypointYaml(FOR_WORKLOADS)])).toContain(
      'Callers that are not in ambient mode, or that address the Service, pass by waypoint ambient/waypoint',
    );
  });

  it('without an address makes the way unknown', () => {
    const waiting = waypointYaml(
      FOR_ALL,
      '',
      'ambient',
      'status: {addresses: []}',
    );
    expect(states(...CLOSED, waiting, policies(BY_GATEWAY))).toEqual({
      'mesh.80': 'unknown',
      'mesh.80.pods': 'unknown',
    });
  });

  it('that the Pods refuse is no way in', () => {
    const refusing = ONLY_WAYPOINT.replace('sa/waypoint', 'sa/other');
    const found = states(
      namespaceYaml(),
      podYaml(`, ${USE}`),
      serviceYaml(),
      STRICT,
      refusing,
      waypointYaml(FOR_WORKLOADS),
    );
    expect(found).toEqual({ 'mesh.80': 'open' });
  });

  it('is told of all the same where the Pods refuse everybody', () => {
    const nobody = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: nobody, namespace: ambient}
spec: {}
`;
    const found = states(
      namespaceYaml(),
      podYaml(`, ${USE}`),
      serviceYaml(),
      nobody,
      waypointYaml(FOR_WORKLOADS),
    );
    expect(found).toEqual({
      'mesh.80.pods': 'over-blocked',
      'mesh.80': 'over-blocked',
    });
  });
});

describe('a headless Service', () => {
  const HEADLESS = serviceYaml(USE).replace(
    'spec: {',
    'spec: {clusterIP: None, ',
  );

  it('is not said to be guarded by its waypoint', () => {
    const mesh = meshOf([
      namespaceYaml(),
      podYaml(),
      HEADLESS,
      waypointYaml(),
      policies(BY_SERVICE),
      STRICT,
      ONLY_WAYPOINT,
    ]);
    const { state, reason } = assessService(mesh, REPORTS);
    expect(state).toBe('unknown');
    expect(reason).toContain('the Service is headless');
  });

  it('nor for gateways that are asked to use it', () => {
    const found = states(
      namespaceYaml(', istio.io/ingress-use-waypoint: "true"'),
      podYaml(),
      HEADLESS,
      waypointYaml(),
      policies(BY_SERVICE),
      `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw, namespace: ambient}
spec: {selector: {istio: gw}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: vs, namespace: ambient}
spec: {hosts: [h.test], gateways: [gw], http: [{route: [{destination: {host: reports, port: {number: 80}}}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: gw-0, namespace: istio-system, labels: {istio: gw}}
spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}
`,
    );
    expect(found['gw.ambient.gw.80.h.test.ambient.vs.80']).toBe('unknown');
  });

  it('is by that of its Pods', () => {
    expect(
      states(
        ASKING,
        podYaml(),
        HEADLESS,
        waypointYaml(FOR_ALL),
        policies(BY_GATEWAY),
        STRICT,
        ONLY_WAYPOINT,
      ),
    ).toEqual({ 'mesh.80.pods': 'enforced' });
  });
});

describe('who may use a waypoint', () => {
  const ASKED = serviceYaml(`${USE}, istio.io/use-waypoint-namespace: infra`);
  const gateway = (listeners: string, annotations = '') => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: waypoint, namespace: infra, annotations: {${annotations}}}
spec: {gatewayClassName: istio-waypoint, listeners: [${listeners}]}
`;
  const listener = (protocol: string, port: number, namespaces: string) =>
    `{name: l${port}, port: ${port}, protocol: ${protocol}, allowedRoutes: {namespaces: {${namespaces}}}}`;
  const ALL = 'from: All';
  const BINDING = 'ambient.istio.io/waypoint-inbound-binding';

  it.each<[string, string, boolean]>([
    [
      'the listener for tunnels counts, not the first',
      gateway(
        `${listener('HTTP', 8080, ALL)}, ${listener('HBONE', 15008, '')}`,
      ),
      false,
    ],
    [
      'the listener for tunnels counts, wherever it stands',
      gateway(
        `${listener('HTTP', 8080, '')}, ${listener('HBONE', 15008, ALL)}`,
      ),
      true,
    ],
    [
      'that for tunnels has its port',
      gateway(listener('HBONE', 15009, ALL)),
      false,
    ],
    [
      'the listener of a binding goes before',
      gateway(
        `${listener('HBONE', 15008, '')}, ${listener(
          'istio.io/PROXY',
          15088,
          ALL,
        )}`,
        `${BINDING}: PROXY/15088`,
      ),
      true,
    ],
    [
      'that of a binding without a port, by its protocol',
      gateway(
        `${listener('HBONE', 15008, ALL)}, ${listener(
          'istio.io/PROXY',
          15088,
          '',
        )}`,
        `${BINDING}: PROXY`,
      ),
      false,
    ],
    [
      'a binding that Istio does not know is none',
      gateway(listener('HBONE', 15008, ALL), `${BINDING}: OTHER/15088`),
      true,
    ],
    [
      'namespaces with a label',
      gateway(
        listener(
          'HBONE',
          15008,
          'from: Selector, selector: {matchLabels: {istio.io/dataplane-mode: ambient}}',
        ),
      ),
      true,
    ],
    [
      'namespaces with another label',
      gateway(
        listener(
          'HBONE',
          15008,
          'from: Selector, selector: {matchLabels: {team: x}}',
        ),
      ),
      false,
    ],
    [
      'nobody by a selector that is missing',
      gateway(listener('HBONE', 15008, 'from: Selector')),
      false,
    ],
  ])('%s', (_, waypoint, isUsed) => {
    const found = states(
      namespaceYaml(),
      podYaml(),
      ASKED,
      waypoint,
      policies(BY_SERVICE),
    );
    expect(found['mesh.80']).toBe(isUsed ? 'enforced' : 'open');
  });

  it('the empty name of a namespace is none', () => {
    const found = states(
      namespaceYaml(),
      podYaml(),
      serviceYaml(`${USE}, istio.io/use-waypoint-namespace: ""`),
      waypointYaml(),
      policies(BY_SERVICE),
    );
    expect(found).toEqual({ 'mesh.80': 'open' });
  });
});
