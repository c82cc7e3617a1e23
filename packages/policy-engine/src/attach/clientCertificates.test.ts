import { asksForCertificate, parseYaml, validateResource } from '..';
import { gateway, route } from '../__testUtils__/gatewayApi';
import * as api from '../__testUtils__/gatewayApi';
import {
  gatewayWays,
  gatewayYaml,
  TO_BACKEND,
  virtualService,
} from '../__testUtils__/gateways';
import { WORKLOADS } from '../__testUtils__/handsOn';
import { meshOf } from '../__testUtils__/mesh';

const BACKEND_TARGET =
  'route: [{destination: {host: backend, port: {number: 80}}}]';

describe('a server of a classic Gateway', () => {
  const meshAndWaysBy = (server: string, name = 'a') => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(`{${server}, hosts: ["*"]}`),
      virtualService(`{${TO_BACKEND}}`, {
        name,
        rest: `hosts: [h.test], gateways: [gw], tcp: [{${BACKEND_TARGET}}], tls: [{match: [{sniHosts: [h.test]}], ${BACKEND_TARGET}}],`,
      }),
    ]);
    return [mesh, gatewayWays(mesh)] as const;
  };
  const waysBy = (server: string, name?: string) =>
    meshAndWaysBy(server, name)[1];

  it.each([
    ['SIMPLE', 'none', false],
    ['MUTUAL', 'optional', true],
    ['OPTIONAL_MUTUAL', 'optional', false],
    ['ISTIO_MUTUAL', 'required', true],
  ])(
    'with TLS %s sees of the caller an identity: %s',
    (mode, identity, asks) => {
      const [mesh, [way, ...others]] = meshAndWaysBy(
        `port: {number: 443, name: https, protocol: HTTPS}, tls: {mode: ${mode}, credentialName: c}`,
      );
      expect(others).toEqual([]);
      expect(way).toMatchObject({
        protocol: 'https',
        callerIdentity: identity,
        port: 443,
      });
      expect(asksForCertificate(mesh, way)).toBe(asks);
    },
  );

  it.each([
    ['HTTP', '', 'http', 'http'],
    ['HTTP2', '', 'http', 'http'],
    ['GRPC', '', 'http', 'http'],
    ['GRPC-WEB', '', 'http', 'http'],
    ['http', '', 'http', 'http'],
    ['HTTPS', 'SIMPLE', 'https', 'http'],
    ['HTTPS', 'PASSTHROUGH', 'tls', 'tcp'],
    ['TLS', 'PASSTHROUGH', 'tls', 'tcp'],
    ['TLS', 'SIMPLE', 'tls', 'tcp'],
    ['TCP', '', 'tcp', 'tcp'],
    ['TCP', 'SIMPLE', 'tls', 'tcp'],
    ['MONGO', '', 'tcp', 'tcp'],
  ])(
    'of protocol %s with TLS %j speaks %s to clients',
    (protocol, mode, client, chain) => {
      const tls = mode ? `, tls: {mode: ${mode}, credentialName: c}` : '';
      const [way] = waysBy(
        `port: {number: 443, name: x, protocol: ${protocol}}${tls}`,
      );
      expect(way.protocol).toBe(client);
      expect(way.hops[0].protocol).toBe(chain);
    },
  );

  it('that carries traffic between networks, or redirects, is no way in', () => {
    expect(
      waysBy(
        'port: {number: 443, name: x, protocol: TLS}, tls: {mode: AUTO_PASSTHROUGH}',
      ),
    ).toEqual([]);
    expect(
      waysBy(
        'port: {number: 80, name: x, protocol: HTTP}, tls: {httpsRedirect: true}',
      ),
    ).toEqual([]);
  });
});

