import { decideWayIn, Mesh, ProxyRequest } from '..';
import {
  gatewayWays,
  gatewayYaml,
  to,
  TO_BACKEND,
  virtualService,
  whereTo,
} from '../__testUtils__/gateways';
import { WORKLOADS } from '../__testUtils__/handsOn';
import { meshConfig } from '../__testUtils__/meshConfig';
import { applyYaml, ISSUER, meshOf, token } from '../__testUtils__/mesh';

describe('order of routes', () => {
  it('nothing behind a catch-all of the same VirtualService is reached', () => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService(
        `{${to(
          'frontend',
        )}}, {match: [{uri: {prefix: /admin}}], ${TO_BACKEND}}`,
      ),
    ]);
    expect(whereTo(mesh, { path: '/admin' })).toBe('frontend');
  });

  it('the catch-all of an older VirtualService waits for the routes of a younger', () => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService(`{${to('frontend')}}`, { name: 'a' }),
      virtualService(`{match: [{uri: {prefix: /admin}}], ${TO_BACKEND}}`, {
        name: 'b',
      }),
    ]);
    expect(whereTo(mesh, { path: '/admin' })).toBe('backend');
    expect(whereTo(mesh, { path: '/' })).toBe('frontend');
  });

  it.each([
    ['their name', { name: 'a', namespace: 'z' }, { name: 'a-b' }],
    ['then their namespace', { namespace: 'a' }, { namespace: 'b' }],
  ])('VirtualServices of one age go by %s', (_, first, second) => {
    const at = (place: { name?: string; namespace?: string }, route: string) =>
      virtualService(`{${route}}`, {
        ...place,
        rest: 'hosts: [h.test], gateways: [default/gw],',
      });
    const backend = at(first, TO_BACKEND);
    const frontend = at(second, to('frontend.default.svc.cluster.local'));
    for (const texts of [
      [backend, frontend],
      [frontend, backend],
    ]) {
      const mesh = meshOf([WORKLOADS, gatewayYaml(), ...texts]);
      expect(whereTo(mesh)).toBe('backend');
    }
  });
});

describe('VirtualServices of which nobody knows which is older', () => {
  const UNTIMED = { created: '' };
  const first = (route = TO_BACKEND, match = '{uri: {prefix: /a}}') =>
    virtualService(`{match: [${match}], ${route}}`, { name: 'a', ...UNTIMED });
  const second = (route: string, more = {}) =>
    virtualService(`{match: [{uri: {prefix: /a/b}}], ${route}}`, {
      name: 'b',
      ...more,
    });
  const asked = (path: string, ...texts: string[]) =>
    whereTo(meshOf([WORKLOADS, gatewayYaml(), ...texts]), { path });

  it('lead nobody knows where, where both have a route', () => {
    const texts = [first(), second(to('frontend'))];
    expect(asked('/a/b', ...texts)).toBe('unknown');
    expect(asked('/a', ...texts)).toBe('backend');
    expect(asked('/a/b', first(), second(TO_BACKEND))).toBe('backend');
  });

  it('are told apart where one of them has nothing but a catch-all', () => {
    const all = virtualService(`{${to('frontend')}}`, {
      name: 'b',
      ...UNTIMED,
    });
    expect(asked('/a', first(), all)).toBe('backend');
    expect(asked('/', first(), all)).toBe('frontend');
  });

  it('are told apart where fewer see one of them', () => {
    const few = 'hosts: [h.test], gateways: [gw], exportTo: [istio-system],';
    const texts = [first(), second(to('frontend'), { rest: few })];
    expect(asked('/a/b', ...texts)).toBe('frontend');
  });

  it('make a way in unknown', () => {
    const mesh = meshOf([
      ...[WORKLOADS, gatewayYaml()],
      ...[first(to('frontend')), second(TO_BACKEND)],
    ]);
    const [{ state, reason }] = gatewayWays(mesh);
    expect(state).toBe('unknown');
    expect(reason).toMatch(
      /VirtualService default\/a and VirtualService default\/b both .* older/,
    );
  });
});

