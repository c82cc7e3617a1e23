import { compileProxy, decide } from '..';
import { meshOf, token } from '../__testUtils__/mesh';
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

  it('may leave an output claim header in a preflight: that depends on the version of Envoy', () => {
    const writing = gatewayAuthentication(
      RULE.replace(
        '}',
        ', outputClaimToHeaders: [{header: X-Role, claim: role}]}',
      ),
    );
    const preflight = {
      method: 'OPTIONS',
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'GET',
        'x-role': 'admin',
      },
    };
    const denyRole = denyHeader('x-role', '*');
    expect(ask([denyRole], preflight).status).toBe(403);
    expect(ask([writing, denyRole], preflight).status).toBe('unknown');
    expect(
      ask([writing, denyHeader('x-role', 'other')], preflight).status,
    ).toBe(200);
    const { 'x-role': _, ...headers } = preflight.headers;
    expect(ask([writing, denyRole], { ...preflight, headers }).status).toBe(
      200,
    );
  });

  describe('with a header that only another issuer’s rule writes', () => {
    const mine = RULE.replace('}', ', fromHeaders: [{name: x-token}]}');
    const both = (first: string) =>
      gatewayAuthentication(
        `${first}, {issuer: z, jwksUri: "https://keys.example.com", outputClaimToHeaders: [{header: X-Role, claim: role}]}`,
      );
    const denyRole = denyHeader('x-role', 'admin');
    const headers = { 'x-role': 'admin' };

    it('takes it out where both rules looked for a token', () => {
      expect(ask([both(RULE), denyRole], { headers }).status).toBe(200);
    });

    it('may leave it to a valid token: that depends on the version of Envoy', () => {
      const tokens = [token()];
      const answer = (denied: string, sent: Record<string, string>) =>
        ask([both(RULE), denied], { tokens, headers: sent }).status;
      expect(answer(denyRole, headers)).toBe('unknown');
      expect(
        ask([both(RULE), denyRole], { tokens, headers }).trace,
      ).toContainEqual(
        expect.objectContaining({
          outcome: 'unknown',
          message: expect.stringContaining('header x-role is taken out'),
        }),
      );
      expect(answer(denyRole, { 'x-role': 'user' })).toBe(200);
      expect(answer(denyRole, {})).toBe(200);
      expect(answer(denyHeader('x-other', 'a'), headers)).toBe(200);
    });

    it('may miss a token in it', () => {
      const inRole = { ...token(), name: 'x-role', prefix: '' };
      const looking = RULE.replace('}', ', fromHeaders: [{name: x-role}]}');
      expect(ask([both(looking)], { tokens: [inRole] }).status).toBe('unknown');
      expect(ask([both(mine)], { tokens: [inRole] }).status).toBe(200);
    });
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

const jws = (header: object) =>
  `${btoa(JSON.stringify(header)).replace(/=/g, '')}.e30.eA`;

describe('the words for a text that is no JWT', () => {
  it.each([
    ['junk', /not in the form/],
    ['a.b', /not in the form/],
    ['!.e30.x', /not in the form/],
    ['e!30.e30.x', /^Jwt header is an invalid Base64url encoded$/],
    ['e30x.e30.x', /^Jwt header is an invalid JSON$/],
    ['abc=.b.c', /^Jwt header is an invalid JSON$/],
    ['ab==.b.c', /^Jwt header is an invalid JSON$/],
    ['a=.b.c', /^Jwt header is an invalid Base64url encoded$/],
    ['abcde.b.c', /^Jwt header is an invalid Base64url encoded$/],
    ['e30.e30.', /not in the form/],
    [
      'e30.e30.eA',
      /^Jwt header \[alg\] field is required and must be a string$/,
    ],
    [jws({ alg: 'none' }), /^Jwt header \[alg\] is not supported$/],
    [
      jws({ alg: 'RS256', kid: 7 }),
      /^Jwt header \[kid\] field is not a string$/,
    ],
    [
      jws({ alg: 'RS256' }).replace(/e30/, '!'),
      /^Jwt payload is an invalid Base64url encoded$/,
    ],
    [
      `${jws({ alg: 'RS256' })}+garbage`,
      /^Jwt signature is an invalid Base64url encoded$/,
    ],
  ])('%s', (text, body) => {
    const decision = ask([gatewayAuthentication()], {
      headers: { authorization: `Bearer ${text}` },
    });
    expect(decision).toMatchObject({
      status: 401,
      body: expect.stringMatching(body),
    });
  });

  it('white space does not count, inside a part or around a header', () => {
    const custom = gatewayAuthentication(
      RULE.replace('}', ', fromHeaders: [{name: x-jwt}]}'),
    );
    const answer = (rule: string, headers: Record<string, string>) =>
      ask([rule], { headers });
    expect(answer(custom, { 'x-jwt': 'Bearer a.b.c' }).body).toBe(
      'Jwt header is an invalid JSON',
    );
    const plain = gatewayAuthentication();
    expect(answer(plain, { authorization: 'Bearer ' }).status).toBe(200);
    expect(answer(plain, { authorization: ' Bearer junk\t' }).status).toBe(401);
  });

  it('repeated Authorization headers are one text, of which the last can be a token', () => {
    const place = (prefix: string, text: string) => ({
      header: `${prefix}${text}`,
      token: { ...token(), prefix },
    });
    const answer = (...places: ReturnType<typeof place>[]) =>
      ask([gatewayAuthentication()], {
        headers: { authorization: places.map(({ header }) => header) },
        tokens: places.map(({ token: one }) => one),
      }).status;
    const bearer = place('Bearer ', 'a.b.c');
    const bare = place('', 'd.e.f');
    expect(answer(bearer)).toBe(200);
    expect(answer(bare)).toBe(200);
    expect(answer(bearer, bearer)).toBe(401);
    expect(answer(bearer, bare)).toBe(401);
    expect(answer(bare, bearer)).toBe(200);
    expect(answer(bare, bare)).toBe(200);
    const { status } = ask([gatewayAuthentication(), REQUIRE_TOKEN], {
      headers: { authorization: ['Bearer a.b.c', 'junk'] },
      tokens: [token()],
    });
    expect(status).toBe(401);
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

  /** Seen on a real gateway: several-issuers.test.ts of the lab has the same table. */
  it.each<[boolean, boolean, 200 | 401, 200 | 401]>([
    // forwarded: ISSUER, OTHER; answers: ISSUER in the header, OTHER in the header
    [false, false, 200, 200],
    [true, true, 401, 401],
    [true, false, 200, 401],
    [false, true, 401, 401],
  ])(
    'takes tokens of two issuers as each is forwarded: %s, %s',
    (own, other, ownFirst, otherFirst) => {
      const both = gatewayAuthentication(
        `${RULE.replace(
          '}',
          `, forwardOriginalToken: ${own}}`,
        )}, {issuer: "${OTHER}", jwksUri: "https://keys.example.com", forwardOriginalToken: ${other}}`,
      );
      const inQuery = { in: 'query' as const, name: 'access_token' };
      const swapped = [token({ iss: OTHER }), { ...token(), ...inQuery }];
      const first = ask([both], { tokens: [token(), second()] });
      const last = ask([both], { tokens: swapped });
      expect([first.status, last.status]).toEqual([ownFirst, otherFirst]);
      [first, last]
        .filter(({ status }) => status === 401)
        .forEach(({ body }) =>
          expect(body).toBe('Jwt issuer is not configured'),
        );
    },
  );

  it('takes two tokens in one Authorization for none', () => {
    expect(
      ask([TWO_ISSUERS], { tokens: [token(), token({ iss: OTHER })] }),
    ).toMatchObject({
      status: 401,
      body: expect.stringMatching(/not in the form/),
    });
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
    expect(
      ask([TWO_ISSUERS], {
        tokens: [token({}, 'expired'), second({}, 'bad-signature')],
      }),
    ).toMatchObject({ status: 401, body: 'Jwt verification fails' });
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

  it('tries the rules of the own namespace before those of the root namespace', () => {
    const authentication = (namespace: string, headers: string) => `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: authentication, namespace: ${namespace}}
spec: {jwtRules: [${RULE.replace('}', `, fromHeaders: [${headers}]}`)}]}
`;
    const both = [
      '{name: x-jwt}, {name: Authorization}',
      '{name: x-jwt}',
    ] as const;
    const tokens = [
      { ...token(), name: 'x-jwt', prefix: '' },
      token({ iss: OTHER }),
    ];
    const answer = (own: string, root: string) =>
      decide(
        compileProxy(
          meshOf([
            authentication('edge', own),
            authentication('istio-system', root),
          ]),
          { kind: 'gateway', namespace: 'edge', name: 'edge', labels: {} },
        ),
        { port: 8080, host: 'h.example.com', tokens },
      ).status;
    // The first takes the token out of x-jwt and then fails, so the second finds none.
    expect(answer(both[0], both[1])).toBe(401);
    expect(answer(both[1], both[0])).toBe(200);
  });
});
