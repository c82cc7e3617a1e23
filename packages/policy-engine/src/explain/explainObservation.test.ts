import {
  assessService,
  decideWayIn,
  explainObservation,
  ObservedAnswer,
  ProxyRequest,
  RequestToken,
} from '..';
import {
  ALLOW_FRONTEND,
  BACKEND_JWT,
  GATEWAY,
  INGRESS_POLICY,
  ingressAuthentication,
  WORKLOADS,
} from '../__testUtils__/handsOn';
import { meshOf, token } from '../__testUtils__/mesh';
import { gatewayPolicy } from '../__testUtils__/policies';

const BACKEND = { namespace: 'default', name: 'backend' };
const RBAC = { status: 403, body: 'RBAC: access denied' };
const AUDIENCES = ingressAuthentication(true).replace(
  'forwardOriginalToken: true',
  'audiences: [backend]',
);

/** Explains an answer of the shared gateway. */
function see(
  texts: string[],
  observed: ObservedAnswer,
  request: Partial<ProxyRequest> = {},
) {
  const mesh = meshOf([WORKLOADS, GATEWAY, ...texts]);
  const wayIn = assessService(mesh, BACKEND).waysIn.find(
    ({ kind }) => kind === 'gateway',
  )!;
  return explainObservation(
    mesh,
    wayIn,
    { port: 8080, host: 'any.example', ...request },
    observed,
  );
}

const JWT = [ingressAuthentication(true), INGRESS_POLICY];
const withToken = (
  claims?: Record<string, unknown>,
  validity?: RequestToken['validity'],
) => ({ tokens: [token(claims, validity)] });

