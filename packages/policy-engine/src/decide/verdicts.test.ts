import { token } from '../__testUtils__/mesh';
import {
  ask,
  gatewayAuthentication,
  gatewayPolicy,
  REQUIRE_TOKEN,
} from '../__testUtils__/policies';

const AUTHENTICATION = gatewayAuthentication();
const WITH_AUDIENCE = gatewayAuthentication(
  '{issuer: testing@secure.istio.io, jwksUri: "https://keys.example.com", audiences: [orders]}',
);

describe('the verdict table', () => {
  it.each([
    ['expired', 'Jwt is expired'],
    ['not-yet-valid', 'Jwt not yet valid'],
    ['bad-signature', 'Jwt verification fails'],
    ['unknown-key', "Jwks doesn't have key to match kid or alg from Jwt"],
    [
      'malformed',
      'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections',
    ],
  ] as const)('%s token: 401 %s', (validity, body) => {
    const decision = ask([AUTHENTICATION], { tokens: [token({}, validity)] });
    expect(decision).toMatchObject({ status: 401, body });
    expect(decision.details).toBe(
      `jwt_authn_access_denied{${body.replace(/ /g, '_')}}`,
    );
  });

  it('token of another issuer: 401', () => {
    expect(
      ask([AUTHENTICATION], { tokens: [token({ iss: 'other' })] }),
    ).toMatchObject({
      status: 401,
      body: 'Jwt issuer is not configured',
    });
  });

  it('token without issuer: 401', () => {
    expect(
      ask([AUTHENTICATION], { tokens: [token({ iss: undefined })] }).status,
    ).toBe(401);
  });

  it('wrong audience: 403, right one: 200, none: 403', () => {
    const withAud = (aud: unknown) =>
      ask([WITH_AUDIENCE], { tokens: [token({ aud })] });
    expect(withAud('billing')).toMatchObject({
      status: 403,
      body: 'Audiences in Jwt are not allowed',
    });
    expect(withAud(undefined).status).toBe(403);
    expect(withAud(['billing', 'orders']).status).toBe(200);
    expect(withAud('https://orders/').status).toBe(200);
  });

  it('checks issuer, times and audience before the signature', () => {
    const forged = (claims: Record<string, unknown>) =>
      ask([WITH_AUDIENCE], { tokens: [token(claims, 'bad-signature')] });
    expect(forged({ iss: 'other', aud: 'orders' }).body).toBe(
      'Jwt issuer is not configured',
    );
    expect(forged({ aud: 'billing' }).status).toBe(403);
    expect(forged({ aud: 'orders' }).body).toBe('Jwt verification fails');
  });

  it('refused by RBAC: 403 with the policy in the details', () => {
    expect(ask([AUTHENTICATION, REQUIRE_TOKEN])).toMatchObject({
      status: 403,
      body: 'RBAC: access denied',
      details: 'rbac_access_denied_matched_policy[none]',
    });
    const deny = gatewayPolicy(
      'action: DENY, rules: [{to: [{operation: {paths: ["/x"]}}]}]',
      'no-x',
    );
    expect(ask([deny], { path: '/x' }).details).toBe(
      'rbac_access_denied_matched_policy[ns[istio-system]-policy[no-x]-rule[0]]',
    );
  });

  it('no token with a RequestAuthentication alone: 200', () => {
    expect(ask([AUTHENTICATION]).status).toBe(200);
  });

  it('a policy without RequestAuthentication: 403 even with a valid token', () => {
    expect(ask([REQUIRE_TOKEN], { tokens: [token()] }).status).toBe(403);
  });
});

