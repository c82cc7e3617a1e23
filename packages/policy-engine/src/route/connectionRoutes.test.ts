import {
  gatewayWays,
  gatewayYaml,
  virtualService,
} from '../__testUtils__/gateways';
import { WORKLOADS } from '../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../__testUtils__/mesh';

const TO_BACKEND = 'destination: {host: backend, port: {number: 80}}';
const TO_OTHER = 'destination: {host: frontend, port: {number: 80}}';
const PASS = 'tls: {mode: PASSTHROUGH}';
const END = 'tls: {mode: SIMPLE, credentialName: c}';

const server = (protocol: string, hosts: string, rest = '') =>
  `{port: {number: 443, name: x-${protocol.toLowerCase()}, protocol: ${protocol}}, hosts: [${hosts}]${
    rest && `, ${rest}`
  }}`;
const byName = (names: string, destination = TO_BACKEND) =>
  `{match: [{sniHosts: [${names}]}], route: [{${destination}}]}`;
const byPort = (destination = TO_BACKEND) => `{route: [{${destination}}]}`;
const routes = (
  layer: 'tls' | 'tcp',
  list: string,
  { hosts = '"*"', name = 'vs', year = '2026' } = {},
) =>
  virtualService(list, {
    ...{ layer, name },
    created: year && `${year}-01-01T00:00:00Z`,
    rest: `hosts: [${hosts}], gateways: [gw],`,
  });

/** Host, state and what is in doubt of the ways in by the gateway. */
const ways = (servers: string, ...texts: string[]) =>
  gatewayWays(meshOf([WORKLOADS, gatewayYaml(servers), ...texts])).map(
    ({ host, uncertain }) => (uncertain ? `${host}?` : host),
  );

describe('routes of connections that istiod makes', () => {
  it('are none where host and server have nothing in common', () => {
    const only = server('TLS', 'a.test', PASS);
    const named = byName('b.test');
    expect(ways(only, routes('tls', named, { hosts: 'b.test' }))).toEqual([]);
    expect(ways(only, routes('tls', named))).toEqual(['b.test']);
  });

  it('are of TCP the first one alone', () => {
    const tcp = server('TCP', '"*"');
    const other = routes('tcp', byPort(TO_OTHER), { name: 'x', year: '2025' });
    expect(ways(tcp, routes('tcp', byPort()), other)).toEqual([]);
    const younger = routes('tcp', byPort(TO_OTHER), {
      ...{ name: 'x', year: '2027' },
    });
    expect(ways(tcp, routes('tcp', byPort()), younger)).toEqual(['*']);
    const unknown = routes('tcp', byPort(TO_OTHER), { name: 'x', year: '' });
    expect(ways(tcp, routes('tcp', byPort()), unknown)).toEqual(['*?']);
    expect(
      ways(tcp, routes('tcp', `${byPort(TO_OTHER)}, ${byPort()}`)),
    ).toEqual([]);
  });

  it('are no less for a VirtualService that cannot be read', () => {
    const broken = virtualService('', {
      ...{ name: 'x', layer: 'tcp', created: '2025-01-01T00:00:00Z' },
      rest: 'hosts: ["*"], gateways: [gw],',
    }).replace('tcp: []', 'tcp: {route: 1}, tls: x');
    const of = (layer: 'tcp' | 'tls', list: string) =>
      routes(layer, list, { year: '2026' });
    expect(ways(server('TCP', '"*"'), of('tcp', byPort()), broken)).toEqual([
      '*',
    ]);
    const pass = server('TLS', '"*"', PASS);
    expect(ways(pass, of('tls', byName('a.test')), broken)).toEqual(['a.test']);
  });

  it('follow a change of another one', () => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(server('TLS', '"*"', PASS)),
      routes('tls', byName('a.test')),
    ]);
    const hosts = () => gatewayWays(mesh).map(({ host }) => host);
    expect(hosts()).toEqual(['a.test']);
    const older = (names: string) =>
      routes('tls', byName(names, TO_OTHER), { name: 'x', year: '2025' });
    applyYaml(mesh, older('a.test'));
    expect(hosts()).toEqual([]);
    applyYaml(mesh, older('b.test'));
    expect(hosts()).toEqual(['a.test']);
  });

  it('leave a match out as a whole whose names an earlier one has in part', () => {
    const pass = server('TLS', '"*"', PASS);
    const two = routes('tls', byName('a.test, b.test'));
    const rival = (year: string) =>
      routes('tls', byName('a.test', TO_OTHER), { name: 'x', year });
    expect(ways(pass, two, rival('2025'))).toEqual([]);
    expect(ways(pass, two, rival('2027'))).toEqual(['a.test', 'b.test']);
    expect(ways(pass, two, rival(''))).toEqual(['a.test?', 'b.test?']);
    expect(
      ways(
        pass,
        routes('tls', `${byName('a.test', TO_OTHER)}, ${byName('a.test')}`),
      ),
    ).toEqual([]);
  });

  it('take all names where one of them is a star', () => {
    const pass = server('TLS', '"*"', PASS);
    expect(ways(pass, routes('tls', byName('"*", a.test')))).toEqual(['*']);
  });

  it('take the names of the server where it ends TLS, not those of the VirtualService', () => {
    const ends = server('TLS', '"*.test"', END);
    const named = routes('tcp', byPort(), { hosts: 'a.test' });
    expect(ways(ends, named)).toEqual(['*.test']);
  });

  it('are in doubt where Envoy takes none of the port, as two filter chains have one name', () => {
    const both = [server('TLS', '"*"', PASS), server('TCP', 'a.test')].join();
    const tls = routes('tls', byName('"*"'));
    const tcp = routes('tcp', byPort(TO_OTHER), { name: 'x', hosts: 'a.test' });
    expect(ways(both, tls)).toEqual(['*']);
    expect(ways(both, tls, tcp)).toEqual(['*?']);
    const [{ reason }] = gatewayWays(
      meshOf([WORKLOADS, gatewayYaml(both), tls, tcp]),
    );
    expect(reason).toMatch(/two filter chains of port 8443/);
  });

  it('put HTTPS on the same port in doubt as well', () => {
    const https = server('HTTPS', 'h.test', END);
    const both = [https, server('TLS', '"*.test"', PASS)].join();
    const web = virtualService(`{route: [{${TO_BACKEND}}]}`);
    const clash = routes('tls', byName('h.test', TO_OTHER), { name: 'x' });
    const beside = routes('tls', byName('a.test', TO_OTHER), { name: 'x' });
    const states = (...texts: string[]) =>
      gatewayWays(meshOf([WORKLOADS, gatewayYaml(both), web, ...texts])).map(
        ({ state }) => state,
      );
    expect(states(beside)).toEqual(['open']);
    expect(states(clash)).toEqual(['unknown']);
  });
});
