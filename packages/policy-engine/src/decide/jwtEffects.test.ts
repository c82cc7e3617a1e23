import { token } from '../__testUtils__/mesh';
import {
  ask,
  gatewayAuthentication,
  gatewayPolicy,
  REQUIRE_TOKEN,
} from '../__testUtils__/policies';

// Each of these answers was seen at Envoy; docs/evidence.md names the test.

const OTHER = 'https://idp.example/realms/one';
const RULE =
  '{issuer: testing@secure.istio.io, jwksUri: "https://keys.example.com"}';
const TWO_ISSUERS = gatewayAuthentication(
  `${RULE}, {issuer: "${OTHER}", jwksUri: "https://keys.example.com"}`,
);
const denyHeader = (name: string, value: string) =>
  gatewayPolicy(
    `action: DENY, rules: [{when: [{key: "request.headers[${name}]", values: ["${value}"]}]}]`,
  );

describe('what jwt_authn does to headers before RBAC sees them', () => {
  const denyBearer = denyHeader('authorization', 'Bearer*');

  it('takes a verified token out, so a policy on its header does not match', () => {
    expect(
      ask([gatewayAuthentication(), denyBearer], { tokens: [token()] }).status,
    ).toBe(200);
    expect(
      ask([gatewayAuthentication(), denyBearer], {
        tokens: [token()],
        headers: { authorization: 'Bearer a.b.c' },
      }).status,
    ).toBe(200);
  });

  it('leaves a forwarded token, which then matches', () => {
    const forwarding = gatewayAuthentication(
      RULE.replace('}', ', forwardOriginalToken: true}'),
    );
    expect(ask([forwarding, denyBearer], { tokens: [token()] }).status).toBe(
      403,
    );
  });

  it('sees a token that nobody verifies as the header that it is', () => {
    expect(ask([denyBearer], { tokens: [token()] }).status).toBe(403);
    expect(
      ask([denyHeader('authorization', 'Basic*')], { tokens: [token()] })
        .status,
    ).toBe(200);
    expect(
      ask([denyHeader('authorization', 'Bearer eyJ*')], { tokens: [token()] })
        .status,
    ).toBe('unknown');
  });

  it('replaces an output claim header, also where no token came', () => {
    const writing = gatewayAuthentication(
      RULE.replace(
        '}',
        ', outputClaimToHeaders: [{header: x-role, claim: role}]}',
      ),
    );
    const denyAdmin = denyHeader('x-role', 'admin');
    expect(
      ask([writing, denyAdmin], { headers: { 'x-role': 'admin' } }).status,
    ).toBe(200);
    expect(
      ask([writing, denyAdmin], { tokens: [token({ role: 'admin' })] }).status,
    ).toBe(403);
  });
});

describe('the words for a text that is no JWT', () => {
  it.each([
    ['junk', /not in the form/],
    ['a.b', /not in the form/],
    ['!.e30.x', /^Jwt header is an invalid Base64url encoded$/],
    ['e30x.e30.x', /^Jwt header is an invalid JSON$/],
    ['e30.!.x', /^Jwt payload is an invalid Base64url encoded$/],
  ])('%s', (text, body) => {
    const decision = ask([gatewayAuthentication()], {
      headers: { authorization: `Bearer ${text}` },
    });
    expect(decision).toMatchObject({
      status: 401,
      body: expect.stringMatching(body),
    });
  });

  it('names the claim of a wrong type', () => {
    expect(
      ask([gatewayAuthentication()], { tokens: [token({ aud: 7 })] }),
    ).toMatchObject({
      status: 401,
      body: 'Jwt payload [aud] field is not a string or string list',
    });
  });
});

describe('several issuers and several tokens', () => {
  const second = (
    claims = {},
    validity: 'valid' | 'bad-signature' = 'valid',
  ) => ({
    ...token({ iss: OTHER, ...claims }, validity),
    in: 'query' as const,
    name: 'access_token',
  });

  it('accepts one valid token of each, though no provider accepts both', () => {
    expect(ask([TWO_ISSUERS], { tokens: [token(), second()] }).status).toBe(
      200,
    );
  });

  it('does not claim to know where only one of the issuers is forwarded', () => {
    const forwardingOne = gatewayAuthentication(
      `${RULE}, {issuer: "${OTHER}", jwksUri: "https://keys.example.com", forwardOriginalToken: true}`,
    );
    expect(ask([forwardingOne], { tokens: [token(), second()] }).status).toBe(
      'unknown',
    );
  });

  it('knows the caller by the token in the header', () => {
    expect(
      ask([TWO_ISSUERS, REQUIRE_TOKEN], { tokens: [token(), second()] }).status,
    ).toBe(200);
    const swapped = [
      token({ iss: OTHER }),
      { ...token(), in: 'query' as const, name: 'access_token' },
    ];
    expect(
      ask([TWO_ISSUERS, REQUIRE_TOKEN], { tokens: swapped }),
    ).toMatchObject({ status: 403, body: 'RBAC: access denied' });
  });

  it('refuses where one of them does not verify, whatever the other says', () => {
    expect(
      ask([TWO_ISSUERS], { tokens: [token({}, 'bad-signature'), second()] }),
    ).toMatchObject({ status: 401, body: 'Jwt verification fails' });
    // Two different reasons: which of them Envoy names is not claimed.
    const both = ask([TWO_ISSUERS], {
      tokens: [token({}, 'expired'), second({}, 'bad-signature')],
    });
    expect(both.status).toBe(401);
    expect(both.body).toBeUndefined();
    expect(
      ask([TWO_ISSUERS], { tokens: [token(), second({}, 'bad-signature')] })
        .status,
    ).toBe(401);
  });

  it('needs every token valid for a single issuer', () => {
    expect(
      ask([gatewayAuthentication()], { tokens: [token(), second()] }),
    ).toMatchObject({ status: 401, body: 'Jwt issuer is not configured' });
  });
});
