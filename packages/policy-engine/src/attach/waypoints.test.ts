import { assessService, decideWayIn, Mesh } from '..';
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
import { applyYaml, ISSUER, meshOf, token } from '../__testUtils__/mesh';

/** State by way in, such as `mesh.80`. */
function states(...texts: string[]): Record<string, string> {
  return statesOf(meshOf([namespaceYaml(), podYaml(), ...texts]));
}

function statesOf(mesh: Mesh): Record<string, string> {
  return Object.fromEntries(
    assessService(mesh, REPORTS).waysIn.map(({ id, state }) => [id, state]),
  );
}

describe('a waypoint', () => {
  it('checks tokens of callers that are sent through it; others pass by', () => {
    const mesh = meshOf([
      namespaceYaml(),
      podYaml(),
      serviceYaml(USE),
      waypointYaml(),
      policies(BY_SERVICE),
    ]);
    expect(statesOf(mesh)).toEqual({
      'mesh.80': 'enforced',
      'mesh.80.direct': 'open',
    });
    const [way, direct] = assessService(mesh, REPORTS).waysIn;
    expect(way.hops.map(({ proxy, port }) => [proxy.kind, port])).toEqual([
      ['waypoint', 80],
      ['ztunnel', 8080],
    ]);
    expect(way.callerIdentity).toBe('required');
    expect(way.issuers.map(({ issuer }) => issuer)).toEqual([ISSUER]);
    expect(way.reason).toContain('checked at waypoint waypoint');
    expect(direct.reason).toContain('pass by waypoint ambient/waypoint');
    const ask = (tokens: ReturnType<typeof token>[]) =>
      decideWayIn(mesh, way, {
        port: 80,
        source: { principal: 'cluster.local/ns/a/sa/b' },
        tokens,
      }).status;
    expect([ask([]), ask([token({}, 'expired')]), ask([token()])]).toEqual([
      403, 401, 200,
    ]);
  });

  it('is the only way where ztunnel admits nobody else', () => {
    expect(
      states(
        serviceYaml(USE),
        waypointYaml(),
        policies(BY_SERVICE),
        STRICT,
        ONLY_WAYPOINT,
      ),
    ).toEqual({ 'mesh.80': 'enforced' });
  });

  it.each([
    ['the Service', serviceYaml(USE), namespaceYaml(), waypointYaml(), true],
    [
      'the namespace',
      serviceYaml(),
      namespaceYaml(`, ${USE}`),
      waypointYaml(),
      true,
    ],
    ['nobody', serviceYaml(), namespaceYaml(), waypointYaml(), false],
    [
      'the namespace, not the Service',
      serviceYaml('istio.io/use-waypoint: none'),
      namespaceYaml(`, ${USE}`),
      waypointYaml(),
      false,
    ],
    [
      'the Service, but it is not there',
      serviceYaml(USE),
      namespaceYaml(),
      '',
      false,
    ],
    [
      'the Service, for workloads only',
      serviceYaml(USE),
      namespaceYaml(),
      waypointYaml('istio.io/waypoint-for: workload'),
      false,
    ],
    [
      'the Service, for all',
      serviceYaml(USE),
      namespaceYaml(),
      waypointYaml('istio.io/waypoint-for: all'),
      true,
    ],
    [
      'another namespace, not allowed',
      serviceYaml(`${USE}, istio.io/use-waypoint-namespace: infra`),
      namespaceYaml(),
      waypointYaml('', '', 'infra'),
      false,
    ],
    [
      'another namespace, allowed',
      serviceYaml(`${USE}, istio.io/use-waypoint-namespace: infra`),
      namespaceYaml(),
      waypointYaml('', ', allowedRoutes: {namespaces: {from: All}}', 'infra'),
      true,
    ],
  ])('is asked for by %s', (_, service, namespace, waypoint, used) => {
    const mesh = meshOf([namespace, podYaml(), service, policies(BY_SERVICE)]);
    if (waypoint) applyYaml(mesh, waypoint);
    expect(statesOf(mesh)['mesh.80']).toBe(used ? 'enforced' : 'open');
  });

  it.each([
    ['targetRefs to the Service', policies(BY_SERVICE), 'enforced'],
    [
      'targetRefs to its Gateway',
      policies(
        'targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: waypoint}]',
      ),
      'enforced',
    ],
    [
      'targetRefs to another Service',
      policies(BY_SERVICE.replace('reports', 'other')),
      'open',
    ],
    [
      'targetRefs to the class, in the root namespace',
      policies(
        'targetRefs: [{group: gateway.networking.k8s.io, kind: GatewayClass, name: istio-waypoint}]',
        'istio-system',
      ),
      'enforced',
    ],
    [
      'targetRefs to the class, elsewhere',
      policies(
        'targetRefs: [{group: gateway.networking.k8s.io, kind: GatewayClass, name: istio-waypoint}]',
      ),
      'open',
    ],
    [
      'targetRefs to the Service, elsewhere',
      policies(BY_SERVICE, 'istio-system'),
      'open',
    ],
    [
      'a selector that fits its labels',
      policies(
        'selector: {matchLabels: {gateway.networking.k8s.io/gateway-name: waypoint}}',
      ),
      'open',
    ],
  ])('goes by %s: %s', (_, text, state) => {
    expect(states(serviceYaml(USE), waypointYaml(), text)['mesh.80']).toBe(
      state,
    );
  });

  it('is not reached by policies for a whole namespace, ztunnel is', () => {
    const wide = policies('x: {}').replaceAll('x: {}, ', '');
    const found = states(serviceYaml(USE), waypointYaml(), wide);
    expect(found).toEqual({ 'mesh.80': 'over-blocked' });
  });

  it('of which nothing certain is known makes the way unknown', () => {
    const waiting = waypointYaml('', '', 'ambient', 'status: {addresses: []}');
    expect(
      states(serviceYaml(USE), waiting, policies(BY_SERVICE))['mesh.80'],
    ).toBe('unknown');
    const foreign = waypointYaml().replace('istio-waypoint', 'other');
    expect(
      states(serviceYaml(USE), foreign, policies(BY_SERVICE))['mesh.80'],
    ).toBe('unknown');
  });

  it.each([
    [
      'has no address yet',
      waypointYaml('', '', 'ambient', 'status: {addresses: []}'),
      /waypoint ambient\/waypoint has no address yet/,
    ],
    [
      'is of another class',
      waypointYaml().replace('istio-waypoint', 'other'),
      /is of class other, which is not known to be Istio's waypoint/,
    ],
    [
      'is malformed',
      waypointYaml().replace('[{name: mesh', '[{name: 3'),
      /the Gateway of waypoint ambient\/waypoint is malformed/,
    ],
  ])('that %s says so', (_, waypoint, reason) => {
    const mesh = meshOf([
      namespaceYaml(),
      podYaml(),
      serviceYaml(USE),
      waypoint,
      policies(BY_SERVICE),
    ]);
    const [way] = assessService(mesh, REPORTS).waysIn;
    expect(way.state).toBe('unknown');
    expect(way.reason).toMatch(reason);
  });

  it('with an address is in use', () => {
    const ready = waypointYaml(
      '',
      '',
      'ambient',
      'status: {addresses: [{value: 10.0.0.1}]}',
    );
    expect(
      states(serviceYaml(USE), ready, policies(BY_SERVICE))['mesh.80'],
    ).toBe('enforced');
  });

  it('that shares requests with another one leaves them open', () => {
    const shared = serviceYaml(`${USE}, istio.io/use-waypoint-canary: other`);
    const mesh = meshOf([
      namespaceYaml(),
      podYaml(),
      shared,
      waypointYaml(),
      policies(BY_SERVICE),
    ]);
    const [way] = assessService(mesh, REPORTS).waysIn;
    expect(way.state).toBe('unknown');
    expect(way.reason).toContain('a share of the requests goes to another');
  });

  it.each([
    ['istio.io/waypoint-for: none', 'open'],
    ['istio.io/waypoint-for: service', 'enforced'],
    ['istio.io/waypoint-for: workload', 'open'],
    ['', 'enforced'],
  ])('of a class with the label %j: %s', (label, state) => {
    const gatewayClass = `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: istio-waypoint, labels: {${label}}}
spec: {controllerName: istio.io/mesh-controller}
`;
    const answer = (labels: string) =>
      states(
        serviceYaml(USE),
        waypointYaml(labels),
        gatewayClass,
        policies(BY_SERVICE),
      )['mesh.80'];
    expect(answer('')).toBe(state);
    expect(answer('istio.io/waypoint-for: all')).toBe('enforced');
  });

  it('has none itself', () => {
    const managed = serviceYaml(
      `${USE}, gateway.istio.io/managed: istio.io-mesh-controller`,
    );
    expect(states(managed, waypointYaml(), policies(BY_SERVICE))).toEqual({
      'mesh.80': 'open',
    });
  });

  it('asked for by an empty name is none', () => {
    expect(
      states(
        serviceYaml('istio.io/use-waypoint: ""'),
        waypointYaml(),
        policies(BY_SERVICE),
      ),
    ).toEqual({ 'mesh.80': 'open' });
  });

  const ENTRY = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw, namespace: ambient}
spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: vs, namespace: ambient}
spec: {hosts: [h.test], gateways: [gw], http: [{route: [{destination: {host: reports, port: {number: 80}}}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: gw-0, namespace: istio-system, labels: {istio: ingressgateway}}
spec: {serviceAccountName: gateway, containers: [{name: istio-proxy, args: [proxy, router]}]}
`;

  it.each([
    ['not asked', '', '', 'open', ['gateway', 'ztunnel']],
    [
      'asked by the Service',
      ', istio.io/ingress-use-waypoint: "true"',
      '',
      'enforced',
      ['gateway', 'waypoint', 'ztunnel'],
    ],
    [
      'asked by the namespace',
      '',
      ', istio.io/ingress-use-waypoint: "true"',
      'enforced',
      ['gateway', 'waypoint', 'ztunnel'],
    ],
    ...['1', 't', 'T', 'TRUE', 'True'].map(
      (yes): [string, string, string, string, string[]] => [
        `asked by ${yes}`,
        `, istio.io/ingress-use-waypoint: "${yes}"`,
        '',
        'enforced',
        ['gateway', 'waypoint', 'ztunnel'],
      ],
    ),
    ...['yes', 'trueish', 'atrue', ''].map(
      (no): [string, string, string, string, string[]] => [
        `asked by "${no}"`,
        `, istio.io/ingress-use-waypoint: "${no}"`,
        '',
        'open',
        ['gateway', 'ztunnel'],
      ],
    ),
    [
      'refused by the Service',
      ', istio.io/ingress-use-waypoint: "false"',
      ', istio.io/ingress-use-waypoint: "true"',
      'open',
      ['gateway', 'ztunnel'],
    ],
  ])('and a gateway that is %s to use it', (_, own, outer, state, kinds) => {
    const mesh = meshOf([
      namespaceYaml(outer),
      podYaml(),
      serviceYaml(USE + own),
      waypointYaml(),
      policies(BY_SERVICE),
      ENTRY,
    ]);
    const [way] = assessService(mesh, REPORTS).waysIn;
    expect(way.kind).toBe('gateway');
    expect(way.state).toBe(state);
    expect(way.hops.map(({ proxy }) => proxy.kind)).toEqual(kinds);
  });

  it('shows its own identity to ztunnel, and sees the gateway as caller', () => {
    const mesh = meshOf([
      namespaceYaml(),
      podYaml(),
      serviceYaml(`${USE}, istio.io/ingress-use-waypoint: "true"`),
      waypointYaml(),
      ENTRY,
      STRICT,
      ONLY_WAYPOINT,
      `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: gateway-only, namespace: ambient}
spec: {${BY_SERVICE}, rules: [{from: [{source: {principals: ["cluster.local/ns/istio-system/sa/gateway"]}}]}]}
`,
    ]);
    const [way] = assessService(mesh, REPORTS).waysIn;
    const answer = decideWayIn(mesh, way, { port: 80, host: 'h.test' });
    expect(answer).toMatchObject({ status: 200, reaches: 'yes' });
    expect(answer.hops).toHaveLength(3);
  });

  it.each([
    [
      'an HTTPRoute',
      `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: ambient}
spec: {parentRefs: [{group: "", kind: Service, name: other, port: 80}], rules: [{backendRefs: [{name: reports, port: 80}]}]}
`,
    ],
    [
      'a VirtualService',
      `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: r, namespace: ambient}