describe('the order and the union of policies', () => {
  const allowAll = gatewayPolicy('rules: [{}]', 'all');
  const nothing = gatewayPolicy('action: ALLOW', 'nothing');
  const denyAll = gatewayPolicy('action: DENY, rules: [{}]', 'deny');

  it('ALLOW policies are alternatives, DENY wins, an empty ALLOW allows nothing', () => {
    expect(ask([]).status).toBe(200);
    expect(ask([nothing]).status).toBe(403);
    expect(ask([nothing, allowAll]).status).toBe(200);
    expect(ask([allowAll, denyAll]).status).toBe(403);
    expect(ask([gatewayPolicy('action: DENY', 'empty')]).status).toBe(200);
  });

  it('names the first matching DENY in the order of names', () => {
    const texts = ['b', 'a'].map(name =>
      gatewayPolicy('action: DENY, rules: [{}]', name),
    );
    expect(ask(texts).details).toContain('policy[a]');
  });

  it('dry-run policies are traced and never enforced', () => {
    const dry = gatewayPolicy(
      'action: DENY, rules: [{}]',
      'dry',
      'istio.io/dry-run: "true"',
    );
    const decision = ask([dry]);
    expect(decision.status).toBe(200);
    expect(decision.trace).toContainEqual(
      expect.objectContaining({ outcome: 'shadow' }),
    );
    const dryAllow = gatewayPolicy(
      'action: ALLOW',
      'dry',
      'istio.io/dry-run: "true"',
    );
    expect(ask([dryAllow]).status).toBe(200);
  });

  it('CUSTOM is not decided where it matches', () => {
    const custom = gatewayPolicy(
      'action: CUSTOM, provider: {name: opa}, rules: [{to: [{operation: {paths: ["/admin*"]}}]}]',
    );
    expect(ask([custom], { path: '/admin/x' }).status).toBe('unknown');
    expect(ask([custom], { path: '/' }).status).toBe(200);
  });

  it('several issuers: any passing rule wins, any failing token is refused', () => {
    const both = gatewayAuthentication(
      '{issuer: a, jwksUri: "https://a.example"}, {issuer: b, jwksUri: "https://b.example"}',
    );
    expect(ask([both], { tokens: [token({ iss: 'b' })] }).status).toBe(200);
    expect(ask([both], { tokens: [token({ iss: 'b' }, 'expired')] }).body).toBe(
      'Jwt is expired',
    );
    expect(ask([both], { tokens: [token({ iss: 'c' })] }).body).toBe(
      'Jwt issuer is not configured',
    );
    expect(ask([both]).status).toBe(200);
  });

  it('an empty issuer accepts any', () => {
    const any = gatewayAuthentication('{jwksUri: "https://a.example"}');
    expect(ask([any], { tokens: [token({ iss: 'whoever' })] }).status).toBe(
      200,
    );
  });

  it('all tokens that a rule finds must be valid', () => {
    const query = { ...token({}, 'malformed'), in: 'query' as const };
    expect(ask([AUTHENTICATION], { tokens: [token(), query] }).status).toBe(
      401,
    );
  });
});

describe('tokens that stand only in the raw request', () => {
  const part = (value: object) => btoa(JSON.stringify(value)).replace(/=/g, '');
  const jwt = `${part({ alg: 'RS256' })}.${part({
    iss: 'testing@secure.istio.io',
    sub: 's',
  })}.c2ln`;

  it('junk is malformed, another scheme is no token, an unjudged JWT is unknown', () => {
    const withHeader = (authorization: string) =>
      ask([AUTHENTICATION, REQUIRE_TOKEN], {
        headers: { Authorization: authorization },
      });
    expect(withHeader('Bearer junk').status).toBe(401);
    expect(withHeader('Basic dTpw').status).toBe(403);
    expect(withHeader('bearer junk').status).toBe(403);
    expect(withHeader(`Bearer ${jwt}`).status).toBe('unknown');
  });

  it('of another issuer it is refused whatever its signature', () => {
    const other = gatewayAuthentication(
      '{issuer: other, jwksUri: "https://a.example"}',
    );
    const headers = { authorization: `Bearer ${jwt}` };
    expect(ask([other], { headers })).toMatchObject({
      status: 401,
      body: 'Jwt issuer is not configured',
    });
  });

  it('is read from the query too', () => {
    expect(ask([AUTHENTICATION], { path: '/?access_token=junk' }).status).toBe(
      401,
    );
  });
});

describe('what the parser and mutual TLS refuse', () => {
  it.each([
    ['get', 400],
    ['GET', 200],
    ['FOO', 400],
    ['PROPFIND', 200],
  ])('%s: %s', (method, status) => {
    expect(ask([], { method }).status).toBe(status);
  });

  it('cuts a fragment off before policies see the path', () => {
    const healthz = gatewayPolicy(
      'rules: [{to: [{operation: {paths: ["/healthz"]}}]}]',
    );
    expect(ask([healthz], { path: '/healthz#top?x' }).status).toBe(200);
    expect(ask([healthz], { path: '/x#/healthz' }).status).toBe(403);
  });
});
