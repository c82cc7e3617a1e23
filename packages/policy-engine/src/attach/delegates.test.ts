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
import { meshConfig } from '../__testUtils__/meshConfig';

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
      host: 'h.test',
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
    ['the same port', 'port: 80', 'port: 80', 1],
    ['a port of the root alone', 'port: 80', 'uri: {exact: /a}', 1],
    ['the root as a pattern', 'uri: {regex: "/a.*"}', 'uri: {exact: /a}', 0],
    ['the exact root', 'uri: {exact: /a}', 'uri: {exact: /a}', 1],
    ['another exact path', 'uri: {exact: /a}', 'uri: {exact: /ab}', 0],
    ['an exact root, a prefix', 'uri: {exact: /a}', 'uri: {prefix: /a}', 0],
    ['a longer prefix', 'uri: {prefix: /api}', 'uri: {prefix: /api/x}', 1],
    ['exact outside', 'uri: {prefix: /api}', 'uri: {exact: /x}', 0],
    ['another scheme', 'scheme: {exact: http}', 'scheme: {exact: https}', 0],
    ['another authority', 'authority: {exact: a}', 'authority: {exact: b}', 0],
    [
      'another value of a header',
      'headers: {x: {exact: a}}',
      'headers: {x: {exact: b}}',
      0,
    ],
    [
      'one more header',
      'headers: {x: {exact: a}}',
      'headers: {y: {exact: b}}',
      1,
    ],
    [
      'a header of which the other wants the lack',
      'withoutHeaders: {x: {exact: a}}',
      'withoutHeaders: {x: {exact: b}}',
      0,
    ],
    [
      'a header of the delegate alone',
      'port: 80',
      'headers: {x: {exact: a}}',
      1,
    ],
    [
      'another parameter',
      'queryParams: {x: {exact: a}}',
      'queryParams: {x: {exact: b}}',
      0,
    ],
    [
      'one more parameter',
      'queryParams: {x: {exact: a}}',
      'queryParams: {y: {exact: a}}',
      1,
    ],
    [
      'case that matters',
      'ignoreUriCase: true, uri: {exact: /a}',
      'uri: {exact: /a}',
      0,
    ],
    [
      'case that matters to neither',
      'ignoreUriCase: true, uri: {exact: /a}',
      'ignoreUriCase: true, uri: {exact: /a}',
      1,
    ],
    ['the same gateway', 'gateways: [gw]', 'gateways: [gw]', 1],
    ['a gateway of the delegate', 'port: 80', 'gateways: [gw]', 1],
    ['another gateway', 'gateways: [gw]', 'gateways: [gw, other]', 0],
    ['a gateway of the root alone', 'gateways: [gw]', 'uri: {exact: /a}', 1],
    [
      'another gateway of the root alone',
      'gateways: [other]',
      'uri: {exact: /a}',
      0,
    ],
    [
      'the same gateway by its full name',
      'gateways: [gw]',
      'gateways: [default/gw]',
      1,
    ],
    [
      'more gateways, all of them the same',
      'gateways: [gw]',
      'gateways: [gw, gw]',
      0,
    ],
    [
      'other callers',
      'sourceLabels: {istio: a}',
      'sourceLabels: {istio: ingressgateway}',
      0,
    ],
    [
      'callers of both',
      'sourceLabels: {app: istio-ingressgateway}',
      'sourceLabels: {istio: ingressgateway}',
      1,
    ],
    ['callers of the root alone', 'sourceNamespace: a', 'uri: {exact: /a}', 0],
    ['the same callers', 'sourceNamespace: a', 'sourceNamespace: a', 1],
  ])('merges conditions: %s', (_, outer, inner, count) => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      root(`match: [{${outer}}],`, 'name: inner'),
      delegate(`{match: [{${inner}}], ${TO_BACKEND}}`),
    ]);
    expect(gatewayWays(mesh)).toHaveLength(count);
  });

  it('leaves out a route for another port than the root, whatever listens there', () => {
    const ways = (inner: string) =>
      gatewayWays(
        meshOf([
          WORKLOADS,
          gatewayYaml(
            '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}, {port: {number: 81, name: http-b, protocol: HTTP}, hosts: ["*"]}',
          ),
          root('match: [{port: 80}],', 'name: inner'),
          delegate(`{match: [{${inner}}], ${TO_BACKEND}}`),
        ]),
      ).map(({ port }) => port);
    expect(ways('port: 81')).toEqual([]);
    expect(ways('port: 80')).toEqual([80]);
    expect(ways('uri: {prefix: /}')).toEqual([80]);
  });

  it.each([
    ['{x: a, y: b}', 'backend'],
    ['{x: a}', 'not-found'],
    ['{y: b}', 'not-found'],
  ])('asks for the conditions of both: headers %s', (headers, name) => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      root('match: [{headers: {x: {exact: a}}}],', 'name: inner'),
      delegate(`{match: [{headers: {y: {exact: b}}}], ${TO_BACKEND}}`),
    ]);
    const pairs = headers.match(/\w: \w/g) ?? [];
    const request = {
      headers: Object.fromEntries(pairs.map(pair => pair.split(': '))),
    };
    expect(whereTo(mesh, request)).toBe(name);
  });

  it.each([
    ['/api/x?q=1', 'GET', 'backend'],
    ['/api/x?q=1', 'POST', 'not-found'],
    ['/api/x', 'GET', 'not-found'],
    ['/other?q=1', 'GET', 'not-found'],
  ])('asks for the conditions of both: %s %s', (path, method, name) => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      root(
        'match: [{uri: {prefix: /api}, queryParams: {q: {exact: "1"}}}],',
        'name: inner',
      ),
      delegate(
        `{match: [{uri: {prefix: /api/x}, method: {exact: GET}}], ${TO_BACKEND}}`,
      ),
    ]);
    expect(whereTo(mesh, { path, method })).toBe(name);
  });

  it.each([
    ['', 'uri: {prefix: /a}', ['/a*']],
    ['uri: {prefix: /a}', '', ['/a*']],
    ['', '', []],
  ])('takes the condition that is there: %j, %j', (outer, inner, paths) => {
    const list = (match: string) => (match ? `match: [{${match}}],` : '');
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      root(list(outer), 'name: inner'),
      delegate(`{${list(inner)} ${TO_BACKEND}}`),
    ]);
    expect(gatewayWays(mesh).map(way => way.paths)).toEqual([paths]);
  });

  it('leaves routes that delegate nothing as they are', () => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService(
        `{match: [{uri: {prefix: /own}}], ${TO_BACKEND}}, {delegate: {name: inner}}`,
        { name: 'root' },
      ),
      delegate(`{match: [{uri: {prefix: /inner}}], ${TO_BACKEND}}`),
    ]);
    expect(gatewayWays(mesh).map(way => way.paths)).toEqual([
      ['/own*', '/inner*'],
    ]);
    expect(whereTo(mesh, { path: '/own' })).toBe('backend');
  });

  it.each([
    ['mirror: {host: backend}', 'default', 1],
    ['mirror: {host: backend}', 'team', 0],
    ['mirrors: [{destination: {host: backend}}]', 'default', 1],
    ['mirrors: [{destination: {host: backend}}]', 'team', 0],
  ])('finds what it copies requests to: %s in %s', (copies, place, count) => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      root('', `name: inner, namespace: ${place}`),
      delegate(
        `{${to('frontend.default.svc.cluster.local')}, ${copies}}`,
        '',
        place,
      ),
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

  it('takes none of another namespace where the mesh config has each see its own', () => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      root('', 'name: inner, namespace: team').replace(
        'gateways:',
        'exportTo: ["*"], gateways:',
      ),
      delegate(`{${TO_BACKEND}}`, '', 'team'),
      meshConfig('defaultVirtualServiceExportTo: ["."]'),
    ]);
    expect(gatewayWays(mesh)).toHaveLength(0);
    applyYaml(mesh, delegate(`{${TO_BACKEND}}`, 'exportTo: ["*"],', 'team'));
    expect(gatewayWays(mesh)).toHaveLength(1);
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

  it('keeps the callers that the root alone asks for', () => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService(
        `{match: [{sourceLabels: {tier: inside}}], delegate: {name: inner}}, {${TO_BACKEND}}`,
        { name: 'root' },
      ),
      delegate(
        `{match: [{sourceLabels: {istio: ingressgateway}}], ${to(
          'frontend.default.svc.cluster.local',
        )}}`,
      ),
    ]);
    expect(whereTo(mesh)).toBe('backend');
  });

  it.each([
    ['default', '', 'gateways: [gw]', 'team', 'not-found'],
    ['default', '', 'gateways: [default/gw]', 'team', 'backend'],
    ['default', '', 'gateways: [mesh]', 'team', 'not-found'],
    ['default', 'gateways: [gw]', 'gateways: [default/gw]', 'team', 'backend'],
    ['default', 'gateways: [gw]', 'gateways: [gw]', 'team', 'not-found'],
    ['edge', '', 'gateways: [gw]', 'default', 'backend'],
    ['edge', 'gateways: [default/gw]', 'gateways: [gw]', 'default', 'backend'],
    ['edge', 'gateways: [gw]', 'gateways: [gw]', 'default', 'not-found'],
  ])(
    'resolves names of Gateways where they stand: %s {%s}, {%s} of %s: %s',
    (namespace, outer, inner, place, name) => {
      const mesh = meshOf([
        WORKLOADS,
        gatewayYaml(),
        virtualService(
          `{match: [{uri: {prefix: /}, ${outer}}], delegate: {name: inner, namespace: ${place}}}`,
          {
            name: 'root',
            namespace,
            rest: 'hosts: [h.test], gateways: [default/gw],',
          },
        ),
        delegate(
          `{match: [{uri: {prefix: /}, ${inner}}], ${TO_BACKEND}}`,
          '',
          place,
        ),
      ]);
      expect(whereTo(mesh)).toBe(name);
      expect(gatewayWays(mesh)).toHaveLength(name === 'backend' ? 1 : 0);
    },
  );

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
