import { assessService, matchRoute, Mesh } from '..';
import { gateway, HTTP, PROXY, route } from '../__testUtils__/gatewayApi';
import {
  BACKEND,
  gatewayWays,
  gatewayYaml,
  to,
  virtualService,
  whereTo,
} from '../__testUtils__/gateways';
import { WORKLOADS } from '../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../__testUtils__/mesh';

const FULL = 'backend.default.svc.cluster.local';

const alias = (externalName: string, { name = 'alias', ports = '' } = {}) => `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop}
spec: {type: ExternalName, externalName: ${externalName}, ports: [${ports}]}
`;
const BY_PORT =
  'route: [{destination: {host: alias.shop.svc.cluster.local, port: {number: 80}}}]';

const ENTRY = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: se, namespace: default}
spec: {hosts: [api.internal], workloadSelector: {labels: {app: backend}}, ports: [{number: 80, name: http, protocol: HTTP}]}
`;

const ways = (mesh: Mesh) =>
  gatewayWays(mesh).map(({ state, destination }) => [state, destination!.port]);

describe('a VirtualService that names an ExternalName Service', () => {
  const meshWith = (http: string, ...texts: string[]) =>
    meshOf([WORKLOADS, gatewayYaml(), virtualService(`{${http}}`), ...texts]);

  it('leads to the Service that it stands for', () => {
    const mesh = meshWith(BY_PORT, alias(FULL));
    expect(ways(mesh)).toEqual([['open', 80]]);
    expect(whereTo(mesh)).toBe('backend');
    expect(assessService(mesh, BACKEND).state).toBe('open');
  });

  it('to its one port, where the route names none', () => {
    const port = '{name: http, port: 80}';
    const mesh = meshWith(
      'route: [{destination: {host: alias.shop.svc.cluster.local}}]',
      alias(FULL, { ports: port }),
    );
    expect(ways(mesh)).toEqual([['open', 80]]);
    expect(whereTo(mesh)).toBe('backend');
  });

  it.each([
    'mirror: {host: alias.shop.svc.cluster.local, port: {number: 80}}',
    'mirrors: [{destination: {host: alias.shop.svc.cluster.local, port: {number: 80}}}]',
  ])('copies there as well: %s', mirror => {
    const mesh = meshWith(`${to('frontend')}, ${mirror}`, alias(FULL));
    expect(ways(mesh)).toEqual([['open', 80]]);
  });

  it.each(['tcp', 'tls'])('on %s, too', layer => {
    const isTls = layer === 'tls';
    const server = isTls
      ? '{port: {number: 443, name: x, protocol: TLS}, hosts: [h.test], tls: {mode: PASSTHROUGH}}'
      : '{port: {number: 80, name: x, protocol: TCP}, hosts: ["*"]}';
    const match = isTls ? 'match: [{sniHosts: [h.test]}], ' : '';
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(server),
      virtualService(`{${match}${BY_PORT}}`, { layer }),
      alias(FULL),
    ]);
    expect(ways(mesh)).toEqual([['open', 80]]);
  });

  it('of a delegate, whose short names are its own', () => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService('{delegate: {name: inner, namespace: shop}}'),
      virtualService(
        '{route: [{destination: {host: alias, port: {number: 80}}}]}',
        { name: 'inner', namespace: 'shop', rest: '' },
      ),
      alias(FULL),
    ]);
    expect(ways(mesh)).toEqual([['open', 80]]);
  });

  it.each([
    ['a short name', 'backend'],
    ['a name that is not whole', 'backend.default.svc'],
    ['another alias', 'second.shop.svc.cluster.local'],
    ['a host outside', 'backend.example.com'],
  ])('leads nowhere by %s', (_, externalName) => {
    const mesh = meshWith(
      BY_PORT,
      alias(externalName),
      alias(FULL, { name: 'second' }),
    );
    expect(ways(mesh)).toEqual([]);
  });

  it('leads to the Pods of a ServiceEntry that it stands for', () => {
    const mesh = meshWith(BY_PORT, alias('api.internal'), ENTRY);
    expect(gatewayWays(mesh)).toMatchObject([
      { state: 'unknown', reason: expect.stringContaining('default/se') },
    ]);
  });

  it('follows a change of what it stands for', () => {
    const mesh = meshWith(
      BY_PORT,
      alias('elsewhere.default.svc.cluster.local'),
    );
    expect(ways(mesh)).toEqual([]);
    applyYaml(mesh, alias(FULL));
    expect(ways(mesh)).toEqual([['open', 80]]);
    mesh.remove({ kind: 'Service', namespace: 'shop', name: 'alias' });
    expect(ways(mesh)).toEqual([]);
  });
});

describe('a route of the Gateway API', () => {
  const lead = (backendRef: string, ...texts: string[]) => {
    const mesh = meshOf([
      WORKLOADS,
      gateway(HTTP),
      route(`{backendRefs: [{${backendRef}}]}`),
      ...texts,
    ]);
    const match = matchRoute(mesh, PROXY, { port: 80, host: 'h.example.com' });
    return {
      ways: ways(mesh),
      where: match.kind === 'service' && match.service,
    };
  };

  it.each([
    ['an ExternalName Service', 'name: alias, namespace: shop, port: 80'],
    [
      'a ServiceImport',
      'group: multicluster.x-k8s.io, kind: ServiceImport, name: backend, port: 80',
    ],
    [
      'a host name',
      `group: networking.istio.io, kind: Hostname, name: ${FULL}, port: 80`,
    ],
    [
      'the host name of an alias',
      'group: networking.istio.io, kind: Hostname, name: alias.shop.svc.cluster.local, port: 80',
    ],
  ])('leads by %s to the Service that it stands for', (_, backendRef) => {
    const grant = `
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: g, namespace: shop}
spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default}], to: [{group: "", kind: Service}]}
`;
    expect(lead(backendRef, alias(FULL), grant)).toEqual({
      ways: [['open', 80]],
      where: BACKEND,
    });
  });

  it('leads by the host of a ServiceEntry to its Pods', () => {
    const { ways: found } = lead(
      'group: networking.istio.io, kind: Hostname, name: api.internal, port: 80',
      ENTRY,
    );
    expect(found).toEqual([['unknown', 80]]);
  });
});
