import { decideWayIn, matchRoute } from '../..';
import {
  gateway,
  HTTP,
  PROXY,
  route,
  to,
} from '../../__testUtils__/gatewayApi';
import { gatewayWays } from '../../__testUtils__/gateways';
import { WORKLOADS } from '../../__testUtils__/handsOn';
import { istiod } from '../../analyse/__testUtils__/build';
import { meshOf } from '../../__testUtils__/mesh';

describe('matching of Gateway API routes', () => {
  const service = (name: string) => `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: default}
spec: {ports: [{name: http, port: 80}]}
`;
  const SERVICES = ['a', 'b', 'c'].map(service);
  const ask = (
    texts: string[],
    path: string,
    rest: { method?: string; headers?: Record<string, string> } = {},
  ) => {
    const mesh = meshOf([...SERVICES, gateway(HTTP), ...texts]);
    const match = matchRoute(mesh, PROXY, {
      port: 80,
      host: 'h.example.com',
      path,
      ...rest,
    });
    if (match.kind === 'service') return match.service.name;
    return match.kind === 'unknown' ? match.reason : match.kind;
  };
  const rule = (match: string, name: string, rest = '') =>
    `{matches: [{${match}}], ${to(name, rest)}}`;
  const call = (match: string, name: string) =>
    `{matches: [${match}], ${to(name)}}`;
  const path = (type: string, value: string) =>
    `path: {type: ${type}, value: "${value}"}`;

  it.each([
    ['/api', 'a'],
    ['/api/x', 'a'],
    ['/api?x=1', 'a'],
    ['/apix', 'not-found'],
    ['/', 'not-found'],
  ])('a prefix is made of whole segments: %s goes to %s', (at, name) => {
    expect(ask([route(rule(path('PathPrefix', '/api/'), 'a'))], at)).toBe(name);
  });

  it.each([
    ['/api', 'a'],
    ['/api/', 'b'],
    ['/api/long/x', 'c'],
    ['/apis', 'b'],
  ])('exact beats prefix, the longer prefix the shorter: %s', (at, name) => {
    const rules = [
      rule(path('PathPrefix', '/'), 'b'),
      rule(path('PathPrefix', '/api/long'), 'c'),
      rule(path('Exact', '/api'), 'a'),
    ];
    expect(ask([route(rules.join(', '))], at)).toBe(name);
  });

  it('an exact path means its characters, whatever they are in a regular expression', () => {
    const texts = [route(rule(path('Exact', '/a.b'), 'a'))];
    expect(ask(texts, '/a.b')).toBe('a');
    expect(ask(texts, '/axb')).toBe('not-found');
  });

  it('prefix beats regular expression, which must match the whole path', () => {
    const rules = [
      rule(path('RegularExpression', '/a.*'), 'a'),
      rule(path('PathPrefix', '/ab'), 'b'),
    ].join(', ');
    expect(ask([route(rules)], '/abc')).toBe('a');
    expect(ask([route(rules)], '/ab/c')).toBe('b');
    expect(ask([route(rules)], '/xa')).toBe('not-found');
  });

  it('then method, number of headers, number of parameters, age', () => {
    const p = path('PathPrefix', '/');
    const rules = [
      rule(`${p}, queryParams: [{name: q, value: "1"}]`, 'c'),
      rule(`${p}, headers: [{name: X-A, value: v}]`, 'b'),
      rule(`${p}, method: POST`, 'a'),
    ].join(', ');
    const headers = { 'x-a': 'v' };
    expect(ask([route(rules)], '/?q=1', { method: 'POST', headers })).toBe('a');
    expect(ask([route(rules)], '/?q=1', { headers })).toBe('b');
    expect(ask([route(rules)], '/?q=1')).toBe('c');
    expect(ask([route(rules)], '/')).toBe('not-found');
    const older = { name: 'z', created: '2025-01-01T00:00:00Z' };
    const texts = [route(rule(p, 'a')), route(rule(p, 'b'), older)];
    expect(ask(texts, '/')).toBe('b');
  });

  it.each([
    ['catch-alls', path('PathPrefix', '/')],
    ['paths', path('PathPrefix', '/p')],
  ])('nobody knows which of two goes first without their ages: %s', (_, p) => {
    const untimed = { created: '' };
    const texts = (first = rule(p, 'a'), second = rule(p, 'b')) => [
      route(first, { name: 'a', ...untimed }),
      route(second, { name: 'b', ...untimed }),
    ];
    expect(ask(texts(), '/p')).toMatch(
      /HTTPRoute default\/a and HTTPRoute default\/b both .* older/,
    );
    expect(ask(texts(rule(p, 'a'), rule(p, 'a')), '/p')).toBe('a');
    const more = rule(path('PathPrefix', '/p/q'), 'b');
    expect(ask(texts(rule(p, 'a'), more), '/p/q')).toBe('b');
    expect(ask(texts(rule(p, 'a'), more), '/p')).toBe('a');
    const post = rule(`${p}, method: POST`, 'b');
    expect(ask(texts(rule(p, 'a'), post), '/p', { method: 'POST' })).toBe('b');
    const timed = ['a', 'b'].map(name => route(rule(p, name), { name }));
    const exact = rule(path('Exact', '/x'), 'c');
    expect(ask([...timed, route(exact, { name: 'c', ...untimed })], '/p')).toBe(
      'a',
    );
  });

  describe('at a listener with a wildcard', () => {
    const WILD = gateway(HTTP.replace('}', ', hostname: "*.example.com"}'));
    const wild = (name: string, hosts: string, created?: string) =>
      route(rule(path('PathPrefix', '/p'), name), { name, hosts, created });
    const [OWN, ANY] = ['"*.example.com"', ''];

    it('routes of one age go by the host that they name', () => {
      expect(ask([WILD, wild('a', OWN), wild('b', ANY)], '/p')).toBe('b');
      expect(ask([WILD, wild('b', OWN), wild('a', ANY)], '/p')).toBe('a');
    });

    it('the oldest route of a host comes first with all of that host', () => {
      const [old, young] = ['2025-01-01T00:00:00Z', '2027-01-01T00:00:00Z'];
      expect(ask([WILD, wild('a', OWN, old), wild('b', ANY)], '/p')).toBe('a');
      const oldest = route(rule(path('Exact', '/x'), 'c'), {
        name: 'c',
        hosts: OWN,
        created: old,
      });
      const others = [WILD, wild('a', OWN, young), wild('b', ANY)];
      expect(ask([...others, oldest], '/p')).toBe('a');
      expect(ask(others, '/p')).toBe('b');
    });

    it('the hosts of which the oldest route is of the gateway’s namespace come first', () => {
      const open = WILD.replace(
        '"*.example.com"',
        '"*.example.com", allowedRoutes: {namespaces: {from: All}}',
      );
      const far = (name: string, created: string) =>
        wild(name, OWN, created)
          .replace('namespace: default', 'namespace: other')
          .replace('{name: web}', '{name: web, namespace: default}');
      const [old, young] = ['2025-01-01T00:00:00Z', '2027-01-01T00:00:00Z'];
      expect(ask([open, far('a', old), wild('b', ANY, young)], '/p')).toBe('b');
      const both = [far('a', old), wild('c', OWN, young)];
      expect(ask([open, ...both, wild('b', ANY, young)], '/p')).toBe('b');
      const mine = [far('a', young), wild('c', OWN, old)];
      expect(ask([open, ...mine, wild('b', ANY, young)], '/p')).toBe('c');
    });

    it('without ages nobody knows, whatever they match', () => {
      const more = route(rule(path('Exact', '/p'), 'a'), {
        name: 'a',
        hosts: OWN,
        created: '',
      });
      expect(ask([WILD, more, wild('b', ANY, '')], '/p')).toMatch(/older/);
    });
  });

  it('of routes of one age the first comes first by its name with more behind it', () => {
    const named = (name: string, backend: string) =>
      route(rule(path('PathPrefix', '/p'), backend), { name });
    expect(ask([named('shop', 'a'), named('shop-v2', 'b')], '/p')).toBe('b');
    expect(ask([named('shop', 'a'), named('shopping', 'b')], '/p')).toBe('b');
    expect(ask([named('shop', 'a'), named('shoq', 'b')], '/p')).toBe('a');
  });

  it('of two Gateways of one proxy the older comes first, if that is known', () => {
    const address = (created: string) => ({
      rest: 'addresses: [{type: Hostname, value: shared}],',
      created,
    });
    const shared = `
apiVersion: v1
kind: Service
metadata: {name: shared, namespace: default}
spec: {selector: {gateway.networking.k8s.io/gateway-name: web}, ports: [{port: 80}]}
`;
    const texts = (first: string, second: string) => [
      shared,
      gateway(HTTP, { name: 'web', ...address(first) }),
      gateway(HTTP, { name: 'also', ...address(second) }),
      route(rule(path('PathPrefix', '/'), 'a'), { name: 'a' }),
      route(rule(path('Exact', '/p'), 'b'), {
        name: 'b',
        parent: '{name: also}',
      }),
    ];
    const [old, young] = ['2025-01-01T00:00:00Z', '2026-01-01T00:00:00Z'];
    expect(ask(texts(old, young), '/q')).toBe('a');
    expect(ask(texts('', young), '/q')).toBe('a');
    const prefix = (created: string) =>
      texts(created, young).map(text => text.replace('"/"', '"/p"'));
    expect(ask(prefix(old), '/p')).toBe('a');
    expect(ask(prefix('2027-01-01T00:00:00Z'), '/p')).toBe('b');
    expect(ask(prefix(''), '/p')).toMatch(/older/);
  });

  it('a host that a route names twice is in no doubt', () => {
    const twice = {
      name: 'a',
      created: '',
      hosts: 'h.example.com, h.example.com',
    };
    const all = rule(path('PathPrefix', '/p'), 'a');
    expect(ask([route(all, twice)], '/p')).toBe('a');
  });

  it('a way in that another route may take is unknown', () => {
    const untimed = { created: '', hosts: 'h.test' };
    const by = (name: string) =>
      route(`{${to(name)}}`, { name: `to-${name}`, ...untimed });
    const mesh = meshOf([WORKLOADS, gateway(HTTP), by('backend'), by('aside')]);
    const [way] = gatewayWays(mesh);
    expect(way.state).toBe('unknown');
    expect(way.reason).toMatch(/HTTPRoute default\/to-aside/);
    const after = meshOf([
      WORKLOADS,
      gateway(HTTP),
      by('frontend'),
      by('backend'),
    ]);
    expect(gatewayWays(after)[0]?.state).not.toBe('enforced');
  });

  it('routes of one host are sorted together', () => {
    const texts = [
      route(rule(path('PathPrefix', '/'), 'a'), { name: 'wide' }),
      route(rule(path('PathPrefix', '/b'), 'b'), {
        name: 'narrow',
        created: '2026-05-01T00:00:00Z',
      }),
    ];
    expect(ask(texts, '/b/1')).toBe('b');
    expect(ask(texts, '/c')).toBe('a');
  });

  it('routes of one age go by their namespace, then by their name', () => {
    const open =
      '{name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}';
    const to80 = (name: string) =>
      `{backendRefs: [{name: ${name}, namespace: default, port: 80}]}`;
    const grant = (namespace: string) => `
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: {name: from-${namespace}, namespace: default}
spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: ${namespace}}], to: [{group: "", kind: Service}]}
`;
    const parent = '{name: web, namespace: default}';
    const mesh = meshOf([
      ...SERVICES,
      gateway(open),
      ...['n', 'n-2'].map(grant),
      route(to80('b'), { name: 'a', namespace: 'n-2', parent }),
      route(to80('c'), { name: 'z', namespace: 'n', parent }),
      route(to80('a'), { name: 'y', namespace: 'n', parent }),
    ]);
    const asked = { port: 80, host: 'h.example.com', path: '/' };
    expect(matchRoute(mesh, PROXY, asked)).toMatchObject({
      service: { name: 'a' },
    });
  });

  it('GRPCRoute matches service and method', () => {
    const kind = { kind: 'GRPCRoute' };
    const rules = [
      `{matches: [{method: {service: s.S}}], ${to('a')}}`,
      `{matches: [{method: {service: s.S, method: M}}], ${to('b')}}`,
      `{matches: [{method: {method: N}}], ${to('c')}}`,
    ].join(', ');
    expect(ask([route(rules, kind)], '/s.S/Other')).toBe('a');
    expect(ask([route(rules, kind)], '/s.S/M')).toBe('b');
    expect(ask([route(rules, kind)], '/t.T/N')).toBe('c');
    expect(ask([route(rules, kind)], '/t.T/O')).toBe('not-found');
  });

  it('filters redirect, refuse, and drop the route where Istio does', () => {
    const redirect =
      '{filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}]}';
    expect(ask([route(redirect)], '/')).toBe('redirect');
    expect(ask([route('{}')], '/')).toBe('direct-response');
    const zero = '{backendRefs: [{name: a, port: 80, weight: 0}]}';
    expect(ask([route(zero)], '/')).toBe('direct-response');
    const extension = `{${to('a', 'filters: [{type: ExtensionRef}]')}}`;
    expect(ask([route(extension)], '/')).toBe('not-found');
  });

  it.each([
    ['', 302, 'http://h.example.com/a'],
    ['statusCode: 301', 301, 'http://h.example.com/a'],
    ['scheme: https', 302, 'https://h.example.com/a'],
    ['hostname: x.example.com', 302, 'http://x.example.com/a'],
    ['port: 8443', 302, 'http://h.example.com:8443/a'],
    [
      'hostname: x.example.com, scheme: https, port: 8443',
      302,
      'https://x.example.com:8443/a',
    ],
    [
      'path: {type: ReplaceFullPath, replaceFullPath: /b}',
      302,
      'http://h.example.com/b',
    ],
  ])('a redirect of {%s} is %s to %s', (redirect, status, location) => {
    const filter = `{type: RequestRedirect, requestRedirect: {${redirect}}}`;
    const mesh = meshOf([
      ...SERVICES,
      gateway(HTTP),
      // Backends beside a redirect get nothing.
      route(`{${to('a', `filters: [${filter}]`)}}`),
    ]);
    expect(
      matchRoute(mesh, PROXY, { port: 80, host: 'h.example.com', path: '/a' }),
    ).toEqual({ kind: 'redirect', status, location });
  });

  it('a backend with an unknown filter takes the route of all rules with it', () => {
    const bad = `{${to(
      'a',
    )}}, {backendRefs: [{name: b, port: 80, filters: [{type: ExtensionRef}]}]}`;
    expect(ask([route(bad)], '/')).toBe('not-found');
    const unused = bad.replace(
      'port: 80, filters',
      'port: 80, weight: 0, filters',
    );
    expect(ask([route(unused)], '/')).toBe('a');
  });

  it.each([
    ['{name: a, port: 80, weight: 1}, {name: b, port: 80, weight: 3}', 'b'],
    ['{name: a, port: 80, weight: 3}, {name: b, port: 80}', 'a'],
    ['{name: a, port: 80, weight: 0}, {name: b, port: 80}', 'b'],
    ['{name: a, port: 80, weight: 0}', 'direct-response'],
    ['{name: a}', 'not-found'],
    ['{name: a.default, port: 80}', 'not-found'],
  ])('of backends [%s] most requests go to %s', (backends, name) => {
    expect(ask([route(`{backendRefs: [${backends}]}`)], '/')).toBe(name);
  });

  it.each([
    ['path: {type: Exact, value: /x}', '/x', 'a'],
    ['path: {type: Exact, value: /x}', '/x/', 'b'],
    ['path: {value: /x}', '/x/y', 'a'],
    ['path: {type: PathPrefix}', '/x/y', 'a'],
    ['path: {type: PathPrefix, value: /}', '/', 'a'],
    ['', '/x', 'a'],
    ['method: GET', '/x', 'a'],
    ['method: POST', '/x', 'b'],
    ['queryParams: [{name: q, value: v}]', '/x?q=v', 'a'],
    ['queryParams: [{name: q, value: v}]', '/x?q=w', 'b'],
    [
      'queryParams: [{type: RegularExpression, name: q, value: "v.*"}]',
      '/x?q=vw',
      'a',
    ],
    ['queryParams: [{name: q, value: v}, {name: r, value: v}]', '/x?q=v', 'b'],
  ])('a rule with {%s} takes %s to %s', (condition, at, name) => {
    const fallback = route(
      `{matches: [{path: {type: RegularExpression, value: ".*"}}], ${to('b')}}`,
      { name: 'z', created: '2027-01-01T00:00:00Z' },
    );
    expect(ask([route(rule(condition, 'a')), fallback], at)).toBe(name);
  });

  it.each([
    [
      'two headers before one',
      'headers: [{name: x, value: v}, {name: y, value: v}]',
      'headers: [{name: x, value: v}]',
    ],
    [
      'a header before parameters',
      'headers: [{name: x, value: v}]',
      'queryParams: [{name: q, value: v}, {name: r, value: v}]',
    ],
    [
      'two parameters before one',
      'queryParams: [{name: q, value: v}, {name: r, value: v}]',
      'queryParams: [{name: q, value: v}]',
    ],
    [
      'a method before headers',
      'method: GET',
      'headers: [{name: x, value: v}, {name: y, value: v}]',
    ],
    [
      'a longer pattern before a shorter',
      'path: {type: RegularExpression, value: "/[a-z]"}',
      'path: {type: RegularExpression, value: "/."}',
    ],
    ['a path before a method', 'path: {type: Exact, value: /a}', 'method: GET'],
  ])('of the Gateway API: %s', (_, first, second) => {
    const request = { headers: { x: 'v', y: 'v' }, method: 'GET' };
    const at = '/a?q=v&r=v';
    for (const rules of [
      [rule(first, 'a'), rule(second, 'b')],
      [rule(second, 'b'), rule(first, 'a')],
    ]) {
      expect(ask([route(rules.join(', '))], at, request)).toBe('a');
    }
  });

  it('of two rules that are as good the first is taken', () => {
    const rules = `{${to('a')}}, {${to('b')}}`;
    expect(ask([route(rules)], '/')).toBe('a');
  });

  it.each([
    [
      'two headers before one',
      '{headers: [{name: x, value: v}, {name: y, value: v}]}',
      '{headers: [{name: x, value: v}]}',
    ],
    [
      'a method before a service',
      '{method: {service: s, method: M}}',
      '{method: {service: s}}',
    ],
    [
      'a service before a pattern',
      '{method: {service: s}}',
      '{method: {type: RegularExpression, service: s, method: "M.*"}}',
    ],
    [
      'a service before a method alone',
      '{method: {service: s}}',
      '{method: {method: M}}',
    ],
    [
      'a pattern before headers',
      '{method: {method: M}}',
      '{headers: [{name: x, value: v}]}',
    ],
  ])('of gRPC: %s', (_, first, second) => {
    const headers = { x: 'v', y: 'v' };
    for (const rules of [
      [call(first, 'a'), call(second, 'b')],
      [call(second, 'b'), call(first, 'a')],
    ]) {
      const text = route(rules.join(', '), { kind: 'GRPCRoute' });
      expect(ask([text], '/s/M', { headers })).toBe('a');
    }
  });

  it('a malformed route is unknown', () => {
    expect(ask([route('{matches: 3}')], '/')).toMatch(/malformed/);
  });

  it.each([
    [
      '{method: {type: RegularExpression, service: "s.*", method: "M.*"}}',
      '/s.S/Mx',
      'a',
    ],
    [
      '{method: {type: RegularExpression, service: "s.*", method: "M.*"}}',
      '/s.S/Nx',
      'not-found',
    ],
    ['{method: {type: RegularExpression, service: "s.*"}}', '/s.S/N', 'a'],
    [
      '{method: {type: RegularExpression, service: "s.*"}}',
      '/t.S/N',
      'not-found',
    ],
    ['{method: {type: RegularExpression, method: "M.*"}}', '/t.S/M1', 'a'],
    [
      '{method: {type: RegularExpression, method: "M.*"}}',
      '/t.S/x/M1',
      'not-found',
    ],
    ['{method: {service: s.S}}', '/s.S', 'a'],
    ['{method: {service: s.S}}', '/s.Sx', 'not-found'],
    ['{method: {method: N}}', '/a/b/N', 'not-found'],
    ['{method: {}}', '/any', 'a'],
    ['{}', '/any', 'a'],
    ['{headers: [{name: x-a, value: v}]}', '/any', 'not-found'],
    ['', '/any', 'a'],
  ])('GRPCRoute with %s takes %s to %s', (match, at, name) => {
    expect(ask([route(call(match, 'a'), { kind: 'GRPCRoute' })], at)).toBe(
      name,
    );
  });

  it.each([
    ['a call before a prefix', '{method: {service: api, method: M}}', '/api/M'],
    ['a service before its prefix', '{method: {service: api}}', '/api/x'],
    ['a header before all', '{headers: [{name: x, value: "1"}]}', '/x'],
  ])(
    'GRPCRoutes and HTTPRoutes of a host are sorted together: %s',
    (_, match, at) => {
      const prefix = at === '/x' ? '/' : '/api';
      const texts = [
        route(rule(path('PathPrefix', prefix), 'b')),
        route(call(match, 'a'), {
          kind: 'GRPCRoute',
          name: 'younger',
          created: '2026-02-01T00:00:00Z',
        }),
      ];
      const rest = { headers: { x: '1' } };
      const asked = (...istiods: string[]) =>
        ask(
          [
            ...texts,
            ...istiods.map(version =>
              istiod(version).replace('istiod-0', `istiod-${version}`),
            ),
          ],
          at,
          rest,
        );
      expect(asked('1.30.0')).toBe(at === '/x' ? 'b' : 'a');
      // Older istiods leave out one of both kinds.
      for (const versions of [['1.29.3'], ['1.29.3', '1.30.0'], []]) {
        expect(asked(...versions)).toMatch('HTTPRoutes and GRPCRoutes');
      }
    },
  );

  it('GRPCRoutes and HTTPRoutes of two hosts do not meet', () => {
    const texts = [
      route(rule(path('PathPrefix', '/'), 'b'), { hosts: 'x.example.com' }),
      route(call('{method: {service: api}}', 'a'), { kind: 'GRPCRoute' }),
    ];
    expect(ask(texts, '/api/M')).toBe('a');
  });

  it('GRPCRoute tries a rule with a match before one without', () => {
    const rules = [
      `{${to('a')}}`,
      call('{headers: [{name: x-a, value: v}]}', 'b'),
    ];
    const headers = { 'x-a': 'v' };
    const texts = [route(rules.join(', '), { kind: 'GRPCRoute' })];
    expect(ask(texts, '/s/M', { headers })).toBe('b');
    expect(ask(texts, '/s/M')).toBe('a');
  });

  it.each([
    ['', 'v', 'a'],
    ['', 'vw', 'b'],
    ['type: Exact,', 'v.*', 'b'],
    ['type: Exact,', 'vw', 'b'],
    ['type: RegularExpression,', 'vw', 'a'],
    ['type: RegularExpression,', 'wv', 'b'],
  ])('a header with {%s value: %s} goes to %s', (type, value, name) => {
    const pattern = type.includes('Regular') ? 'v.*' : 'v';
    const condition = `headers: [{${type} name: x-a, value: "${pattern}"}]`;
    const rules = [rule(condition, 'a'), rule(path('PathPrefix', '/'), 'b')];
    const headers = { 'x-a': value };
    expect(ask([route(rules.join(', '))], '/', { headers })).toBe(name);
  });

  it.each([
    ['RequestHeaderModifier', 'a'],
    ['ResponseHeaderModifier', 'a'],
    ['CORS', 'a'],
    ['ExtensionRef', 'not-found'],
  ])('a filter %s of the rule leaves %s', (type, name) => {
    const text = `{${to('a', `filters: [{type: ${type}}]`)}}`;
    expect(ask([route(text)], '/')).toBe(name);
  });

  it.each([
    ['RequestHeaderModifier', 'a'],
    ['ResponseHeaderModifier', 'a'],
    ['RequestRedirect', 'not-found'],
  ])('a filter %s of the backend leaves %s', (type, name) => {
    const text = `{backendRefs: [{name: a, port: 80, filters: [{type: ${type}}]}]}`;
    expect(ask([route(text)], '/')).toBe(name);
  });

  it.each([
    ['a.b', 'a'],
    ['axb', 'b'],
  ])(
    'a value is no pattern unless it says so: %s goes to %s',
    (value, name) => {
      const condition = 'headers: [{name: x-a, value: a.b}]';
      const rules = [rule(condition, 'a'), rule(path('PathPrefix', '/'), 'b')];
      const headers = { 'x-a': value };
      expect(ask([route(rules.join(', '))], '/', { headers })).toBe(name);
    },
  );

  it('a mirror gets a copy of every request', () => {
    const mirrors = (backend: string) =>
      gatewayWays(
        meshOf([
          WORKLOADS,
          gateway(HTTP),
          route(
            `{${to(
              'frontend',
              `filters: [{type: RequestMirror, requestMirror: {backendRef: {name: frontend, port: 80}}}, {type: RequestMirror, requestMirror: {backendRef: {name: ${backend}, port: 80}}}]`,
            )}}`,
          ),
        ]),
      ).length;
    expect(mirrors('backend')).toBe(1);
    expect(mirrors('frontend')).toBe(0);
  });

  const modify = (operations: string) =>
    `filters: [{type: RequestHeaderModifier, requestHeaderModifier: {${operations}}}]`;

  it.each([
    ['set: [{name: X-Role, value: admin}]', 'admin', 403],
    [
      'set: [{name: x-role, value: admin}, {name: X-Role, value: b}]',
      'admin',
      403,
    ],
    ['set: [{name: x-role, value: admin}]', 'user', 200],
    ['add: [{name: x-new, value: admin}]', 'user', 403],
    ['remove: [x-role]', 'user', 200],
    ['remove: [X-Role]', 'user', 200],
    ['', 'user', 403],
  ])(
    'headers changed by {%s}: a policy behind on %s answers %s',
    (operations, value, status) => {
      const deny = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: deny, namespace: default}
spec: {selector: {matchLabels: {app: backend}}, action: DENY, rules: [{when: [{key: "request.headers[x-role]", values: ["${value}"]}]}]}
`;
      const answer = (rules: string) => {
        const mesh = meshOf([WORKLOADS, deny, gateway(HTTP), route(rules)]);
        const [way] = gatewayWays(mesh);
        return decideWayIn(mesh, way, {
          port: 80,
          host: 'h.example.com',
          headers: { 'x-role': 'user' },
        }).status;
      };
      expect(answer(`{${to('backend', modify(operations))}}`)).toBe(status);
      expect(
        answer(
          `{backendRefs: [{name: backend, port: 80, ${modify(operations)}}]}`,
        ),
      ).toBe(status);
    },
  );

  it('a rewritten host is what the proxy behind sees', () => {
    const only = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: only, namespace: default}
spec: {selector: {matchLabels: {app: backend}}, rules: [{to: [{operation: {hosts: [other.example.com]}}]}]}
`;
    const answer = (filters: string) => {
      const rules = `{${to('backend', filters)}}`;
      const mesh = meshOf([WORKLOADS, only, gateway(HTTP), route(rules)]);
      const [way] = gatewayWays(mesh);
      const request = { port: 80, host: 'h.example.com' };
      return decideWayIn(mesh, way, request).status;
    };
    const rewrite = (rest: string) =>
      `filters: [{type: URLRewrite, urlRewrite: {${rest}}}]`;
    expect(answer(rewrite('hostname: other.example.com'))).toBe(200);
    expect(
      answer(
        rewrite(
          'hostname: other.example.com, path: {type: ReplacePrefixMatch, replacePrefixMatch: /x}',
        ),
      ),
    ).toBe(200);
    expect(
      answer(
        rewrite(
          'hostname: other.example.com, path: {type: ReplaceFullPath, replaceFullPath: /x}',
        ),
      ),
    ).toBe(200);
    expect(answer('')).toBe(403);
  });

  it.each([
    ['ReplacePrefixMatch', 'replacePrefixMatch: /v1', '/api/x', '/v1/x'],
    ['ReplacePrefixMatch', 'replacePrefixMatch: /v1', '/api', '/v1'],
    ['ReplacePrefixMatch', 'replacePrefixMatch: /', '/api/x', '/x'],
    ['ReplacePrefixMatch', 'replacePrefixMatch: /', '/api', '/'],
    ['ReplaceFullPath', 'replaceFullPath: /healthz', '/api/x', '/healthz'],
  ])('%s %s carries %s to the sidecar as %s', (type, value, from, seen) => {
    const exempt = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: only, namespace: default}
spec: {selector: {matchLabels: {app: backend}}, rules: [{to: [{operation: {paths: ["${seen}"]}}]}]}
`;
    const rewrite = `{matches: [{${path('PathPrefix', '/api')}}], ${to(
      'backend',
      `filters: [{type: URLRewrite, urlRewrite: {path: {type: ${type}, ${value}}}}]`,
    )}}`;
    const mesh = meshOf([WORKLOADS, exempt, gateway(HTTP), route(rewrite)]);
    const [way] = gatewayWays(mesh);
    const request = (at: string) => ({
      port: 80,
      host: 'h.example.com',
      path: at,
    });
    expect(decideWayIn(mesh, way, request(from))).toMatchObject({
      status: 200,
      reaches: 'yes',
    });
    const other = decideWayIn(mesh, way, request('/api/other')).status;
    expect(other).toBe(type === 'ReplaceFullPath' ? 200 : 403);
    expect(way.state).toBe('open');
  });
});