describe('VirtualServices for some namespaces only', () => {
  const at = (name: string, exportTo: string, route: string) =>
    virtualService(`{${route}}`, {
      name,
      namespace: 'istio-system',
      rest: `hosts: [h.test], gateways: [default/gw], ${exportTo}`,
    });
  const all = (name: string, exportTo = '') =>
    at(name, exportTo, to('frontend.default.svc.cluster.local'));
  const few = (exportTo: string) =>
    at('z', `exportTo: [${exportTo}],`, TO_BACKEND);
  const asked = (...texts: string[]) =>
    whereTo(meshOf([WORKLOADS, gatewayYaml(), ...texts]));

  it.each(['.', 'istio-system', 'other, istio-system'])(
    'come before older ones that all see: exportTo [%s]',
    exportTo => {
      const seen = few(exportTo.replace('.', '"."'));
      expect(asked(all('a'), seen)).toBe('backend');
      expect(asked(all('a', 'exportTo: ["*"],'), seen)).toBe('backend');
    },
  );

  it('come by their age where all of them are', () => {
    const older = all('a', 'exportTo: ["."],');
    expect(asked(older, few('istio-system'))).toBe('frontend');
  });

  it('are what the mesh config says, where they do not say it', () => {
    const elsewhere = virtualService(`{${TO_BACKEND}}`, {
      name: 'a',
      rest: 'hosts: [h.test], gateways: [default/gw],',
    });
    const texts = [all('b'), elsewhere];
    const own = meshConfig('defaultVirtualServiceExportTo: ["."]');
    expect(asked(...texts)).toBe('backend');
    expect(asked(own, ...texts)).toBe('frontend');
    // What says it itself stays.
    const shown = elsewhere.replace('gateways:', 'exportTo: ["*"], gateways:');
    expect(asked(own, at('b', '', to('frontend')), shown)).toBe('frontend');
    expect(asked(own, shown)).toBe('backend');
  });
});

describe('a VirtualService none of whose routes is for the port of the gateway', () => {
  const forPort = (port: number) =>
    virtualService(`{match: [{port: ${port}}], ${TO_BACKEND}}`, {
      name: 'a',
      rest: 'hosts: [h.example.com], gateways: [gw],',
    });
  const others = virtualService(`{${to('frontend')}}`, {
    name: 'b',
    rest: 'hosts: ["*"], gateways: [gw],',
  });

  it.each([
    [80, 'backend'],
    [81, 'frontend'],
  ])('with routes for port %s alone: %s', (port, name) => {
    const mesh = meshOf([WORKLOADS, gatewayYaml(), forPort(port), others]);
    expect(whereTo(mesh, { host: 'h.example.com' })).toBe(name);
  });
});

describe('a condition on the authority', () => {
  it.each([
    ['h.test', 'backend'],
    ['H.test', 'frontend'],
  ])('compares %s as the client wrote it', (host, name) => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService(
        `{match: [{authority: {prefix: h}}], ${TO_BACKEND}}, {${to(
          'frontend',
        )}}`,
      ),
    ]);
    expect(whereTo(mesh, { host })).toBe(name);
  });
});

/** Who is asked, where requests that a route does not match go to the frontend. */
function askedBy(match: string, request: Partial<ProxyRequest>) {
  const mesh = meshOf([
    WORKLOADS,
    gatewayYaml(),
    virtualService(`{match: [{${match}}], ${TO_BACKEND}}, {${to('frontend')}}`),
  ]);
  return whereTo(mesh, request);
}

describe('a condition on a header that is not wanted', () => {
  it.each([
    ['exact: admin', undefined, 'backend'],
    ['exact: admin', 'user', 'backend'],
    ['exact: admin', 'admin', 'frontend'],
    // Envoy takes a header that is missing for an empty one.
    ['exact: ""', undefined, 'frontend'],
    ['prefix: ""', undefined, 'frontend'],
    ['regex: ".*"', undefined, 'frontend'],
    ['regex: "a+"', undefined, 'backend'],
    // Unless its presence is what is asked for.
    ['', undefined, 'backend'],
    ['regex: "*"', undefined, 'backend'],
    ['regex: "*"', '', 'frontend'],
  ])('{%s}, with %s: %s', (wanted, value, name) => {
    const headers: Record<string, string> =
      value === undefined ? {} : { 'x-role': value };
    const match = `withoutHeaders: {x-role: {${wanted}}}`;
    expect(askedBy(match, { headers })).toBe(name);
  });
});

