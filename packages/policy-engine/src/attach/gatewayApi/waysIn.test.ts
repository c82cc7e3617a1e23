import { decideWayIn, matchRoute } from '../..';
import {
  gateway,
  HTTP,
  PROXY,
  route,
  TO_BACKEND,
} from '../../__testUtils__/gatewayApi';
import { BACKEND, gatewayWays } from '../../__testUtils__/gateways';
import { WORKLOADS } from '../../__testUtils__/handsOn';
import { meshConfig } from '../../__testUtils__/meshConfig';
import { applyYaml, ISSUER, meshOf, token } from '../../__testUtils__/mesh';

const requireToken = (attachment: string, namespace = 'default') => `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: jwt, namespace: ${namespace}}
spec: {${attachment}, jwtRules: [{issuer: ${ISSUER}, jwksUri: "https://keys.example.com"}]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: jwt, namespace: ${namespace}}
spec: {${attachment}, rules: [{from: [{source: {requestPrincipals: ["${ISSUER}/*"]}}]}]}
`;
const TARGET =
  'targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: web}]';

const grant = (from: string, rest = '') => `
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: g, namespace: default}
spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: ${from}}], to: [{group: "", kind: Service ${rest}}]}
`;

describe('ways in by the Gateway API', () => {
  it('are decided like any other, on the proxy that Istio will deploy', () => {
    const mesh = meshOf([WORKLOADS, gateway(HTTP), route(TO_BACKEND)]);
    const [way, ...others] = gatewayWays(mesh);
    expect(others).toEqual([]);
    expect(way).toMatchObject({
      host: 'h.example.com',
      port: 80,
      protocol: 'http',
      state: 'open',
      route: { kind: 'HTTPRoute', namespace: 'default', name: 'r' },
      gateway: { kind: 'Gateway', apiVersion: 'gateway.networking.k8s.io/v1' },
    });
    expect(way.hops.map(({ proxy }) => [proxy.kind, proxy.name])).toEqual([
      ['gateway', 'web-istio'],
      ['sidecar', 'backend'],
    ]);
  });

  it.each([
    ['targetRefs to the Gateway', TARGET, 'default', 'enforced'],
    [
      'targetRef',
      TARGET.replace('targetRefs: [', 'targetRef: ').replace(']', ''),
      'default',
      'enforced',
    ],
    ['targetRefs in another namespace', TARGET, 'istio-system', 'open'],
    [
      'targetRefs to another Gateway',
      TARGET.replace('name: web', 'name: other'),
      'default',
      'open',
    ],
    [
      'targetRefs to the Service',
      'targetRefs: [{kind: Service, name: backend}]',
      'default',
      'open',
    ],
    [
      'a selector',
      'selector: {matchLabels: {gateway.networking.k8s.io/gateway-name: web}}',
      'default',
      'enforced',
    ],
    [
      'a selector in the root namespace',
      'selector: {matchLabels: {gateway.networking.k8s.io/gateway-name: web}}',
      'istio-system',
      'enforced',
    ],
  ])('honour %s', (_, attachment, namespace, state) => {
    const mesh = meshOf([
      WORKLOADS,
      gateway(HTTP),
      route(TO_BACKEND),
      requireToken(attachment, namespace),
    ]);
    const [way] = gatewayWays(mesh);
    expect(way.state).toBe(state);
    const status = decideWayIn(mesh, way, {
      port: 80,
      host: 'h.example.com',
      tokens: [token({}, 'expired')],
    }).status;
    expect(status).toBe(state === 'enforced' ? 401 : 200);
  });

  it('do not honour targetRefs on a classic gateway', () => {
    const classic = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: web, namespace: istio-system}
spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: r, namespace: default}
spec: {hosts: [h.test], gateways: [istio-system/web], http: [{route: [{destination: {host: backend, port: {number: 80}}}]}]}
`;
    const mesh = meshOf([
      WORKLOADS,
      classic,
      requireToken(TARGET, 'istio-system'),
    ]);
    expect(gatewayWays(mesh).map(({ state }) => state)).toEqual(['open']);
  });

  it.each([
    ['Same', '', 'default', 1],
    ['Same, from elsewhere', '', 'shop', 0],
    ['All', 'allowedRoutes: {namespaces: {from: All}}', 'shop', 1],
    [
      'Selector',
      'allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: a}}}}',
      'shop',
      1,
    ],
    [
      'Selector of others',
      'allowedRoutes: {namespaces: {from: Selector, selector: {matchExpressions: [{key: team, operator: NotIn, values: [a]}]}}}',
      'shop',
      0,
    ],
    [
      'Selector by name',
      'allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {kubernetes.io/metadata.name: shop}}}}',
      'shop',
      1,
    ],
    [
      'another kind',
      'allowedRoutes: {kinds: [{kind: GRPCRoute}]}',
      'default',
      0,
    ],
  ])('respect allowedRoutes: %s', (_, allowed, namespace, count) => {
    const mesh = meshOf([
      WORKLOADS,
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: a}}',
      gateway(`{name: http, port: 80, protocol: HTTP, ${allowed}}`),
      route('{backendRefs: [{name: backend, namespace: default, port: 80}]}', {
        namespace,
        parent: '{name: web, namespace: default}',
      }),
      grant(namespace),
    ]);
    expect(gatewayWays(mesh)).toHaveLength(count);
  });

  it.each([
    ['without', [], 0],
    ['with', [grant('shop')], 1],
    ['with one for this Service', [grant('shop', ', name: backend')], 1],
    ['with one for another Service', [grant('shop', ', name: other')], 0],
    ['with one for another namespace', [grant('other')], 0],
  ])('need a ReferenceGrant to another namespace: %s', (_, grants, count) => {
    const mesh = meshOf([
      WORKLOADS,
      gateway(
        '{name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}',
      ),
      route('{backendRefs: [{name: backend, namespace: default, port: 80}]}', {
        namespace: 'shop',
        parent: '{name: web, namespace: default}',
      }),
      ...grants,
    ]);
    expect(gatewayWays(mesh)).toHaveLength(count);
    const request = { port: 80, host: 'h.example.com' };
    expect(matchRoute(mesh, PROXY, request)).toMatchObject(
      count === 1
        ? { kind: 'service', service: BACKEND }
        : { kind: 'direct-response', status: 500 },
    );
  });

  it.each([
    ['*.example.com', 'h.example.com', ['h.example.com']],
    ['h.example.com', '"*.example.com"', ['h.example.com']],
    ['h.example.com', 'other.com', []],
    ['h.example.com', '', ['h.example.com']],
    ['', '', ['*']],
    ['', '"*.a.com", b.com', ['*.a.com', 'b.com']],
  ])('listener %s, route %s: %s', (listener, hosts, expected) => {
    const mesh = meshOf([
      WORKLOADS,
      gateway(
        `{name: http, port: 80, protocol: HTTP ${
          listener ? `, hostname: "${listener}"` : ''
        }}`,
      ),
      route(TO_BACKEND, { hosts }),
    ]);
    expect(gatewayWays(mesh).map(({ host }) => host)).toEqual(expected);
  });

  it('leave a host to the listener that names it best', () => {
    const listeners =
      '{name: wide, port: 80, protocol: HTTP, hostname: "*.example.com"}, {name: own, port: 80, protocol: HTTP, hostname: h.example.com}';
    const mesh = meshOf([
      WORKLOADS,
      gateway(listeners),
      route(TO_BACKEND, { parent: '{name: web, sectionName: wide}' }),
    ]);
    expect(gatewayWays(mesh)).toEqual([]);
    applyYaml(
      mesh,
      route(TO_BACKEND, { parent: '{name: web, sectionName: own}' }),
    );
    expect(gatewayWays(mesh)).toHaveLength(1);
  });

  it.each([
    ['{name: web, sectionName: http}', 1],
    ['{name: web, sectionName: none}', 0],
    ['{name: web, port: 80}', 1],
    ['{name: web, port: 81}', 0],
    ['{name: web, namespace: other}', 0],
    ['{name: backend, kind: Service, group: ""}', 0],
    ['{name: web, sectionName: http}, {name: web, port: 80}', 1],
  ])('parentRefs %s: %s', (parent, count) => {
    const mesh = meshOf([
      WORKLOADS,
      gateway(HTTP),
      route(TO_BACKEND, { parent }),
    ]);
    expect(gatewayWays(mesh)).toHaveLength(count);
  });

  it.each([
    [
      'HTTPRoute',
      'HTTPS',
      'tls: {mode: Terminate, certificateRefs: [{name: c}]}',
      'https',
      'http',
    ],
    [
      'GRPCRoute',
      'HTTPS',
      'tls: {certificateRefs: [{name: c}]}',
      'https',
      'http',
    ],
    ['TLSRoute', 'TLS', 'tls: {mode: Passthrough}', 'tls', 'tcp'],
    [
      'TLSRoute',
      'TLS',
      'tls: {mode: Terminate, certificateRefs: [{name: c}]}',
      'tls',
      'tcp',
    ],
    ['TCPRoute', 'TCP', '', 'tcp', 'tcp'],
  ])('%s on %s %s', (kind, protocol, tls, client, chain) => {
    const mesh = meshOf([
      WORKLOADS,
      gateway(`{name: x, port: 443, protocol: ${protocol}, ${tls}}`),
      route(TO_BACKEND, { kind }),
    ]);
    const [way, ...others] = gatewayWays(mesh);
    expect(others).toEqual([]);
    expect(way).toMatchObject({ port: 443, protocol: client, state: 'open' });
    expect(way.hops[0]).toMatchObject({ port: 443, protocol: chain });
    // Where TLS is ended at the listener, the names of a TLSRoute choose nothing.
    const isAnyName = chain === 'tcp' && !tls.includes('Passthrough');
    expect(way.host).toBe(isAnyName ? '*' : 'h.example.com');
  });

  it('listen on the target ports of the Service in front', () => {
    const mesh = meshOf([
      WORKLOADS,
      gateway(HTTP),
      route(TO_BACKEND),
      `
apiVersion: v1
kind: Service
metadata: {name: web-istio, namespace: default}
spec: {selector: {app: web-proxy}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web-0, namespace: default, labels: {app: web-proxy, gateway.networking.k8s.io/gateway-name: web}}
spec: {serviceAccountName: web-istio, containers: [{name: istio-proxy, args: [proxy, router]}]}
`,
    ]);
    const [way] = gatewayWays(mesh);
    expect(way.hops[0]).toMatchObject({
      port: 8080,
      proxy: { labels: { app: 'web-proxy' } },
    });
  });

  const proxyPod = (rest = '') => `
apiVersion: v1
kind: Pod
metadata: {name: web-0, namespace: default, labels: {app: web-proxy, gateway.networking.k8s.io/gateway-name: web ${rest}}}
spec: {serviceAccountName: web-istio, containers: [{name: istio-proxy, args: [proxy, router]}]}
`;
  const serviceInFront = (selector: string) => `
apiVersion: v1
kind: Service
metadata: {name: web-istio, namespace: default}
spec: {${selector} ports: [{name: http, port: 80}]}
`;

  it.each([
    ['their Pods, though no Service is known', proxyPod(), '', 'web-proxy'],
    [
      'none of them by a Service without a selector',
      '',
      serviceInFront(''),
      undefined,
    ],
    [
      'none of them by a Service for others',
      proxyPod(),
      serviceInFront('selector: {app: other},'),
      undefined,
    ],
  ])('are decided at %s', (_, pod, service, app) => {
    const texts = [pod, service].filter(text => text !== '');
    const mesh = meshOf([
      WORKLOADS,
      gateway(HTTP),
      route(TO_BACKEND),
      ...texts,
    ]);
    expect(gatewayWays(mesh)[0].hops[0].proxy.labels.app).toBe(app);
  });

  it.each([
    [
      'the labels that it is given',
      'infrastructure: {labels: {team: a}},',
      '',
      'team: a',
      true,
    ],
    ['its own labels', '', 'team: a', 'team: a', true],
    [
      'the given ones before its own',
      'infrastructure: {labels: {team: b}},',
      'team: a',
      'team: a',
      false,
    ],
    [
      'what Istio says of it',
      '',
      '',
      'gateway.istio.io/managed: istio.io-gateway-controller',
      true,
    ],
    ['its name', '', '', 'service.istio.io/canonical-name: web-istio', true],
    [
      'its revision',
      '',
      '',
      'service.istio.io/canonical-revision: latest',
      true,
    ],
  ])('are selected on the proxy to come by %s', (_, rest, own, label, is) => {
    const mesh = meshOf([
      WORKLOADS,
      gateway(HTTP, { rest }).replace(
        'namespace: default}',
        `namespace: default, labels: {${own}}}`,
      ),
      route(TO_BACKEND),
      requireToken(`selector: {matchLabels: {${label}}}`),
    ]);
    expect(gatewayWays(mesh)[0].state).toBe(is ? 'enforced' : 'open');
  });

  it('share requests evenly where no weight is given', () => {
    const both =
      '{backendRefs: [{name: frontend, port: 80}, {name: backend, port: 80}]}';
    const ways = (rules: string, kind = 'HTTPRoute', protocol = 'HTTP') =>
      gatewayWays(
        meshOf([
          WORKLOADS,
          gateway(`{name: x, port: 80, protocol: ${protocol}}`),
          route(rules, { kind }),
        ]),
      ).length;
    expect(ways(both)).toBe(1);
    expect(ways(both, 'TCPRoute', 'TCP')).toBe(1);
    const none = both.replace(
      'backend, port: 80',
      'backend, port: 80, weight: 0',
    );
    expect(ways(none)).toBe(0);
    expect(ways(none, 'TCPRoute', 'TCP')).toBe(0);
  });

  it('use the Service that a manual deployment names, or say that it is not there', () => {
    const manual = gateway(HTTP, {
      namespace: 'istio-system',
      rest: 'addresses: [{type: Hostname, value: istio-ingressgateway.istio-system.svc.cluster.local}],',
    }).replace(
      'listeners: [{',
      'listeners: [{allowedRoutes: {namespaces: {from: All}}, ',
    );
    const bound = route(TO_BACKEND, {
      parent: '{name: web, namespace: istio-system}',
    });
    const mesh = meshOf([WORKLOADS, manual, bound]);
    const [way] = gatewayWays(mesh);
    expect(way.hops[0]).toMatchObject({
      port: 8080,
      proxy: { name: 'istio-ingressgateway' },
    });
    expect(way.state).toBe('open');
    applyYaml(mesh, manual.replace('value: istio-ingressgateway', 'value: no'));
    expect(gatewayWays(mesh)[0]).toMatchObject({ state: 'unknown' });
  });

  it.each([
    [
      'another controller',
      gateway(HTTP).replace('istio,', 'nginx,'),
      /not known to be Istio/,
    ],
    ['a malformed Gateway', gateway('{name: 3}'), /malformed/],
    [
      'an experimental ListenerSet',
      gateway(HTTP) +
        route(TO_BACKEND, {
          parent:
            '{name: s, group: gateway.networking.x-k8s.io, kind: XListenerSet}',
        }),
      /XListenerSet/,
    ],
  ])('are unknown with a reason: %s', (_, text, reason) => {
    const mesh = meshOf([WORKLOADS, route(TO_BACKEND)]);
    text.split(/(?=apiVersion)/).forEach(part => applyYaml(mesh, part));
    const [way] = gatewayWays(mesh);
    expect(way).toMatchObject({ state: 'unknown' });
    expect(way.reason).toMatch(reason);
  });

  it.each([
    ['HTTPRoute', 'http'],
    ['GRPCRoute', 'http'],
    ['TLSRoute', 'tcp'],
    ['TCPRoute', 'tcp'],
  ])(
    'that are unknown are told of with what is known: %s',
    (kind, protocol) => {
      const mesh = meshOf([
        WORKLOADS,
        gateway(HTTP).replace('istio,', 'nginx,'),
        route(TO_BACKEND, { kind }),
      ]);
      expect(gatewayWays(mesh)).toMatchObject([
        {
          id: `route.${kind}.web.default.r`,
          host: '*',
          port: 0,
          protocol,
          paths: [],
          hops: [],
          destination: { ...BACKEND, port: 80 },
          route: { kind, namespace: 'default', name: 'r' },
        },
      ]);
    },
  );

  describe('that the mesh config shows', () => {
    const ALL =
      '{name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}';
    const reached = (exportTo: string, ...texts: string[]) => {
      const mesh = meshOf([
        WORKLOADS,
        meshConfig(`defaultVirtualServiceExportTo: [${exportTo}]`),
        gateway(ALL, { namespace: 'edge' }),
        ...texts,
      ]);
      const match = matchRoute(
        mesh,
        { ...PROXY, namespace: 'edge' },
        { port: 80, host: 'h.example.com', path: '/' },
      );
      expect(gatewayWays(mesh)).toHaveLength(match.kind === 'service' ? 1 : 0);
      return match.kind;
    };
    const FROM_DEFAULT = route(TO_BACKEND, {
      parent: '{name: web, namespace: edge}',
    });
    const older = (rules: string, created = '2025-01-01T00:00:00Z') =>
      route(rules, {
        namespace: 'edge',
        name: 'older',
        parent: '{name: web}',
        created,
      });

    it.each([
      ['"*"', 'service'],
      ['"."', 'not-found'],
      ['edge', 'service'],
      ['"~"', 'not-found'],
    ])('to %s alone: %s', (exportTo, kind) => {
      expect(reached(exportTo, FROM_DEFAULT)).toBe(kind);
    });

    it('are of the namespace of the oldest that they are merged with', () => {
      const path = '{matches: [{path: {type: Exact, value: /other}}]}';
      expect(reached('"."', FROM_DEFAULT, older(path))).toBe('service');
      expect(
        reached('"."', FROM_DEFAULT, older(path, '2026-02-01T00:00:00Z')),
      ).toBe('not-found');
    });
  });

  it('know a GatewayClass by its controller', () => {
    const mesh = meshOf([
      WORKLOADS,
      gateway(HTTP).replace('istio,', 'own,'),
      route(TO_BACKEND),
      'apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: own}\nspec: {controllerName: istio.io/gateway-controller}',
    ]);
    expect(gatewayWays(mesh)[0]).toMatchObject({ state: 'open' });
    expect(gatewayWays(mesh)[0].hops[0].proxy.name).toBe('web-own');
  });

  it('follow changes of Gateway, route and grant', () => {
    const mesh = meshOf([WORKLOADS]);
    expect(gatewayWays(mesh)).toEqual([]);
    applyYaml(mesh, route(TO_BACKEND));
    expect(gatewayWays(mesh)).toEqual([]);
    applyYaml(mesh, gateway(HTTP));
    expect(gatewayWays(mesh)).toHaveLength(1);
    applyYaml(mesh, requireToken(TARGET));
    expect(gatewayWays(mesh)[0].state).toBe('enforced');
    mesh.remove({
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      namespace: 'default',
      name: 'web',
    });
    expect(gatewayWays(mesh)).toHaveLength(1);
    mesh.remove({
      apiVersion: 'gateway.networking.k8s.io/v1beta1',
      kind: 'Gateway',
      namespace: 'default',
      name: 'web',
    });
    expect(gatewayWays(mesh)).toEqual([]);
  });
});