describe('a listener of the Gateway API', () => {
  const https = (options = '') =>
    `{name: https, port: 443, protocol: HTTPS, tls: {mode: Terminate, certificateRefs: [{name: c}], ${options}}}`;
  const identity = (listener: string, rest = '') => {
    const mesh = meshOf([
      WORKLOADS,
      gateway(listener, { rest }),
      route(api.TO_BACKEND),
    ]);
    return gatewayWays(mesh).map(way => [
      way.callerIdentity,
      asksForCertificate(mesh, way),
    ]);
  };
  const option = (mode: string) =>
    https(`options: {gateway.istio.io/tls-terminate-mode: ${mode}}`);

  it.each([
    ['SIMPLE', 'none', false],
    ['MUTUAL', 'optional', true],
    ['OPTIONAL_MUTUAL', 'optional', false],
    ['ISTIO_MUTUAL', 'required', true],
  ])(
    'with the option %s sees of the caller an identity: %s',
    (mode, ...seen) => {
      expect(identity(option(mode))).toEqual([seen]);
    },
  );

  it.each([
    ['', 'none', false],
    [
      'tls: {frontend: {default: {validation: {caCertificateRefs: [{name: c}]}}}},',
      'optional',
      true,
    ],
    ['tls: {frontend: {default: {}}},', 'none', false],
    [
      'tls: {frontend: {default: {}, perPort: [{port: 443, tls: {validation: {caCertificateRefs: [{name: c}]}}}]}},',
      'optional',
      true,
    ],
    [
      'tls: {frontend: {default: {}, perPort: [{port: 444, tls: {validation: {caCertificateRefs: [{name: c}]}}}]}},',
      'none',
      false,
    ],
    [
      'tls: {frontend: {default: {validation: {caCertificateRefs: [{name: c}]}}, perPort: [{port: 443, tls: {}}]}},',
      'none',
      false,
    ],
    [
      'tls: {frontend: {default: {validation: {mode: AllowInsecureFallback, caCertificateRefs: [{name: c}]}}}},',
      'optional',
      false,
    ],
  ])('of a Gateway with %j: %s', (rest, ...seen) => {
    expect(identity(https(), rest)).toEqual([seen]);
  });

  it.each([
    ['TLSRoute', 'TLS', 'tls: {mode: Passthrough}', 1],
    ['TCPRoute', 'TLS', 'tls: {mode: Passthrough}', 0],
    ['TCPRoute', 'TLS', 'tls: {certificateRefs: [{name: c}]}', 1],
    ['TLSRoute', 'TCP', '', 0],
    ['HTTPRoute', 'TCP', '', 0],
    ['HTTPRoute', 'TLS', 'tls: {certificateRefs: [{name: c}]}', 0],
    ['HTTPRoute', 'HTTPS', 'tls: {mode: Passthrough}', 0],
    ['TLSRoute', 'HTTP', '', 0],
    ['TCPRoute', 'HTTP', '', 0],
    ['GRPCRoute', 'HTTP', '', 1],
    ['HTTPRoute', 'UDP', '', 0],
    ['HTTPRoute', 'HTTPS', '', 0],
    ['TLSRoute', 'TLS', '', 0],
  ])('takes a %s at %s with %j: %s', (kind, protocol, tls, count) => {
    const mesh = meshOf([
      WORKLOADS,
      gateway(`{name: x, port: 443, protocol: ${protocol}, ${tls}}`),
      route(api.TO_BACKEND, { kind }),
    ]);
    expect(gatewayWays(mesh)).toHaveLength(count);
  });

  it.each([
    ['[{kind: TCPRoute}]', 'TLSRoute', 0],
    ['[{kind: TCPRoute}]', 'TCPRoute', 1],
    ['[{kind: TLSRoute}, {kind: TCPRoute}]', 'TCPRoute', 1],
    ['[]', 'TCPRoute', 1],
    ['[{kind: HTTPRoute}]', 'HTTPRoute', 0],
  ])('that allows %s takes a %s: %s', (kinds, kind, count) => {
    const mesh = meshOf([
      WORKLOADS,
      gateway(
        `{name: x, port: 443, protocol: TLS, tls: {certificateRefs: [{name: c}]}, allowedRoutes: {kinds: ${kinds}}}`,
      ),
      route(api.TO_BACKEND, { kind }),
    ]);
    expect(gatewayWays(mesh)).toHaveLength(count);
  });
});