describe('an answer that the configuration gives', () => {
  it.each([
    ['expired', 'Jwt is expired', /fresh token/],
    ['not-yet-valid', 'Jwt not yet valid', /nbf/],
    ['bad-signature', 'Jwt verification fails', /issuer itself/],
    [
      'unknown-key',
      "Jwks doesn't have key to match kid or alg from Jwt",
      /key rotation/,
    ],
    [
      'malformed',
      'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections',
      /no JWT/,
    ],
  ] as const)('401 for a token that is %s', (validity, body, fix) => {
    const told = see(JWT, { status: 401, body }, withToken({}, validity));
    expect(told).toMatchObject({
      kind: 'matches',
      origin: 'jwt_authn',
      rule: { resource: { name: 'ingress-jwt' }, rule: 0 },
    });
    expect(told.fix).toMatch(fix);
  });

  it('401 for an issuer that is not configured', () => {
    const told = see(
      JWT,
      { status: 401, body: 'Jwt issuer is not configured' },
      withToken({ iss: 'https://other' }),
    );
    expect(told).toMatchObject({ kind: 'matches', origin: 'jwt_authn' });
    expect(told.fix).toMatch(/to the letter/);
  });

  it('403 for a wrong audience', () => {
    const told = see(
      [AUDIENCES],
      { status: 403, body: 'Audiences in Jwt are not allowed' },
      withToken({ aud: 'other' }),
    );
    expect(told).toMatchObject({ kind: 'matches', origin: 'jwt_authn' });
    expect(told.fix).toMatch(/audiences/);
  });

  it('403 for a request without a token', () => {
    const told = see(JWT, {
      ...RBAC,
      details: 'rbac_access_denied_matched_policy[none]',
    });
    expect(told).toMatchObject({
      kind: 'matches',
      origin: 'rbac',
      rule: {
        resource: { name: 'ingress-jwt-policy' },
        rule: 0,
        field: 'from[0].source.requestPrincipals',
        proxy: { kind: 'gateway' },
      },
      predicted: { status: 403 },
    });
    expect(told.fix).toMatch(/valid token/);
  });

  it('403 for a good token says what the rule wants and what the token has', () => {
    const policy = gatewayPolicy(
      'rules: [{from: [{source: {requestPrincipals: ["testing@secure.istio.io/*"]}}], to: [{operation: {methods: [POST]}}], when: [{key: "request.auth.claims[groups]", values: [admin]}]}]',
    );
    const told = see(
      [ingressAuthentication(true), policy],
      RBAC,
      withToken({ groups: ['dev'] }),
    );
    expect(told.kind).toBe('matches');
    expect(told.summary).toContain(
      'wants "admin", and the request has ["dev"]',
    );
    expect(told.summary).toContain('wants "POST", and the request has "GET"');
    expect(told.fix).toContain('when[0]');
  });

  it('403 says that a boolean claim never matches', () => {
    const policy = gatewayPolicy(
      'rules: [{when: [{key: "request.auth.claims[admin]", values: ["true"]}]}]',
    );
    const told = see(
      [ingressAuthentication(true), policy],
      RBAC,
      withToken({ admin: true }),
    );
    expect(told.summary).toContain('a boolean, which never matches');
  });

  it('401 for a near issuer says which, and how they differ', () => {
    const told = see(
      JWT,
      { status: 401, body: 'Jwt issuer is not configured' },
      withToken({ iss: 'testing@secure.istio.io/' }),
    );
    expect(told.summary).toContain('from "testing@secure.istio.io/"');
    expect(told.fix).toContain('trailing slash');
  });

  it('403 for a wrong audience says which would do', () => {
    const told = see(
      [AUDIENCES],
      { status: 403, body: 'Audiences in Jwt are not allowed' },
      withToken({ aud: ['other'] }),
    );
    expect(told.summary).toContain('is for ["other"], and "backend"');
  });

  it('403 at the sidecar after the gateway took the token out', () => {
    const told = see(
      [ingressAuthentication(false), BACKEND_JWT],
      RBAC,
      withToken(),
    );
    expect(told).toMatchObject({
      kind: 'matches',
      rule: { resource: { name: 'backend-jwt-policy' } },
    });
    expect(told.fix).toContain(
      '`forwardOriginalToken: true` in jwtRules[0] of RequestAuthentication istio-system/ingress-jwt',
    );
    const without = see([ingressAuthentication(false), BACKEND_JWT], RBAC);
    expect(without.fix).toMatch(/Send a valid token/);
  });

  it('403 by a DENY rule names it', () => {
    const deny = gatewayPolicy(
      'action: DENY, rules: [{to: [{operation: {paths: ["/x"]}}]}]',
      'no',
    );
    const told = see(
      [deny],
      {
        ...RBAC,
        details:
          'rbac_access_denied_matched_policy[ns[istio-system]-policy[no]-rule[0]]',
      },
      { path: '/x' },
    );
    expect(told).toMatchObject({
      kind: 'matches',
      rule: { resource: { name: 'no' }, rule: 0 },
    });
  });

  it('200 without a token under a RequestAuthentication alone', () => {
    const told = see([ingressAuthentication(true)], { status: 200 });
    expect(told).toMatchObject({ kind: 'matches', origin: 'workload' });
    expect(told.summary).toContain('carries no token');
  });

  it('404 of a host that the gateway has no route for', () => {
    const host = GATEWAY.replace(
      'hosts: ["*"]\n  gateways',
      'hosts: [h]\n  gateways',
    );
    const told = see([host], { status: 404, body: '' }, { host: 'other' });
    expect(told).toMatchObject({ kind: 'matches', origin: 'gateway' });
    expect(told.summary).toContain('no route');
  });

  it('a refusal in the form of gRPC', () => {
    const told = see(JWT, {
      status: 200,
      headers: { 'grpc-status': '7', 'grpc-message': 'RBAC: access denied' },
    });
    expect(told).toMatchObject({ kind: 'matches', origin: 'rbac' });
  });

  it('a status of gRPC that is none', () => {
    const headers = { 'grpc-status': 'constructor' };
    const told = see([], { status: 200, headers });
    expect(told).toMatchObject({ kind: 'matches', origin: 'workload' });
  });

  it('a connection closed by mutual TLS', () => {
    const mesh = meshOf([WORKLOADS, BACKEND_JWT]);
    const [wayIn] = assessService(mesh, BACKEND).waysIn;
    const told = explainObservation(
      mesh,
      wayIn,
      { port: 8080 },
      { status: 'closed' },
    );
    expect(told).toMatchObject({ kind: 'matches', origin: 'mutual-tls' });
  });

  it('the sibling ALLOW that admits the frontend', () => {
    const mesh = meshOf([WORKLOADS, BACKEND_JWT, ALLOW_FRONTEND]);
    const [wayIn] = assessService(mesh, BACKEND).waysIn;
    const told = explainObservation(
      mesh,
      wayIn,
      {
        port: 8080,
        host: 'backend',
        source: { principal: 'cluster.local/ns/default/sa/frontend' },
      },
      { status: 200 },
    );
    expect(told).toMatchObject({
      kind: 'matches',
      rule: { resource: { name: 'backend-allow-frontend' } },
    });
  });
});