spec: {hosts: [other], http: [{route: [{destination: {host: reports, port: {number: 80}}}]}]}
`,
    ],
  ])(
    'of another Service leads here by %s, past the policies for this one',
    (_, text) => {
      const texts = [
        serviceYaml(USE),
        serviceYaml(USE).replace('name: reports', 'name: other'),
        waypointYaml(),
        policies(BY_SERVICE),
        STRICT,
        ONLY_WAYPOINT,
      ];
      expect(states(...texts)).toEqual({ 'mesh.80': 'enforced' });
      expect(states(...texts, text)).toEqual({
        'mesh.80': 'enforced',
        'mesh.ambient.other.80.r.80': 'open',
      });
      const both = policies(BY_SERVICE.replace('reports', 'other')).replaceAll(
        'name: jwt',
        'name: other',
      );
      expect(states(...texts, text, both)).toEqual({
        'mesh.80': 'enforced',
        'mesh.ambient.other.80.r.80': 'enforced',
      });
    },
  );

  const OTHER = serviceYaml(USE).replace('name: reports', 'name: other');
  const apiRoute = (parents: string, namespace = 'ambient') => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: ${namespace}}
spec: {parentRefs: [${parents}], rules: [{backendRefs: [{name: reports, namespace: ambient, port: 80}]}]}
`;
  const meshRoute = (spec: string, namespace = 'ambient') => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: r, namespace: ${namespace}}
