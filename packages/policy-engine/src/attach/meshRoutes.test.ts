import { assessService } from '..';
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
import { meshOf } from '../__testUtils__/mesh';

const BASE = [
  namespaceYaml(),
  podYaml(),
  serviceYaml(USE),
  waypointYaml(),
  policies(BY_SERVICE),
  STRICT,
  ONLY_WAYPOINT,
];

/** States of the ways in besides the Service's own. */
function states(...texts: string[]): Record<string, string> {
  const { waysIn } = assessService(meshOf([...BASE, ...texts]), REPORTS);
  const [own, ...others] = waysIn.map(({ id, state }) => [id, state]);
  expect(own).toEqual(['mesh.80', 'enforced']);
  return Object.fromEntries(others);
}

const other = (port: string, name = 'other') =>
  serviceYaml(USE)
    .replace('name: reports', `name: ${name}`)
    .replace('name: http', `name: ${port}`);
const apiRoute = (kind: string, rest = '') => `
apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata: {name: r, namespace: ambient}
spec: {parentRefs: [{kind: Service, group: "", name: other}], ${rest} rules: [{backendRefs: [{name: reports, port: 80}]}]}
`;
const HERE = 'route: [{destination: {host: reports}}]';
const AWAY = 'route: [{destination: {host: away}}]';
const FULL = 'other.ambient.svc.cluster.local';
const meshRoute = (rules: string, hosts = 'other') => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: r, namespace: ambient}
spec: {hosts: ["${hosts}"], ${rules}}
`;
const LED = { 'mesh.ambient.other.80.r.80': 'open' };

describe("bytes that another Service's waypoint leads here", () => {
  it.each([
    ['a TCPRoute', 'tcp', apiRoute('TCPRoute'), LED],
    ['a TCPRoute where Istio guesses', 'x', apiRoute('TCPRoute'), LED],
    ['a TCPRoute, which HTTP does not see', 'http', apiRoute('TCPRoute'), {}],
    ['a TLSRoute', 'tls', apiRoute('TLSRoute'), LED],
    [
      'a TLSRoute for its name',
      'tls',
      apiRoute('TLSRoute', `hostnames: [${FULL}],`),
      LED,
    ],
    [
      'a TLSRoute for its name in another domain',
      'tls',
      apiRoute('TLSRoute', 'hostnames: [other.ambient.svc.corp.example],'),
      LED,
    ],
    [
      'a TLSRoute for another name',
      'tls',
      apiRoute('TLSRoute', 'hostnames: [x.example.com],'),
      {},
    ],
    ['rules for TCP', 'tcp', meshRoute(`tcp: [{${HERE}}]`), LED],
    [
      'rules for TCP elsewhere',
      'tcp',
      meshRoute(`tcp: [{${AWAY}}], http: [{${HERE}}]`),
      {},
    ],
    [
      'rules for TLS',
      'tls',
      meshRoute(`tls: [{match: [{sniHosts: ["${FULL}"]}], ${HERE}}]`),
      LED,
    ],
    [
      'rules for TLS of another name',
      'tls',
      meshRoute(`tls: [{match: [{sniHosts: [x.example.com]}], ${HERE}}]`),
      {},
    ],
    ['rules for HTTP', 'http', meshRoute(`http: [{${HERE}}]`), LED],
    [
      'a mirror',
      'http',
      meshRoute(`http: [{${AWAY}, mirror: {host: reports}}]`),
      LED,
    ],
    [
      'rules for HTTP elsewhere',
      'http',
      meshRoute(`tcp: [{${HERE}}], http: [{${AWAY}}]`),
      {},
    ],
  ])('by %s', (_, port, route, expected) => {
    expect(states(other(port), route)).toEqual(expected);
  });

  it('carry no token that the waypoint could look at', () => {
    const mesh = meshOf([...BASE, other('tcp'), apiRoute('TCPRoute')]);
    const way = assessService(mesh, REPORTS).waysIn[1];
    expect(way.protocol).toBe('tcp');
    expect(way.hops.map(({ protocol }) => protocol)).toEqual(['tcp', 'tcp']);
    expect(way.reason).toContain('The port is read as TCP');
  });
});

describe('a wildcard inside the mesh', () => {
  it.each([
    ['*.ambient.svc.cluster.local', LED],
    ['*.svc.cluster.local', LED],
    ['*.ambient.svc.corp.example', LED],
    ['*.other.svc.cluster.local', {}],
    ['*.example.com', {}],
  ])('%s stands for the Services under it', (host, expected) => {
    const route = meshRoute(`http: [{${HERE}}]`, host);
    expect(states(other('http'), route)).toEqual(expected);
  });

  it('is one way where it leads here from Services that are guarded alike', () => {
    const route = meshRoute(`http: [{${HERE}}]`, '*.ambient.svc.cluster.local');
    const many = Array.from({ length: 10 }, (_, i) => other('http', `o${i}`));
    expect(Object.values(states(...many, route))).toEqual(['open']);
  });

  it('from too many of them is unknown', () => {
    const route = meshRoute(`http: [{${HERE}}]`, '*.ambient.svc.cluster.local');
    const many = Array.from({ length: 60 }, (_, i) => other('http', `o${i}`));
    expect(states(...many, route)).toMatchObject({
      'mesh.route.ambient.r': 'unknown',
    });
  });
});

describe('a ServiceEntry', () => {
  const entry = (labels = USE, hosts = 'legacy.example.com') => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: legacy, namespace: ambient, labels: {${labels}}}
spec: {hosts: ["${hosts}"], location: MESH_EXTERNAL, resolution: DNS, ports: [{number: 80, name: http, protocol: HTTP}, {number: 9000, name: tcp, protocol: TCP}]}
`;
  const ENTRY_LED = { 'mesh.entry.ambient.legacy.80.r.80': 'open' };
  const parent = apiRoute('HTTPRoute').replace(
    'kind: Service, group: "", name: other',
    'kind: ServiceEntry, group: networking.istio.io, name: legacy',
  );
  const byHost = meshRoute(`http: [{${HERE}}]`, 'legacy.example.com');

  it.each([
    ['by its route', entry(), parent, ENTRY_LED],
    ['by its host', entry(), byHost, ENTRY_LED],
    [
      'by a wildcard of its own',
      entry(USE, '*.example.com'),
      byHost,
      ENTRY_LED,
    ],
    [
      'by a wildcard of the route',
      entry(),
      meshRoute(`http: [{${HERE}}]`, '*.example.com'),
      ENTRY_LED,
    ],
    [
      'by rules for TCP',
      entry(),
      meshRoute(`tcp: [{${HERE}}]`, 'legacy.example.com'),
      { 'mesh.entry.ambient.legacy.9000.r.80': 'open' },
    ],
    ['without a waypoint', entry(''), byHost, {}],
    ['of another name', entry(USE, 'x.example.com'), byHost, {}],
  ])('leads here through its waypoint %s', (_, text, route, expected) => {
    expect(states(text, route)).toEqual(expected);
  });

  it('is guarded by policies for the whole waypoint', () => {
    const gateway = policies(
      'targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: waypoint}]',
    ).replaceAll('name: jwt', 'name: whole');
    expect(states(entry(), byHost, gateway)).toEqual({
      'mesh.entry.ambient.legacy.80.r.80': 'enforced',
    });
  });

  it('with policies of its own is unknown', () => {
    const own = policies(
      'targetRefs: [{group: networking.istio.io, kind: ServiceEntry, name: legacy}]',
    ).replaceAll('name: jwt', 'name: own');
    const mesh = meshOf([...BASE, entry(), byHost, own]);
    const way = assessService(mesh, REPORTS).waysIn[1];
    expect(way.state).toBe('unknown');
    expect(way.reason).toContain('is for ServiceEntry ambient/legacy');
  });
});

describe('a route by a waypoint that the Pods refuse', () => {
  const infra = (text: string) =>
    text
      .replaceAll('namespace: ambient', 'namespace: infra')
      .replace('name: ambient', 'name: infra');

  it('is no way in', () => {
    const route = infra(meshRoute(`http: [{${HERE}}]`)).replace(
      'host: reports',
      'host: reports.ambient.svc.cluster.local',
    );
    const texts = [
      infra(namespaceYaml()),
      infra(waypointYaml()),
      infra(other('http')),
      route,
    ];
    expect(states(...texts)).toEqual({});
    const mesh = meshOf([
      ...BASE.filter(text => text !== ONLY_WAYPOINT),
      ...texts,
    ]);
    expect(
      assessService(mesh, REPORTS).waysIn.map(({ id, state }) => [id, state]),
    ).toContainEqual(['mesh.infra.other.80.r.80', 'open']);
  });
});