describe('an answer that the configuration does not give', () => {
  it.each([
    ['Jwt verification fails', /no key that the proxy has/, /localJwks/],
    ['Jwt is expired', /takes the token for expired/, /clocks/],
    [
      "Jwks doesn't have key to match kid or alg from Jwt",
      /no key for the token/,
      /rotation/,
    ],
  ])('401 %s for a token said to be valid', (body, says, fix) => {
    const told = see(JWT, { status: 401, body }, withToken());
    expect(told).toMatchObject({ kind: 'differs', predicted: { status: 200 } });
    expect(told.summary).toMatch(says);
    expect(told.fix).toMatch(fix);
  });

  it('403 for a token that was lost on its way', () => {
    const told = see(JWT, RBAC, withToken());
    expect(told.kind).toBe('differs');
    expect(told.summary).toContain('the proxy saw no token');
  });

  it('a pass where the configuration refuses', () => {
    const told = see(JWT, { status: 200, body: 'hello' });
    expect(told).toMatchObject({ kind: 'differs', predicted: { status: 403 } });
    expect(told.fix).toContain('unprotected');
  });

  it('a DENY that a port in the Host header passes', () => {
    const deny = gatewayPolicy(
      'action: DENY, rules: [{to: [{operation: {hosts: ["any.example"]}}]}]',
      'no',
    );
    const told = see([deny], { status: 200, body: 'hello' });
    expect(told.summary).toContain('put a port into the Host header');
    expect(told.fix).toContain('host:*');
  });
});

describe('an answer that no proxy of the way in can give', () => {
  it.each([
    ['RBAC without a policy', RBAC, /No enforced AuthorizationPolicy/],
    [
      'jwt_authn without a RequestAuthentication',
      { status: 401, body: 'Jwt is expired' },
      /No RequestAuthentication/,
    ],
    [
      'an external authorizer without CUSTOM',
      { status: 403, body: '', details: 'ext_authz_denied' },
      /action CUSTOM/,
    ],
    [
      'another server',
      { status: 403, body: 'Forbidden', headers: { Server: 'nginx' } },
      /"nginx"/,
    ],
    [
      'the application',
      { status: 401, body: '{"error":"login required"}' },
      /application's own answer/,
    ],
  ])('%s', (_, observed, summary) => {
    const told = see([], observed);
    expect(told.kind).toBe('not-from-here');
    expect(told.summary).toMatch(summary);
    expect(told.fix).toBeDefined();
  });

  it('a policy that reaches another proxy', () => {
    const told = see(JWT, {
      ...RBAC,
      details: 'rbac_access_denied_matched_policy[ns[a]-policy[b]-rule[0]]',
    });
    expect(told.kind).toBe('not-from-here');
    expect(told.summary).toContain('ns[a]-policy[b]-rule[0]');
  });

  it("an application's own 403 where the mesh refuses too", () => {
    const told = see(JWT, { status: 403, body: 'not yours' });
    expect(told.kind).toBe('not-from-here');
    expect(told.summary).toContain('did not come this way');
  });
});

describe('an answer that cannot be told', () => {
  it('names the EnvoyFilter on the way', () => {
    const filter = `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: extra, namespace: istio-system}
spec: {configPatches: [{applyTo: HTTP_FILTER, match: {context: GATEWAY}, patch: {operation: INSERT_FIRST}}]}
`;
    const told = see([...JWT, filter], RBAC);
    expect(told.kind).toBe('undecided');
    expect(told.summary).toContain('EnvoyFilter istio-system/extra');
  });

  it('never shows a credential', () => {
    const policy = gatewayPolicy(
      'rules: [{when: [{key: "request.headers[x-api-key]", values: [wanted]}]}]',
    );
    const told = see([policy], RBAC, { headers: { 'X-Api-Key': 's3cret' } });
    expect(told.kind).toBe('matches');
    expect(JSON.stringify(told)).not.toContain('s3cret');
  });
});

describe('a mesh of policies without routes', () => {
  const wayIn = assessService(
    meshOf([WORKLOADS, GATEWAY, ...JWT]),
    BACKEND,
  ).waysIn.find(({ kind }) => kind === 'gateway')!;
  const policies = meshOf(JWT);
  const request = { port: 8080, host: 'any.example', ...withToken() };

  it('is decided as if the route led to the way in', () => {
    expect(decideWayIn(policies, wayIn, request).reaches).toBe('no');
    expect(
      decideWayIn(policies, wayIn, request, { assumeRouted: true }),
    ).toMatchObject({ status: 200, reaches: 'yes' });
  });

  it('is explained likewise', () => {
    const told = explainObservation(
      policies,
      wayIn,
      { ...request, tokens: [] },
      RBAC,
      { assumeRouted: true },
    );
    expect(told).toMatchObject({
      kind: 'matches',
      rule: { resource: { name: 'ingress-jwt-policy' } },
    });
  });
});
