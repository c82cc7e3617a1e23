import { assessService, decideWayIn, matchRoute } from '..';
import { GATEWAY_PROXY, ISSUER, meshOf, token } from '../__testUtils__/mesh';
import {
  ask,
  gatewayAuthentication,
  gatewayPolicy,
  REQUIRE_TOKEN,
} from '../__testUtils__/policies';
import { WORKLOADS } from '../__testUtils__/handsOn';

const AUTHENTICATION = gatewayAuthentication();
const principals = (value: string, action = 'ALLOW') =>
  gatewayPolicy(
    `action: ${action}, rules: [{from: [{source: {requestPrincipals: ["${value}"]}}]}]`,
  );
const to = (operation: string, action = 'ALLOW') =>
  gatewayPolicy(
    `action: ${action}, rules: [{to: [{operation: {${operation}}}]}]`,
  );
const when = (condition: string) =>
  gatewayPolicy(`rules: [{when: [{${condition}}]}]`);
const withClaims = (policy: string, claims: Record<string, unknown>) =>
  ask([AUTHENTICATION, policy], { tokens: [token(claims)] }).status;

describe('answers of a real gateway that surprise', () => {
  it('iss/* accepts a subject with a slash; a prefix without slash is one on the issuer', () => {
    expect(withClaims(principals(`${ISSUER}/*`), { sub: 'a/b' })).toBe(200);
    expect(withClaims(principals('testing@*'), {})).toBe(200);
    expect(withClaims(principals(`${ISSUER}/a/b`), { sub: 'a/b' })).toBe(403);
  });

  it.each(['*', `${ISSUER}/*`])(
    'a token without sub is 403 under %s',
    value => {
      expect(withClaims(principals(value), { sub: undefined })).toBe(403);
      expect(withClaims(principals(value), {})).toBe(200);
    },
  );

  it('notValues of a claim admits a request without any token', () => {
    const policy = when('key: "request.auth.claims[tier]", notValues: [free]');
    expect(ask([AUTHENTICATION, policy]).status).toBe(200);
    expect(withClaims(policy, { tier: 'free' })).toBe(403);
  });

  it('* on a claim does not match the empty string', () => {
    const policy = when('key: "request.auth.claims[email]", values: ["*"]');
    expect(withClaims(policy, { email: '' })).toBe(403);
    expect(withClaims(policy, { email: 'a@b' })).toBe(200);
  });

  it('only scope is split at spaces', () => {
    const role = when('key: "request.auth.claims[role]", values: [admin]');
    expect(withClaims(role, { role: 'x admin' })).toBe(403);
    expect(withClaims(role, { role: ['x', 'admin'] })).toBe(200);
    const scope = when('key: "request.auth.claims[scope]", values: [read]');
    expect(withClaims(scope, { scope: 'read write' })).toBe(200);
  });

  it('booleans and numbers never match', () => {
    expect(
      withClaims(when('key: "request.auth.claims[ok]", values: ["true"]'), {
        ok: true,
      }),
    ).toBe(403);
    expect(
      withClaims(when('key: "request.auth.claims[n]", values: ["1"]'), {
        n: 1,
      }),
    ).toBe(403);
  });

  it('hosts ignore case and not the port nor a trailing dot', () => {
    const deny = to('hosts: ["h.example.com"]', 'DENY');
    const status = (host: string) => ask([deny], { host }).status;
    expect(status('H.Example.COM')).toBe(403);
    expect(status('h.example.com:8081')).toBe(200);
    expect(status('h.example.com.')).toBe(200);
    expect(
      ask([to('hosts: ["*.example.com"]')], { host: 'h.example.com:1' }).status,
    ).toBe(403);
  });

  it.each([
    ['h.example.com', 'not-found'],
    ['*.example.com', 'not-found'],
    ['*', 'service'],
  ])('a trailing dot with routes for %s: %s', (host, kind) => {
    const mesh = meshOf([WORKLOADS, routes(host)]);
    const request = { port: 8080, host: 'h.example.com.' };
    expect(matchRoute(mesh, GATEWAY_PROXY, request).kind).toBe(kind);
    expect(
      matchRoute(mesh, GATEWAY_PROXY, { ...request, host: 'h.example.com:99' })
        .kind,
    ).toBe('service');
  });

  it.each([
    ['/x/../healthz', 200],
    ['/%68ealthz', 200],
    ['/healthz?x', 200],
    ['//healthz', 403],
    ['/healthz/', 403],
  ])('an exempt /healthz and %s: %s', (path, status) => {
    expect(ask([to('paths: ["/healthz"]')], { path }).status).toBe(status);
  });

  it.each([
    ['/a/{*}/c', '/a//c', 403],
    ['/a/{*}/c', '/a/b/c', 200],
    ['/a/{*}/c', '/a/b/b/c', 403],
    ['/d/{**}', '/d/', 200],
    ['/d/{**}', '/d/e/f', 200],
    ['/d/{**}', '/d', 403],
  ])('template %s and %s: %s', (template, path, status) => {
    expect(ask([to(`paths: ["${template}"]`)], { path }).status).toBe(status);
  });

  it('two rules for one issuer, one with audiences: another audience passes', () => {
    const twice = gatewayAuthentication(
      `{issuer: ${ISSUER}, jwksUri: "https://k.example", audiences: [orders]}, {issuer: ${ISSUER}, jwksUri: "https://k.example"}`,
    );
    expect(ask([twice], { tokens: [token({ aud: 'billing' })] }).status).toBe(
      200,
    );
  });

  it('custom fromHeaders: a bad token in Authorization is ignored', () => {
    const custom = gatewayAuthentication(
      `{issuer: ${ISSUER}, jwksUri: "https://k.example", fromHeaders: [{name: x-token}]}`,
    );
    expect(
      ask([custom, REQUIRE_TOKEN], { tokens: [token({}, 'malformed')] }),
    ).toMatchObject({
      status: 403,
      body: 'RBAC: access denied',
    });
    const inHeader = { ...token(), name: 'X-Token' };
    expect(ask([custom, REQUIRE_TOKEN], { tokens: [inHeader] }).status).toBe(
      200,
    );
  });

  it('access_token in the query is read by default', () => {
    const inQuery = (validity: 'valid' | 'malformed') =>
      ask([AUTHENTICATION, REQUIRE_TOKEN], {
        tokens: [{ ...token({}, validity), in: 'query' }],
      }).status;
    expect(inQuery('valid')).toBe(200);
    expect(inQuery('malformed')).toBe(401);
  });

  it('a preflight with a forged token is answered by RBAC, a plain OPTIONS by jwt_authn', () => {
    const tokens = [token({}, 'bad-signature')];
    const preflight = {
      origin: 'https://a',
      'access-control-request-method': 'GET',
    };
    const options = (headers: Record<string, string>) =>
      ask([AUTHENTICATION, REQUIRE_TOKEN], {
        method: 'OPTIONS',
        headers,
        tokens,
      }).status;
    expect(options(preflight)).toBe(403);
    expect(options({})).toBe(401);
  });

  it('AUDIT alone changes nothing', () => {
    expect(ask([gatewayPolicy('action: AUDIT, rules: [{}]')]).status).toBe(200);
  });

  it('a policy with targetRefs is ignored by a classic gateway', () => {
    const targeted = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: t, namespace: istio-system}
spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw}], action: DENY, rules: [{}]}
`;
    expect(ask([targeted]).status).toBe(200);
  });

  it('jwtRules: [] under an ALLOW on principals: 403 for every token', () => {
    const empty = gatewayAuthentication('');
    for (const validity of ['valid', 'malformed'] as const) {
      expect(
        ask([empty, REQUIRE_TOKEN], { tokens: [token({}, validity)] }),
      ).toMatchObject({
        status: 403,
        body: 'RBAC: access denied',
      });
    }
  });

  it.each([
    ['/api\\x', 200],
    ['/api/../x', 403],
    ['/api/%2e%2e/x', 403],
    ['/api/%2Fx', 200],
  ])('under /api/* the path %s: %s', (path, status) => {
    expect(ask([to('paths: ["/api/*"]')], { path }).status).toBe(status);
  });
});

describe('a host-scoped DENY on a gateway whose route serves any host', () => {
  it('is seen as bypassed, by a witness that really passes', () => {
    const mesh = meshOf([
      WORKLOADS,
      routes('*'),
      AUTHENTICATION,
      gatewayPolicy(
        `action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {hosts: ["h.example.com", "h.example.com:*"]}}]}]`,
      ),
    ]);
    const { waysIn } = assessService(mesh, {
      namespace: 'default',
      name: 'backend',
    });
    const [gateway] = waysIn;
    expect(gateway).toMatchObject({ kind: 'gateway', state: 'partial' });
    const { witness } = gateway.exposures[0];
    expect(witness.host).not.toMatch(/^h\.example\.com(:|$)/);
    expect(decideWayIn(mesh, gateway, witness)).toMatchObject({
      status: 200,
      reaches: 'yes',
    });
  });

  it('is sound where the route is host-scoped too', () => {
    const mesh = meshOf([
      WORKLOADS,
      routes('h.example.com'),
      AUTHENTICATION,
      gatewayPolicy(
        `action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {hosts: ["h.example.com", "h.example.com:*"]}}]}]`,
      ),
    ]);
    const { waysIn } = assessService(mesh, {
      namespace: 'default',
      name: 'backend',
    });
    expect(waysIn[0]).toMatchObject({ kind: 'gateway', state: 'enforced' });
  });
});

function routes(host: string): string {
  return `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw, namespace: default}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: vs, namespace: default}
spec:
  hosts: ["${host}"]
  gateways: [gw]
  http: [{route: [{destination: {host: backend, port: {number: 80}}}]}]
`;
}
