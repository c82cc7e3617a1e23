import {
  assessService,
  decideWayIn,
  Hop,
  Mesh,
  WayIn,
  WayInAssessment,
} from '..';
import {
  BACKEND_JWT,
  GATEWAY,
  INGRESS_POLICY,
  ingressAuthentication,
  WORKLOADS,
} from '../__testUtils__/handsOn';
import { applyYaml, meshOf, token } from '../__testUtils__/mesh';

const BACKEND = { namespace: 'default', name: 'backend' };

function waysIn(mesh: Mesh): WayInAssessment[] {
  return assessService(mesh, BACKEND).waysIn;
}

function service(spec: string): string {
  return `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default}
spec: {${spec}}
`;
}

function pod(rest: string, metadata = ''): string {
  return `
apiVersion: v1
kind: Pod
metadata: {name: backend-0, namespace: default, labels: {app: backend}, ${metadata}}
spec: {${rest}}
`;
}

const SELECT = 'selector: {app: backend}';
const HTTP = `${SELECT}, ports: [{name: http, port: 80, targetPort: 8080}]`;
const PROXIED = 'containers: [{name: app}, {name: istio-proxy}]';

describe('in-mesh ways in', () => {
  it.each([
    [
      'without sidecar',
      [pod('containers: [{name: app}]')],
      'open',
      /no sidecar/,
    ],
    [
      'with the port excluded from the sidecar',
      [
        pod(
          PROXIED,
          'annotations: {traffic.sidecar.istio.io/excludeInboundPorts: "9090,8080"}',
        ),
      ],
      'open',
      /excluded from its sidecar/,
    ],
    [
      'with other ports included only',
      [
        pod(
          PROXIED,
          'annotations: {traffic.sidecar.istio.io/includeInboundPorts: "9090"}',
        ),
      ],
      'open',
      /excluded/,
    ],
    [
      'with interception mode NONE',
      [pod(PROXIED, 'annotations: {sidecar.istio.io/interceptionMode: NONE}')],
      'open',
      /interception mode NONE/,
    ],
    [
      'with a native sidecar',
      [
        pod(
          'containers: [{name: app}], initContainers: [{name: istio-proxy, restartPolicy: Always}]',
        ),
      ],
      'enforced',
      /sidecar backend/,
    ],
    [
      'in an ambient namespace',
      [
        pod('containers: [{name: app}]'),
        'apiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {istio.io/dataplane-mode: ambient}}',
      ],
      'over-blocked',
      /JWT cannot be checked: ambient/,
    ],
    [
      'with completed Pods only',
      [`${pod(PROXIED)}status: {phase: Succeeded}\n`],
      'unknown',
      /no Pod/,
    ],
    [
      'of an ExternalName',
      [
        service(
          'type: ExternalName, externalName: x.example, ports: [{port: 80}]',
        ),
      ],
      'unknown',
      /x\.example/,
    ],
    [
      'without selector',
      [service('ports: [{name: http, port: 80}]')],
      'unknown',
      /no selector/,
    ],
    [
      'of a headless Service',
      [service(`${HTTP}, clusterIP: None`)],
      'enforced',
      /sidecar/,
    ],
    [
      'with a named target port that no Pod has',
      [service(`${SELECT}, ports: [{name: http, port: 80, targetPort: web}]`)],
      'unknown',
      /"web"/,
    ],
    [
      'on a TCP port',
      [
        service(
          `${SELECT}, ports: [{name: tcp-x, port: 80, targetPort: 8080}]`,
        ),
      ],
      'over-blocked',
      /TCP/,
    ],
    [
      'with appProtocol over the name',
      [
        service(
          `${SELECT}, ports: [{name: tcp-x, appProtocol: http, port: 80, targetPort: 8080}]`,
        ),
      ],
      'enforced',
      /sidecar/,
    ],
    [
      'with an unnamed port',
      [service(`${SELECT}, ports: [{port: 80, targetPort: 8080}]`)],
      'enforced',
      /sidecar/,
    ],
  ])('%s', (_, texts, state, reason) => {
    const mesh = meshOf([WORKLOADS, BACKEND_JWT, ...texts]);
    const [inMesh, ...others] = waysIn(mesh);
    expect(others).toEqual([]);
    expect(inMesh).toMatchObject({ kind: 'in-mesh', state });
    expect(inMesh.reason).toMatch(reason);
  });

  it('has none for UDP', () => {
    const mesh = meshOf([
      WORKLOADS,
      service(`${SELECT}, ports: [{port: 53, protocol: UDP}]`),
    ]);
    expect(assessService(mesh, BACKEND)).toMatchObject({
      state: 'unknown',
      waysIn: [],
    });
  });

  it('is unknown for a Service that is not there', () => {
    expect(assessService(new Mesh(), BACKEND)).toMatchObject({
      state: 'unknown',
      reason: 'There is no such Service.',
    });
  });

  it('tells plaintext callers from strangers with a certificate', () => {
    const mesh = meshOf([WORKLOADS]);
    const allow = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: mesh-only, namespace: default}
spec: {selector: {matchLabels: {app: backend}}, rules: [{from: [{source: {principals: ["*"]}}]}]}
`;
    applyYaml(mesh, allow);
    mesh.remove({
      kind: 'PeerAuthentication',
      namespace: 'istio-system',
      name: 'default',
    });
    const [inMesh] = waysIn(mesh);
    expect(inMesh.callerIdentity).toBe('optional');
    expect(inMesh.exposures).toHaveLength(1);
    expect(inMesh.exposures[0].witness.source?.principal).toContain(
      'another-namespace',
    );
  });

  it('has one way in for each kind of Pods behind a port', () => {
    const canary = `
apiVersion: v1
kind: Pod
metadata: {name: canary-0, namespace: default, labels: {app: backend, version: v2}}
spec: {containers: [{name: app}]}
`;
    const mesh = meshOf([WORKLOADS, BACKEND_JWT, canary]);
    expect(
      waysIn(mesh)
        .map(({ state }) => state)
        .sort(),
    ).toEqual(['enforced', 'open']);
    expect(assessService(mesh, BACKEND).state).toBe('open');
    expect(new Set(waysIn(mesh).map(({ id }) => id)).size).toBe(2);
  });

  it.each([
    ['{name: default, labels: {istio-injection: enabled}}', '', 'enforced'],
    ['{name: default}', '', 'open'],
    [
      '{name: default, labels: {istio-injection: enabled}}',
      ', sidecar.istio.io/inject: "false"',
      'open',
    ],
    ['{name: other}', '', 'unknown'],
  ])(
    'reads templates where there are no Pods: %s%s',
    (namespace, label, state) => {
      const mesh = meshOf([WORKLOADS, BACKEND_JWT]);
      mesh.remove({ kind: 'Pod', namespace: 'default', name: 'backend-0' });
      applyYaml(
        mesh,
        `apiVersion: v1\nkind: Namespace\nmetadata: ${namespace}`,
      );
      applyYaml(
        mesh,
        `
apiVersion: apps/v1
kind: Deployment
metadata: {name: backend, namespace: default}
spec:
  template:
    metadata: {labels: {app: backend${label}}}
    spec: {containers: [{name: app}]}
`,
      );
      expect(waysIn(mesh)[0].state).toBe(state);
    },
  );
});

const gatewayOf = (server: string, name = 'gw', namespace = 'default') => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: ${namespace}}
spec: {selector: {istio: ingressgateway}, servers: [${server}]}
`;
const routesOf = (spec: string, namespace = 'default', name = 'vs') => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: ${namespace}}
spec: {${spec}}
`;
const TO_BACKEND =
  'route: [{destination: {host: backend.default.svc.cluster.local, port: {number: 80}}}]';
const HTTP_SERVER =
  '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}';

function gatewayWays(...texts: string[]) {
  return waysIn(meshOf([WORKLOADS, ...texts])).filter(
    ({ kind }) => kind === 'gateway',
  );
}

describe('gateway ways in', () => {
  it.each([
    ['h.a.com', '"*"', 'h.a.com'],
    ['"*"', 'h.a.com', 'h.a.com'],
    ['"*.a.com"', 'h.a.com', 'h.a.com'],
    ['h.a.com', '"*.a.com"', 'h.a.com'],
    ['h.a.com', '"default/*.a.com"', 'h.a.com'],
    ['h.a.com', '"./h.a.com"', 'h.a.com'],
    ['h.a.com', '"other/*"', undefined],
    ['h.b.com', '"*.a.com"', undefined],
  ])('host %s on server host %s: %s', (host, serverHost, expected) => {
    const ways = gatewayWays(
      gatewayOf(
        `{port: {number: 80, name: http, protocol: HTTP}, hosts: [${serverHost}]}`,
      ),
      routesOf(`hosts: [${host}], gateways: [gw], http: [{${TO_BACKEND}}]`),
    );
    expect(ways.map(way => way.host)).toEqual(expected ? [expected] : []);
  });

  it.each([
    ['gw', 1],
    ['default/gw', 1],
    ['other/gw', 0],
    ['mesh', 0],
  ])('gateway named %s: %s', (name, count) => {
    const vs = routesOf(
      `hosts: [h.test], gateways: [${name}], http: [{${TO_BACKEND}}]`,
    );
    expect(gatewayWays(gatewayOf(HTTP_SERVER), vs)).toHaveLength(count);
  });

  it.each([
    ['["."]', 0],
    ['["*"]', 1],
    ['[istio-system]', 1],
    ['[elsewhere]', 0],
  ])('exportTo %s: %s', (exportTo, count) => {
    const vs = routesOf(
      `hosts: [h.test], gateways: [gw], exportTo: ${exportTo}, http: [{${TO_BACKEND}}]`,
    );
    expect(gatewayWays(gatewayOf(HTTP_SERVER), vs)).toHaveLength(count);
  });

  it.each([
    ['HTTPS', 'SIMPLE', 'http', 'https', 'http'],
    ['HTTPS', 'MUTUAL', 'http', 'https', 'http'],
    ['HTTPS', 'PASSTHROUGH', 'tls', 'tls', 'tcp'],
    ['TLS', 'SIMPLE', 'tcp', 'tls', 'tcp'],
    ['TCP', '', 'tcp', 'tcp', 'tcp'],
  ])('%s %s reads %s routes: %s', (protocol, mode, kind, client, chain) => {
    const tls = mode ? `, tls: {mode: ${mode}, credentialName: c}` : '';
    const match =
      kind === 'tls' ? 'match: [{port: 443, sniHosts: [h.test]}], ' : '';
    const [way, ...others] = gatewayWays(
      gatewayOf(
        `{port: {number: 443, name: x, protocol: ${protocol}}, hosts: [h.test]${tls}}`,
      ),
      routesOf(
        `hosts: [h.test], gateways: [gw], ${kind}: [{${match}${TO_BACKEND}}]`,
      ),
    );
    expect(others).toEqual([]);
    expect(way).toMatchObject({ protocol: client, port: 443, state: 'open' });
    expect(way.hops[0]).toMatchObject({ port: 8443, protocol: chain });
  });

  it('leads nowhere by a server that redirects to HTTPS, and by redirects', () => {
    const server =
      '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"], tls: {httpsRedirect: true}}';
    const vs = routesOf(
      `hosts: [h.test], gateways: [gw], http: [{${TO_BACKEND}}]`,
    );
    expect(gatewayWays(gatewayOf(server), vs)).toEqual([]);
    const redirect = routesOf(
      'hosts: [h.test], gateways: [gw], http: [{redirect: {uri: /x}}]',
    );
    expect(gatewayWays(gatewayOf(HTTP_SERVER), redirect)).toEqual([]);
  });

  it('shows the paths that lead here', () => {
    const other =
      'route: [{destination: {host: frontend, port: {number: 80}}}]';
    const [way] = gatewayWays(
      gatewayOf(HTTP_SERVER),
      routesOf(
        `hosts: [h.test], gateways: [gw], http: [{match: [{uri: {prefix: /api}}, {uri: {exact: /x}}], ${TO_BACKEND}}, {${other}}]`,
      ),
    );
    expect(way.paths).toEqual(['/api*', '/x']);
    expect(way.exposures[0].witness.path).toMatch(/^\/(api|x$)/);
  });

  it('shows no paths of routes that copy to others, or send nothing on', () => {
    const other =
      'route: [{destination: {host: frontend, port: {number: 80}}}]';
    const paths = (first: string) =>
      gatewayWays(
        gatewayOf(HTTP_SERVER),
        routesOf(
          `hosts: [h.test], gateways: [gw], http: [{match: [{uri: {prefix: /a}}], ${first}}, {match: [{uri: {prefix: /b}}], ${TO_BACKEND}}]`,
        ),
      ).map(way => way.paths);
    expect(paths(`${other}, mirror: {host: frontend}`)).toEqual([['/b*']]);
    expect(
      paths(`${other}, mirror: {host: backend, port: {number: 80}}`),
    ).toEqual([['/a*', '/b*']]);
    const copied = 'mirror: {host: backend, port: {number: 80}}';
    expect(paths(`redirect: {uri: /x}, ${copied}`)).toEqual([['/b*']]);
    expect(paths(`directResponse: {status: 200}, ${copied}`)).toEqual([
      ['/b*'],
    ]);
  });

  it('also counts small shares and mirrors', () => {
    const route =
      'route: [{weight: 99, destination: {host: frontend, port: {number: 80}}}, {weight: 1, destination: {host: backend, port: {number: 80}}}]';
    expect(
      gatewayWays(
        gatewayOf(HTTP_SERVER),
        routesOf(`hosts: [h.test], gateways: [gw], http: [{${route}}]`),
      )[0].state,
    ).toBe('open');
    const mirror =
      'mirror: {host: backend, port: {number: 80}}, route: [{destination: {host: frontend, port: {number: 80}}}]';
    expect(
      gatewayWays(
        gatewayOf(HTTP_SERVER),
        routesOf(`hosts: [h.test], gateways: [gw], http: [{${mirror}}]`),
      )[0].state,
    ).toBe('open');
  });

  it('carries rewrites to the sidecar', () => {
    const exempt = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: exempt, namespace: default}
spec: {selector: {matchLabels: {app: backend}}, rules: [{to: [{operation: {paths: ["/healthz"]}}]}]}
`;
    const [way] = gatewayWays(
      BACKEND_JWT,
      exempt,
      gatewayOf(HTTP_SERVER),
      routesOf(
        `hosts: [h.test], gateways: [gw], http: [{match: [{uri: {prefix: /app/}}], rewrite: {uri: /}, ${TO_BACKEND}}]`,
      ),
    );
    expect(way.state).toBe('partial');
    expect(way.exposures.map(({ witness }) => witness.path)).toEqual([
      '/app/healthz',
    ]);
  });

  it.each([
    [
      'a gateway without Pods',
      [gatewayOf(HTTP_SERVER).replace('ingressgateway', 'none')],
      /no Pod/,
    ],
    ['a malformed Gateway', [gatewayOf('{port: {number: "x"}}')], /malformed/],
    [
      'a malformed VirtualService',
      [
        gatewayOf(HTTP_SERVER),
        routesOf(
          `hosts: [h.test], gateways: [gw], http: [{${TO_BACKEND}, match: 3}]`,
        ),
      ],
      /malformed/,
    ],
    [
      'an EnvoyFilter on the gateway',
      [
        gatewayOf(HTTP_SERVER),
        `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: lua, namespace: istio-system}
spec: {workloadSelector: {labels: {istio: ingressgateway}}, configPatches: [{applyTo: HTTP_FILTER, match: {context: GATEWAY}}]}
`,
      ],
      /EnvoyFilter istio-system\/lua/,
    ],
  ])('%s makes it unknown', (_, texts, reason) => {
    const vs = texts.some(text => text.includes('kind: VirtualService'))
      ? ''
      : routesOf(`hosts: [h.test], gateways: [gw], http: [{${TO_BACKEND}}]`);
    const ways = gatewayWays(...texts, vs);
    expect(ways.map(({ state }) => state)).toEqual(['unknown']);
    expect(ways[0].reason).toMatch(reason);
  });

  it('leaves a sidecar alone that an EnvoyFilter of another context selects', () => {
    const filter = `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: out, namespace: default}
spec: {configPatches: [{applyTo: HTTP_FILTER, match: {context: SIDECAR_OUTBOUND}}, {applyTo: CLUSTER}]}
`;
    expect(waysIn(meshOf([WORKLOADS, BACKEND_JWT, filter]))[0].state).toBe(
      'enforced',
    );
  });

  it('keeps the rest decided where a malformed policy cannot matter', () => {
    const malformed = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: broken, namespace: default}
spec: {selector: {matchLabels: {app: backend}}, action: DENY, rules: 3}
`;
    const mesh = meshOf([WORKLOADS, BACKEND_JWT, malformed]);
    const [inMesh] = waysIn(mesh);
    expect(inMesh.state).toBe('unknown');
    expect(inMesh.reason).toContain('broken is malformed');
    const source = { principal: 'cluster.local/ns/a/sa/b' };
    const ask = (tokens: ReturnType<typeof token>[]) =>
      decideWayIn(mesh, inMesh, { port: 8080, source, tokens });
    expect(ask([]).status).toBe(403);
    expect(ask([token({}, 'expired')]).status).toBe(401);
    expect(ask([token()]).status).toBe('unknown');
  });

  it('strips the token at the gateway unless it forwards it, and shows the gateway as caller', () => {
    const mesh = meshOf([
      WORKLOADS,
      BACKEND_JWT,
      GATEWAY,
      INGRESS_POLICY,
      ingressAuthentication(false),
    ]);
    const gateway = () =>
      waysIn(mesh).filter(({ kind }) => kind === 'gateway')[0];
    const ask = () =>
      decideWayIn(mesh, gateway(), {
        port: 8080,
        host: 'h.test',
        tokens: [token()],
      });
    expect(ask()).toMatchObject({ status: 403, reaches: 'no' });
    expect(ask().hops.map(({ decision }) => decision.status)).toEqual([
      200, 403,
    ]);
    applyYaml(mesh, ingressAuthentication(true));
    expect(ask()).toMatchObject({ status: 200, reaches: 'yes' });
    const allowGateway = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: from-gateway, namespace: default}
spec: {selector: {matchLabels: {app: backend}}, rules: [{from: [{source: {principals: ["cluster.local/ns/istio-system/sa/istio-ingressgateway"]}}]}]}
`;
    applyYaml(mesh, ingressAuthentication(false));
    applyYaml(mesh, allowGateway);
    expect(ask().status).toBe(200);
  });

  it('has ids that fit into a URL', () => {
    const mesh = meshOf([WORKLOADS, GATEWAY]);
    for (const { id } of waysIn(mesh)) expect(encodeURIComponent(id)).toBe(id);
  });
});