describe('what a Gateway says of client certificates', () => {
  it.each([
    ['tls: x,', 'spec.tls'],
    ['tls: {frontend: x},', 'spec.tls.frontend'],
    ['tls: {frontend: {perPort: x}},', 'spec.tls.frontend.perPort'],
    [
      'tls: {frontend: {default: {validation: x}}},',
      'spec.tls.frontend.default.validation',
    ],
  ])('is refused as %j', (rest, path) => {
    const [resource] = parseYaml(gateway(api.HTTP, { rest })).resources;
    expect(validateResource(resource).map(error => error.path)).toEqual([path]);
    const mesh = meshOf([
      WORKLOADS,
      gateway(api.HTTP, { rest }),
      route(api.TO_BACKEND),
    ]);
    expect(gatewayWays(mesh)[0].state).toBe('unknown');
  });
});

describe('namespaces whose routes a listener takes', () => {
  const count = (allowed: string, labels = 'team: a') =>
    gatewayWays(
      meshOf([
        WORKLOADS,
        ...(labels
          ? [
              `apiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {${labels}}}`,
            ]
          : []),
        gateway(
          `{name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: ${allowed}}}`,
          { namespace: 'edge' },
        ),
        route(api.TO_BACKEND, { parent: '{name: web, namespace: edge}' }),
      ]),
    ).length;
  const by = (expression: string) =>
    `{from: Selector, selector: {matchExpressions: [{${expression}}]}}`;

  it.each([
    ['{from: All}', 1],
    ['{from: None}', 0],
    ['{from: Same}', 0],
    ['{}', 0],
    ['{from: Selector}', 1],
    ['{from: Selector, selector: {}}', 1],
    ['{from: Selector, selector: {matchLabels: {team: a}}}', 1],
    ['{from: Selector, selector: {matchLabels: {team: b}}}', 0],
    [by('key: team, operator: In, values: [b, a]'), 1],
    [by('key: team, operator: In, values: [b]'), 0],
    [by('key: team, operator: In'), 0],
    [by('key: none, operator: In, values: [a]'), 0],
    [by('key: team, operator: NotIn, values: [a]'), 0],
    [by('key: team, operator: NotIn, values: [b]'), 1],
    [by('key: team, operator: NotIn'), 1],
    [by('key: none, operator: NotIn, values: [a]'), 1],
    [by('key: team, operator: Exists'), 1],
    [by('key: none, operator: Exists'), 0],
    [by('key: team, operator: DoesNotExist'), 0],
    [by('key: none, operator: DoesNotExist'), 1],
    [by('key: team, operator: Like, values: [a]'), 0],
    [
      '{from: Selector, selector: {matchLabels: {team: a}, matchExpressions: [{key: team, operator: DoesNotExist}]}}',
      0,
    ],
  ])('%s: %s', (allowed, expected) => {
    expect(count(allowed)).toBe(expected);
  });

  it('are none by None, not even its own', () => {
    const own = (from: string) =>
      gatewayWays(
        meshOf([
          WORKLOADS,
          gateway(
            `{name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: ${from}}}}`,
          ),
          route(api.TO_BACKEND),
        ]),
      ).length;
    expect(own('None')).toBe(0);
    expect(own('Same')).toBe(1);
  });

  it('are known by name without their object', () => {
    const byName = (name: string) =>
      `{from: Selector, selector: {matchLabels: {kubernetes.io/metadata.name: ${name}}}}`;
    expect(count(byName('default'), '')).toBe(1);
    expect(count(byName('other'), '')).toBe(0);
  });
});