spec: {${spec} http: [{route: [{destination: {host: reports.ambient.svc.cluster.local}}]}]}
`;
  const FULL = 'other.ambient.svc.cluster.local';

  it.each<[string, string, boolean]>([
    ['by its route', apiRoute('{kind: Service, group: "", name: other}'), true],
    [
      'by one of its parents',
      apiRoute('{name: web}, {kind: Service, group: "", name: other}'),
      true,
    ],
    [
      'from another namespace',
      apiRoute(
        '{kind: Service, group: "", name: other, namespace: ambient}',
        'elsewhere',
      ),
      // A waypoint follows routes of its own namespace and of the Service's.
      false,
    ],
    [
      'of another namespace',
      apiRoute('{kind: Service, group: "", name: other}', 'elsewhere'),
      false,
    ],
    [
      'of another group',
      apiRoute('{kind: Service, group: net.gke.io, name: other}'),
      false,
    ],
    [
      'of another kind',
      apiRoute('{kind: Gateway, group: "", name: other}'),
      false,
    ],
    [
      'that is not there',
      apiRoute('{kind: Service, group: "", name: x}'),
      false,
    ],
    [
      'that is itself',
      apiRoute('{kind: Service, group: "", name: reports}'),
      false,
    ],
    ['by its name', meshRoute('hosts: [other],'), true],
    ['by its full name', meshRoute(`hosts: [${FULL}],`), true],
    [
      'by its full name elsewhere',
      meshRoute(`hosts: [${FULL}],`, 'elsewhere'),
      false,
    ],
    [
      'by a route that it may not see',
      meshRoute('hosts: [other], exportTo: [elsewhere],'),
      false,
    ],
    ['by one of its names', meshRoute('hosts: [x.example.com, other],'), true],
    ['by a name elsewhere', meshRoute('hosts: [other],', 'elsewhere'), false],
    [
      'by a name that is no Service',
      meshRoute('hosts: [x.example.com],'),
      false,
    ],
    [
      'by its name in the mesh too',
      meshRoute('hosts: [other], gateways: [gw, mesh],'),
      true,
    ],
    [
      'by its name at a gateway',
      meshRoute('hosts: [other], gateways: [gw],'),
      false,
    ],
    ['by itself', meshRoute('hosts: [reports],'), false],
  ])('of another Service leads here: %s', (_, route, leads) => {
    const found = states(serviceYaml(), OTHER, waypointYaml(), route);
    expect(found).toEqual({
      'mesh.80': 'open',
      ...(leads ? { 'mesh.ambient.other.80.r.80': 'open' } : {}),
    });
  });

  it.each<[string, string]>([
    ['without a waypoint', OTHER.replace(USE, '')],
    ['for TCP', OTHER.replace('name: http', 'name: tcp')],
    ['for UDP', OTHER.replace('port: 80', 'port: 80, protocol: UDP')],
    ['that is malformed', OTHER.replace('port: 80', 'port: x')],
  ])('of another Service %s leads nowhere by a route', (_, other) => {
    const route = apiRoute('{kind: Service, group: "", name: other}');
    const found = states(serviceYaml(), other, waypointYaml(), route);
    expect(found).toEqual({ 'mesh.80': 'open' });
  });

  it('of another Service is told of with what it leads to', () => {
    const route = apiRoute('{kind: Service, group: "", name: other}');
    const mesh = meshOf([
      namespaceYaml(),
      podYaml(),
      serviceYaml(),
      OTHER,
      waypointYaml('', '', 'ambient', 'status: {addresses: []}'),
      route,
    ]);
    const way = assessService(mesh, REPORTS).waysIn[1];
    expect(way).toMatchObject({
      id: 'mesh.ambient.other.80.r.80',
      kind: 'in-mesh',
      host: FULL,
      port: 80,
      protocol: 'http',
      paths: [],
      route: { kind: 'HTTPRoute', namespace: 'ambient', name: 'r' },
      hops: [
        { port: 80, protocol: 'http', proxy: { kind: 'waypoint' } },
        { port: 8080, protocol: 'tcp', proxy: { kind: 'ztunnel' } },
      ],
      destination: { ...REPORTS, port: 80 },
      callerIdentity: 'required',
      uncertain: [
        'waypoint ambient/waypoint has no address yet, and until it has one callers pass it by',
      ],
    });
  });
});
