import {
  gatewayWays,
  gatewayYaml,
  to,
  TO_BACKEND,
  virtualService,
  whereTo,
} from '../__testUtils__/gateways';
import { WORKLOADS } from '../__testUtils__/handsOn';
import { meshOf } from '../__testUtils__/mesh';

/** Two ports of a Gateway that come to one port of its proxy. */
const SHARED = WORKLOADS.replace(
  '{name: https, port: 443, targetPort: 8443}',
  '{name: more, port: 8080, targetPort: 8080}',
);
const servers = (first: string, second: string, protocol = 'HTTP') =>
  gatewayYaml(
    `{port: {number: 80, name: a, protocol: HTTP}, hosts: [${first}]}, {port: {number: 8080, name: b, protocol: ${protocol}}, hosts: [${second}]}`,
  );
const forPort = (port: number) =>
  virtualService(
    `{match: [{port: ${port}}], ${TO_BACKEND}}, {${to('frontend')}}`,
    { rest: 'hosts: [a.test, b.test], gateways: [gw],' },
  );
const hostsOf = (...texts: string[]) =>
  gatewayWays(meshOf([SHARED, ...texts])).map(({ host }) => host);

describe('servers of one Gateway that share a port of its proxy', () => {
  it('take the routes that are made for the port of the first of them', () => {
    const texts = [servers('a.test', 'b.test'), forPort(80)];
    const mesh = meshOf([SHARED, ...texts]);
    expect(whereTo(mesh, { host: 'a.test' })).toBe('backend');
    expect(whereTo(mesh, { host: 'b.test' })).toBe('backend');
    expect(hostsOf(...texts)).toEqual(['a.test', 'b.test']);
    expect(gatewayWays(mesh).map(({ state }) => state)).toEqual([
      'open',
      'open',
    ]);
  });

  it('lead nowhere by what is for the port of the second', () => {
    const texts = [servers('a.test', 'b.test'), forPort(8080)];
    expect(whereTo(meshOf([SHARED, ...texts]), { host: 'b.test' })).toBe(
      'frontend',
    );
    expect(hostsOf(...texts)).toEqual([]);
  });

  it('take those of the second where the first has none of the hosts', () => {
    const texts = [servers('x.test', 'b.test'), forPort(8080)];
    expect(whereTo(meshOf([SHARED, ...texts]), { host: 'b.test' })).toBe(
      'backend',
    );
    expect(hostsOf(...texts)).toEqual(['b.test']);
  });

  it('take those of the second where no route is for the first', () => {
    const only = virtualService(`{match: [{port: 8080}], ${TO_BACKEND}}`, {
      rest: 'hosts: [a.test, b.test], gateways: [gw],',
    });
    expect(hostsOf(servers('a.test', 'b.test'), only)).toEqual(['b.test']);
  });

  it('have routes of their own on ports of their own', () => {
    const texts = [servers('a.test', 'b.test'), forPort(80)];
    const own = SHARED.replace(
      'port: 8080, targetPort: 8080',
      'port: 8080, targetPort: 8081',
    );
    const mesh = meshOf([own, ...texts]);
    expect(whereTo(mesh, { host: 'b.test', port: 8081 })).toBe('frontend');
    expect(gatewayWays(mesh).map(({ host }) => host)).toEqual(['a.test']);
  });

  it('take the first port for a destination that names none', () => {
    const several = `
apiVersion: v1
kind: Service
metadata: {name: backend, namespace: default}
spec: {selector: {app: backend}, ports: [{name: http, port: 80, targetPort: 8080}, {name: http-b, port: 8080, targetPort: 8081}]}
`;
    const bare = virtualService('{route: [{destination: {host: backend}}]}', {
      rest: 'hosts: [a.test, b.test], gateways: [gw],',
    });
    const ways = gatewayWays(
      meshOf([SHARED, several, servers('a.test', 'b.test'), bare]),
    );
    expect(
      ways.map(({ host, destination, state }) => [
        host,
        destination?.port,
        state,
      ]),
    ).toEqual([
      ['a.test', 80, 'open'],
      ['b.test', 80, 'open'],
    ]);
  });
});

describe('a condition on an empty path', () => {
  it.each(['uri: {}', 'uri: {prefix: /}', 'uri: {regex: ".*"}'])(
    'goes last: %s',
    condition => {
      const mesh = meshOf([
        WORKLOADS,
        gatewayYaml(),
        virtualService(`{match: [{${condition}}], ${to('frontend')}}`, {
          name: 'a',
        }),
        virtualService(`{match: [{uri: {prefix: /x}}], ${TO_BACKEND}}`, {
          name: 'b',
        }),
      ]);
      expect(whereTo(mesh, { path: '/x' })).toBe('backend');
      expect(whereTo(mesh, { path: '/y' })).toBe('frontend');
    },
  );

  it.each(['method: {}', 'authority: {}', 'headers: {x: {}}'])(
    'does not beside %s, which Istio asks for',
    condition => {
      const mesh = meshOf([
        WORKLOADS,
        gatewayYaml(),
        virtualService(
          `{match: [{uri: {}, ${condition}}], ${to('frontend')}}`,
          { name: 'a' },
        ),
        virtualService(`{match: [{uri: {prefix: /x}}], ${TO_BACKEND}}`, {
          name: 'b',
        }),
      ]);
      const request = { path: '/x', headers: { x: '1' } };
      expect(whereTo(mesh, request)).toBe('frontend');
    },
  );
});