describe('a condition on a parameter', () => {
  it.each([
    ['exact: "1"', '/?x=1', 'backend'],
    ['exact: "1"', '/?y=2&x=1#x', 'backend'],
    ['exact: "1"', '/?x=2&x=1', 'frontend'],
    ['exact: "1"', '/?X=1', 'frontend'],
    ['exact: "1=2"', '/?x=1=2', 'backend'],
    // As it is written, not what it stands for.
    ['exact: "1"', '/?x=%31', 'frontend'],
    ['exact: "1"', '/?%78=1', 'frontend'],
    ['exact: "%31"', '/?x=%31', 'backend'],
    ['exact: "a b"', '/?x=a+b', 'frontend'],
    ['exact: "a+b"', '/?x=a+b', 'backend'],
    ['exact: ""', '/?x', 'backend'],
    ['exact: ""', '/?x=', 'backend'],
    ['exact: ""', '/', 'frontend'],
    ['', '/?x', 'backend'],
    ['regex: "*"', '/?x=1', 'backend'],
    ['regex: "*"', '/?y=1', 'frontend'],
  ])('{%s}, asked for %s: %s', (wanted, path, name) => {
    expect(askedBy(`queryParams: {x: {${wanted}}}`, { path })).toBe(name);
  });

  it('is found out of a way in, whatever it is written with', () => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService(
        `{match: [{queryParams: {x: {exact: "a/b=c%20d"}}}], ${TO_BACKEND}}, {${to(
          'frontend',
        )}}`,
      ),
    ]);
    expect(gatewayWays(mesh)[0]).toMatchObject({
      state: 'open',
      exposures: [{ witness: { path: '/?x=a/b=c%20d' } }],
    });
  });
});

it('a regular expression minds case where other paths are told not to', () => {
  const ask = (uri: string) =>
    askedBy(`uri: {${uri}}, ignoreUriCase: true`, { path: '/Admin' });
  expect(ask('prefix: /ADMIN')).toBe('backend');
  expect(ask('regex: "/ADMIN"')).toBe('frontend');
  expect(ask('regex: "/Admin"')).toBe('backend');
});

describe('routes for some proxies only', () => {
  it.each([
    ['gateways: [gw]', 'backend'],
    ['gateways: [other]', 'frontend'],
    ['sourceLabels: {istio: ingressgateway}', 'backend'],
    ['sourceLabels: {istio: other}', 'frontend'],
    ['sourceNamespace: istio-system', 'backend'],
    ['sourceNamespace: default', 'frontend'],
    ['port: 80', 'backend'],
    ['port: 81', 'frontend'],
  ])('%s goes to %s', (condition, name) => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      virtualService(
        `{match: [{${condition}}], ${TO_BACKEND}}, {${to('frontend')}}`,
      ),
    ]);
    expect(whereTo(mesh)).toBe(name);
  });

  it('are those of each Gateway, where one VirtualService binds to two', () => {
    const mesh = meshOf([
      WORKLOADS,
      gatewayYaml(),
      gatewayYaml().replace('name: gw', 'name: gw2'),
      virtualService(
        `{match: [{gateways: [gw2], uri: {prefix: /b}}], ${TO_BACKEND}}, {match: [{gateways: [gw], uri: {prefix: /f}}], ${to(
          'frontend',
        )}}`,
        { rest: 'hosts: [h.test], gateways: [gw, gw2],' },
      ),
    ]);
    expect(whereTo(mesh, { path: '/b' })).toBe('backend');
    expect(whereTo(mesh, { path: '/f' })).toBe('frontend');
  });
});