describe('a way in tells', () => {
  const told = (mesh: Mesh) =>
    waysIn(mesh).map(
      ({ state, reason, exposures, issuers, ...way }): WayIn => way,
    );
  const SIDECAR_HOP = {
    proxy: {
      kind: 'sidecar',
      namespace: 'default',
      name: 'backend',
      labels: { app: 'backend' },
    },
    port: 8080,
    protocol: 'http',
  };
  const IN_MESH: WayIn = {
    id: 'mesh.80',
    kind: 'in-mesh',
    host: 'backend.default.svc.cluster.local',
    port: 80,
    protocol: 'http',
    paths: [],
    hops: [{ ...SIDECAR_HOP, policies: [] } as Hop],
    destination: { ...BACKEND, port: 80 },
    callerIdentity: 'required',
  };
  const AT_GATEWAY = {
    id: 'gw.default.gw.80.h.test.default.vs.80',
    kind: 'gateway',
    host: 'h.test',
    port: 80,
    protocol: 'http',
    paths: [],
    gateway: { kind: 'Gateway', namespace: 'default', name: 'gw' },
    route: { kind: 'VirtualService', namespace: 'default', name: 'vs' },
    hops: [
      {
        proxy: {
          kind: 'gateway',
          namespace: 'istio-system',
          name: 'istio-ingressgateway',
          labels: { app: 'istio-ingressgateway', istio: 'ingressgateway' },
        },
        port: 8080,
        protocol: 'http',
        policies: [],
      },
      { ...SIDECAR_HOP, policies: [] },
    ],
    destination: { ...BACKEND, port: 80 },
    callerIdentity: 'none',
  };
  const ROUTE = routesOf(
    `hosts: [h.test], gateways: [gw], http: [{${TO_BACKEND}}]`,
  );

  it('of callers in the mesh', () => {
    expect(told(meshOf([WORKLOADS]))).toEqual([IN_MESH]);
    const [guarded] = told(meshOf([WORKLOADS, BACKEND_JWT]));
    expect(guarded.hops[0].policies).toEqual([
      {
        ref: {
          kind: 'RequestAuthentication',
          namespace: 'default',
          name: 'backend-jwt',
        },
        by: 'selector',
      },
      {
        ref: {
          kind: 'AuthorizationPolicy',
          namespace: 'default',
          name: 'backend-jwt-policy',
        },
        by: 'selector',
        action: 'ALLOW',
      },
    ]);
  });

  it('of a gateway', () => {
    const mesh = meshOf([WORKLOADS, gatewayOf(HTTP_SERVER), ROUTE]);
    expect(told(mesh)).toEqual([AT_GATEWAY, IN_MESH]);
  });

  it('of a gateway and Pods that no sidecar guards', () => {
    const bare = pod('containers: [{name: app}]');
    const texts = [WORKLOADS, bare, gatewayOf(HTTP_SERVER), ROUTE];
    expect(told(meshOf(texts))).toEqual([
      { ...AT_GATEWAY, hops: AT_GATEWAY.hops.slice(0, 1) },
      { ...IN_MESH, hops: [], callerIdentity: 'none' },
    ]);
  });

  it('of a gateway that has no Pod', () => {
    const mesh = meshOf([WORKLOADS, gatewayOf(HTTP_SERVER), ROUTE]);
    mesh.remove({
      kind: 'Pod',
      namespace: 'istio-system',
      name: 'istio-ingressgateway-0',
    });
    expect(told(mesh)[0]).toEqual({
      ...AT_GATEWAY,
      hops: [],
      uncertain: ['no Pod matches the selector of Gateway default/gw'],
    });
  });

  it.each<[string, string, string]>([
    [
      'an ExternalName',
      'type: ExternalName, externalName: x.example, ports: [{port: 80}]',
      "the Service only names x.example, outside of this cluster's workloads",
    ],
    [
      'an ExternalName without a name',
      'type: ExternalName, ports: [{port: 80}]',
      "the Service only names another host, outside of this cluster's workloads",
    ],
    [
      'no selector',
      'ports: [{port: 80}]',
      'the Service has no selector, so its endpoints are not known',
    ],
    [
      'a selector of no Pod',
      'selector: {app: x}, ports: [{port: 80}]',
      "no Pod matches the Service's selector",
    ],
    [
      'a port that no Pod has',
      `${SELECT}, ports: [{port: 80, targetPort: web}]`,
      'no Pod has a port named "web"',
    ],
  ])('what is not known, with %s', (_, spec, uncertain) => {
    const texts = [WORKLOADS, service(spec), gatewayOf(HTTP_SERVER), ROUTE];
    const [atGateway, inMesh] = told(meshOf(texts));
    expect(inMesh).toEqual({
      ...IN_MESH,
      hops: [],
      uncertain: [uncertain],
      callerIdentity: 'none',
    });
    expect(atGateway).toEqual({
      ...AT_GATEWAY,
      hops: AT_GATEWAY.hops.slice(0, 1),
      uncertain: [uncertain],
    });
  });

  it('of every port of the Service', () => {
    const two = service(
      `${SELECT}, ports: [{name: http, port: 80, targetPort: 8080}, {name: tcp-x, port: 90}]`,
    );
    const [first, second] = told(meshOf([WORKLOADS, two]));
    expect(first).toEqual(IN_MESH);
    expect(second).toEqual({
      ...IN_MESH,
      id: 'mesh.90',
      port: 90,
      protocol: 'tcp',
      hops: [{ ...SIDECAR_HOP, port: 90, protocol: 'tcp', policies: [] }],
      destination: { ...BACKEND, port: 90 },
    });
  });

  it.each([
    ['"*"', 'any'],
    ['"*.a.com"', 'any.a.com'],
  ])('of hosts %s in an id that fits into a URL', (host, part) => {
    const route = ROUTE.replace('hosts: [h.test]', `hosts: [${host}]`);
    const mesh = meshOf([WORKLOADS, gatewayOf(HTTP_SERVER), route]);
    expect(told(mesh)[0].id).toBe(`gw.default.gw.80.${part}.default.vs.80`);
  });

  it('twice what two servers of one Gateway do, with ids of their own', () => {
    const servers = `${HTTP_SERVER}, ${HTTP_SERVER.replace(
      '["*"]',
      '[h.test]',
    )}`;
    const mesh = meshOf([WORKLOADS, gatewayOf(servers), ROUTE]);
    expect(told(mesh).map(({ id }) => id)).toEqual([
      AT_GATEWAY.id,
      `${AT_GATEWAY.id}.2`,
      'mesh.80',
    ]);
  });
});

it('takes fields that are null for absent ones', () => {
  const mesh = meshOf([
    WORKLOADS,
    GATEWAY,
    `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: null-lists, namespace: default}
spec: {hosts: [backend], gateways: null, http: [{route: [{destination: {host: backend}}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: no-selector, namespace: default}
spec: {selector: null, ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: no-ports, namespace: default}
spec: {selector: {app: backend}, ports: null}
`,
  ]);
  const states = mesh
    .services()
    .map(({ namespace, name }) => [
      name,
      assessService(mesh, { namespace, name }).state,
    ]);
  expect(states).toContainEqual(['no-selector', 'unknown']);
  expect(states).toContainEqual(['no-ports', 'unknown']);
  expect(waysIn(mesh).length).toBeGreaterThan(0);
});
