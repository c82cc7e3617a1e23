import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { buildVectors, type Vector } from '../../lab/tokens/vectors.ts';
import {
  authorizationPolicy,
  BACKEND_HOST,
  describeBaseMesh,
  eventually,
  INGRESS_SELECTOR,
  openHarness,
  RBAC_DENIED,
  requestAuthentication,
  type Harness,
} from './support.ts';

const PASS = '200';
const DENIED = `403 ${RBAC_DENIED}`;
const AUDIENCE = '403 Audiences in Jwt are not allowed';
const FORM =
  '401 Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections';
const SIGNATURE = '401 Jwt verification fails';
const ISSUER = '401 Jwt issuer is not configured';
const NO_KEY = "401 Jwks doesn't have key to match kid or alg from Jwt";
const ALG = '401 Jwt header [alg] field is required and must be a string';
const SIGNATURE_CODING = '401 Jwt signature is an invalid Base64url encoded';

/**
 * What a gateway answers to each vector: with the RequestAuthentication alone, with the
 * AuthorizationPolicy that requires its issuer, and with an audience configured as well. One entry
 * stands for all three.
 */
const VERDICTS: Record<string, [string, string, string] | string> = {
  'no-token': [PASS, DENIED, DENIED],
  valid: [PASS, PASS, AUDIENCE],
  junk: FORM,
  dots: FORM,
  'two-parts': FORM,
  'five-parts': FORM,
  'bad-base64': '401 Jwt payload is an invalid Base64url encoded',
  'bad-json': '401 Jwt payload is an invalid JSON',
  'alg-none': FORM,
  'alg-None': FORM,
  'alg-NONE': FORM,
  'alg-nOnE': FORM,
  'alg-none-signed': '401 Jwt header [alg] is not supported',
  'alg-missing': ALG,
  'alg-null': ALG,
  'alg-number': ALG,
  // Envoy knows no critical extension, and does not refuse one as RFC 7515 wants.
  'typ-other': [PASS, PASS, AUDIENCE],
  'crit-unknown': [PASS, PASS, AUDIENCE],
  'b64-true': [PASS, PASS, AUDIENCE],
  'null-byte': '401 Jwt payload is an invalid JSON',
  'no-signature': FORM,
  // The audience is looked at before the signature: whoever forges learns that it is configured.
  tampered: [SIGNATURE, SIGNATURE, AUDIENCE],
  'key-confusion': [SIGNATURE, SIGNATURE, AUDIENCE],
  'blank-secret': [SIGNATURE, SIGNATURE, AUDIENCE],
  'embedded-jwk': [SIGNATURE, SIGNATURE, AUDIENCE],
  jku: [SIGNATURE, SIGNATURE, AUDIENCE],
  // An empty kid is no kid: every key is tried.
  'kid-empty': [SIGNATURE, SIGNATURE, AUDIENCE],
  'kid-unknown': [NO_KEY, NO_KEY, AUDIENCE],
  'kid-traversal': [NO_KEY, NO_KEY, AUDIENCE],
  'es256-zero': [SIGNATURE, SIGNATURE, AUDIENCE],
  expired: '401 Jwt is expired',
  'not-yet-valid': '401 Jwt not yet valid',
  'wrong-issuer': ISSUER,
  'issuer-slash': ISSUER,
  'no-issuer': ISSUER,
  'issuer-number': '401 Jwt payload [iss] field is not a string',
  'wrong-audience': [PASS, PASS, AUDIENCE],
  forged: [SIGNATURE, SIGNATURE, AUDIENCE],
  'no-sub': [PASS, DENIED, AUDIENCE],
  // No token was found in any of these.
  'lower-case-bearer': [PASS, DENIED, DENIED],
  'no-prefix': [PASS, DENIED, DENIED],
  basic: [PASS, DENIED, DENIED],
  cookie: [PASS, DENIED, DENIED],
  'query-valid': [PASS, PASS, AUDIENCE],
  'query-forged': [SIGNATURE, SIGNATURE, AUDIENCE],
  // jwt_authn lets a preflight by, RBAC does not.
  preflight: [PASS, DENIED, DENIED],
  'two-headers': SIGNATURE_CODING,
  'trailing-garbage': SIGNATURE_CODING,
};

describe('the verdict table of a gateway', () => {
  let h: Harness;
  let vectors: Vector[];
  const authentication = (more: object = {}) =>
    requestAuthentication('istio-system', 'verdicts', {
      selector: INGRESS_SELECTOR,
      jwtRules: [{ ...h.jwtRule, forwardOriginalToken: true, ...more }],
    });
  const requirement = authorizationPolicy('istio-system', 'verdicts', {
    selector: INGRESS_SELECTOR,
    rules: [
      {
        from: [
          { source: { requestPrincipals: ['testing@secure.istio.io/*'] } },
        ],
      },
    ],
  });

  async function askAll(): Promise<Record<string, string>> {
    const seen: Record<string, string> = {};
    for (const { id, query, method, headers } of vectors) {
      const answer = await h.atGateway(BACKEND_HOST, {
        path: query ? `/?${query}` : '/',
        method,
        headers,
      });
      seen[id] =
        answer.status === 200 ? PASS : `${answer.status} ${answer.body}`;
    }
    return seen;
  }

  const expected = (column: 0 | 1 | 2) =>
    Object.fromEntries(
      Object.entries(VERDICTS).map(([id, verdict]) => [
        id,
        typeof verdict === 'string' ? verdict : verdict[column],
      ]),
    );

  const gateway = (token?: string) => () =>
    h.atGateway(BACKEND_HOST, { token });

  before(async () => {
    h = await openHarness();
    vectors = await buildVectors(h.lab.sample);
    await h.apply(...describeBaseMesh());
    await eventually(gateway(), 200);
  });
  after(() => h.cleanUp());

  test('RequestAuthentication alone: a token is checked when present, never required', async () => {
    await h.apply(authentication());
    await eventually(gateway('junk'), 401);
    await eventually(gateway(h.lab.sampleToken), 200);
    assert.deepEqual(await askAll(), expected(0));
  });

  test('with the AuthorizationPolicy: a token is required', async () => {
    await h.apply(requirement);
    await eventually(gateway(), 403);
    assert.deepEqual(await askAll(), expected(1));
  });

  test('with audiences: a wrong one is 403, seen before the signature', async () => {
    await h.apply(authentication({ audiences: ['our-app'] }));
    await eventually(gateway(h.lab.sampleToken), 403, /Audiences/);
    assert.deepEqual(await askAll(), expected(2));
    await eventually(gateway(await h.lab.sample.mint({ aud: 'our-app' })), 200);
  });

  test('AuthorizationPolicy alone: 403 to everybody, a good token included', async () => {
    await h.remove(authentication());
    await eventually(gateway('junk'), 403, RBAC_DENIED);
    const seen = await askAll();
    assert.deepEqual(
      seen,
      Object.fromEntries(Object.keys(VERDICTS).map(id => [id, DENIED])),
    );
  });

  test('clock skew: 60 s are forgiven', async () => {
    await h.apply(authentication());
    const now = Math.floor(Date.now() / 1000);
    await eventually(gateway(await h.lab.sample.mint({ exp: now - 30 })), 200);
    await eventually(gateway(await h.lab.sample.mint({ exp: now - 90 })), 401);
    await eventually(gateway(await h.lab.sample.mint({ nbf: now + 30 })), 200);
    await eventually(gateway(await h.lab.sample.mint({ nbf: now + 120 })), 401);
    await eventually(gateway(await h.lab.sample.mint({ exp: undefined })), 200);
  });
});
