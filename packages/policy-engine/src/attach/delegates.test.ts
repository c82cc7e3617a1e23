import {
  gatewayWays,
  gatewayYaml,
  to,
  TO_BACKEND,
  virtualService,
  whereTo,
} from '../__testUtils__/gateways';
import { WORKLOADS } from '../__testUtils__/handsOn';
import { applyYaml, meshOf } from '../__testUtils__/mesh';

describe('delegation', () => {
  const root = (match: string, delegate: string) =>
    virtualService(`{${match} delegate: {${delegate}}}`, { name: 'root' });
  const delegate = (http: string, rest = '', namespace = 'default') =>
    virtualService(http, { name: 'inner', namespace, rest });

  it('leads to the destinations of the delegate', () => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      root('match: [{uri: {prefix: /api}}],', 'name: inner'),
      delegate(`{match: [{uri: {prefix: /api/v1}}], ${TO_BACKEND}}`),
    ]);
    const [way, ...others] = gatewayWays(mesh);
    expect(others).toEqual([]);
    expect(way).toMatchObject({
      state: 'open',
      host: 'h',
      paths: ['/api/v1*'],
      route: { name: 'root' },
    });
    expect(whereTo(mesh, { path: '/api/v1/x' })).toBe('backend');
    expect(whereTo(mesh, { path: '/api/v2' })).toBe('not-found');
  });

  it.each([
    ['a part of the root', 'uri: {prefix: /api}', 'uri: {exact: /api/x}', 1],
    ['no part of the root', 'uri: {prefix: /api}', 'uri: {prefix: /other}', 0],
    ['the root wider', 'uri: {prefix: /api/v1}', 'uri: {prefix: /api}', 0],
    ['another method', 'method: {exact: GET}', 'method: {exact: POST}', 0],
    ['other fields', 'uri: {prefix: /api}', 'method: {exact: POST}', 1],
    ['regular expressions', 'uri: {prefix: /api}', 'uri: {regex: "/api.*"}', 0],
    ['another port', 'port: 80', 'port: 81', 0],
  ])('merges conditions: %s', (_, outer, inner, count) => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      root(`match: [{${outer}}],`, 'name: inner'),
      delegate(`{match: [{${inner}}], ${TO_BACKEND}}`),
    ]);
    expect(gatewayWays(mesh)).toHaveLength(count);
  });

  it.each([
    ['of all', 'exportTo: ["*"],', 1],
    ['of its own namespace only', 'exportTo: ["."],', 0],
    ['of the root', 'exportTo: [default],', 1],
    ['with hosts is no delegate', 'hosts: [x],', 0],
  ])('takes a delegate of another namespace: %s', (_, rest, count) => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      root('', 'name: inner, namespace: team'),
      delegate(`{${TO_BACKEND}}`, rest, 'team'),
    ]);
    expect(gatewayWays(mesh)).toHaveLength(count);
  });

  it('resolves short names in the namespace of the delegate', () => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      root('', 'name: inner, namespace: team'),
      delegate(`{${to('backend')}}`, '', 'team'),
    ]);
    expect(gatewayWays(mesh)).toEqual([]);
  });

  it('leaves out a delegate that is missing, and comes to know one that appears', () => {
    const mesh = meshOf([WORKLOADS, gatewayYaml(), root('', 'name: inner')]);
    expect(gatewayWays(mesh)).toEqual([]);
    expect(whereTo(mesh)).toBe('not-found');
    applyYaml(mesh, delegate(`{${TO_BACKEND}}`));
    expect(gatewayWays(mesh)).toHaveLength(1);
    expect(whereTo(mesh)).toBe('backend');
    applyYaml(mesh, delegate('{match: 3}'));
    expect(whereTo(mesh)).toBe('unknown');
  });
});