describe('claim-based routing', () => {
  const authentication = `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: jwt, namespace: istio-system}
spec: {selector: {matchLabels: {istio: ingressgateway}}, jwtRules: [{issuer: ${ISSUER}, jwksUri: "https://keys.example.com"}]}
`;
  const meshWith = (header: string, condition: string, field = 'headers') =>
    meshOf([
      WORKLOADS,
      authentication,
      gatewayYaml(),
      virtualService(
        `{match: [{${field}: {"${header}": ${condition}}}], ${TO_BACKEND}}, {${to(
          'frontend',
        )}}`,
      ),
    ]);
  const routed = (
    mesh: Mesh,
    claims?: Record<string, unknown>,
    rest: Partial<ProxyRequest> = {},
  ) => {
    const wayIn = gatewayWays(mesh)[0];
    const tokens = claims ? [token(claims)] : [];
    const { route } = decideWayIn(mesh, wayIn, {
      port: 8080,
      host: 'h.test',
      tokens,
      ...rest,
    });
    return route?.kind === 'service' ? route.service.name : route?.kind;
  };

  it.each([
    [
      '@request.auth.claims.role',
      '{exact: admin}',
      { role: 'admin' },
      'backend',
    ],
    [
      '@request.auth.claims.role',
      '{exact: admin}',
      { role: ['x', 'admin'] },
      'backend',
    ],
    [
      '@request.auth.claims.role',
      '{exact: admin}',
      { role: 'user' },
      'frontend',
    ],
    ['@request.auth.claims.role', '{exact: admin}', {}, 'frontend'],
    [
      '@request.auth.claims.role',
      '{prefix: adm}',
      { role: 'admin' },
      'backend',
    ],
    ['@request.auth.claims.a.b', '{exact: x}', { a: { b: 'x' } }, 'backend'],
    ['@request.auth.claims[a.b]', '{exact: x}', { 'a.b': 'x' }, 'backend'],
    ['@request.auth.claims[a][b]', '{exact: x}', { a: { b: 'x' } }, 'backend'],
    ['@request.auth.claims.n', '{exact: "1"}', { n: 1 }, 'frontend'],
  ])('%s %s with %j goes to %s', (header, condition, claims, name) => {
    expect(routed(meshWith(header, condition), claims)).toBe(name);
  });

  it('never matches without a token, and withoutHeaders always does', () => {
    const header = '@request.auth.claims.role';
    expect(routed(meshWith(header, '{exact: admin}'))).toBe('frontend');
    const without = meshWith(header, '{exact: admin}', 'withoutHeaders');
    expect(routed(without)).toBe('backend');
    expect(routed(without, { role: 'admin' })).toBe('frontend');
  });

  it('by a header that claims are written to takes the caller’s own, unless a token was verified', () => {
    const mesh = meshWith('x-role', '{exact: admin}');
    applyYaml(
      mesh,
      authentication.replace(
        '"}]}',
        '", outputClaimToHeaders: [{header: X-Role, claim: role}]}]}',
      ),
    );
    const headers = { 'x-role': 'admin' };
    expect(routed(mesh)).toBe('frontend');
    expect(routed(mesh, undefined, { headers })).toBe('backend');
    expect(routed(mesh, { role: 'admin' })).toBe('backend');
    expect(routed(mesh, { role: 'user' })).toBe('frontend');
    expect(routed(mesh, { role: 'user' }, { headers })).toBe('frontend');
    const preflight = {
      method: 'OPTIONS',
      headers: {
        ...headers,
        origin: 'https://shop.example',
        'access-control-request-method': 'GET',
      },
    };
    expect(routed(mesh, undefined, preflight)).toBe('backend');
    expect(gatewayWays(mesh)[0].state).toBe('validated-only');
  });

  it('makes a way in enforced that only a token with the claim leads to', () => {
    const mesh = meshOf([
      WORKLOADS,
      authentication,
      gatewayYaml(),
      virtualService(
        `{match: [{headers: {"@request.auth.claims.role": {exact: admin}}}], ${TO_BACKEND}}`,
      ),
    ]);
    const [way] = gatewayWays(mesh);
    expect(way.state).toBe('enforced');
    mesh.remove({
      kind: 'RequestAuthentication',
      namespace: 'istio-system',
      name: 'jwt',
    });
    expect(gatewayWays(mesh)[0]).toMatchObject({ state: 'unknown' });
  });
});
