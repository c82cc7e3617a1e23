import { matchRoute } from '../..';
import { gateway, HTTP, PROXY, route } from '../../__testUtils__/gatewayApi';
import { gatewayWays } from '../../__testUtils__/gateways';
import { WORKLOADS } from '../../__testUtils__/handsOn';
import { meshOf } from '../../__testUtils__/mesh';

const grant = (from: string, to: string) => `
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: g, namespace: default}
spec: {from: [${from}], to: [${to}]}
`;
const FROM =
  '{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}';
const ALL =
  '{name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}';

const answer = (
  backendRef: string,
  texts: string[] = [],
  namespace = 'shop',
) => {
  const mesh = meshOf([
    WORKLOADS,
    gateway(ALL),
    route(`{backendRefs: [{${backendRef}}]}`, {
      namespace,
      parent: '{name: web, namespace: default}',
    }),
    ...texts,
  ]);
  const match = matchRoute(mesh, PROXY, { port: 80, host: 'h.example.com' });
  return match.kind === 'service'
    ? `${match.service.name}.${match.service.namespace}:${match.port}`
    : match.kind;
};
const ACROSS = 'name: backend, namespace: default, port: 80';

describe('a backend in another namespace', () => {
  it.each([
    ['its route and Service', FROM, '{group: "", kind: Service}', true],
    ['a Service without group', FROM, '{kind: Service}', true],
    [
      'the Service by name',
      FROM,
      '{group: "", kind: Service, name: backend}',
      true,
    ],
    [
      'one of several',
      `{group: x, kind: Y, namespace: z}, ${FROM}`,
      '{group: "", kind: Secret}, {group: "", kind: Service}',
      true,
    ],
    ['another Service', FROM, '{group: "", kind: Service, name: other}', false],
    ['another kind', FROM, '{group: "", kind: Secret}', false],
    ['another group', FROM, '{group: x, kind: Service}', false],
    [
      'another kind of route',
      FROM.replace('HTTP', 'TCP'),
      '{group: "", kind: Service}',
      false,
    ],
    [
      'another group of routes',
      FROM.replace('gateway.networking.k8s.io', 'x'),
      '{group: "", kind: Service}',
      false,
    ],
    [
      'another namespace',
      FROM.replace('shop', 'other'),
      '{group: "", kind: Service}',
      false,
    ],
    ['nothing that can be read', '3', '{group: "", kind: Service}', false],
  ])('with a grant for %s', (_, from, to, isGranted) => {
    expect(answer(ACROSS, [grant(from, to)])).toBe(
      isGranted ? 'backend.default:80' : 'direct-response',
    );
  });

  it('needs a grant for exactly its kind', () => {
    const kind = 'kind: Hostname, group: networking.istio.io';
    const to = '{group: networking.istio.io, kind: Hostname}';
    expect(answer(`${ACROSS}, ${kind}`, [grant(FROM, to)])).not.toBe(
      'direct-response',
    );
    expect(
      answer(`${ACROSS}, ${kind}`, [grant(FROM, '{kind: Hostname}')]),
    ).toBe('direct-response');
  });
});

describe('a backend', () => {
  it.each([
    ['name: backend, port: 80', 'backend.default:80'],
    ['name: backend, port: 80, namespace: default', 'backend.default:80'],
    ['name: backend, port: 80, kind: Service, group: ""', 'backend.default:80'],
    ['name: backend', 'not-found'],
    ['name: backend.default, port: 80', 'not-found'],
    ['name: nobody, port: 80', 'nobody.default:80'],
  ])('{%s}: %s', (ref, expected) => {
    expect(answer(ref, [], 'default')).toBe(expected);
  });

  it('of another kind is no Service, though it is named like one', () => {
    const ways = (kind: string) =>
      gatewayWays(
        meshOf([
          WORKLOADS,
          gateway(HTTP),
          route(`{backendRefs: [{name: backend, port: 80, ${kind}}]}`),
        ]),
      ).length;
    expect(ways('')).toBe(1);
    expect(
      ways('kind: InferencePool, group: inference.networking.k8s.io'),
    ).toBe(0);
    expect(ways('kind: Service, group: net.gke.io')).toBe(0);
    expect(ways('kind: Hostname, group: networking.istio.io')).toBe(0);
  });

  it('by host name leads to the Service of that host', () => {
    const hostname = (name: string) =>
      answer(
        `name: ${name}, port: 80, kind: Hostname, group: networking.istio.io`,
        [],
        'default',
      );
    expect(hostname('backend.default.svc.cluster.local')).toBe(
      'backend.default:80',
    );
    expect(hostname('www.example.com')).not.toBe('backend.default:80');
  });
});
