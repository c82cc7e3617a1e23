/** Requests with every kind of good, bad and missing token, for the verdict table. */
import { createHmac, createPublicKey } from 'node:crypto';
import type { JWK } from 'jose';
import { createIssuer, type TestIssuer } from './mint.ts';

export interface Vector {
  id: string;
  title: string;
  headers: Record<string, string | string[]>;
  method?: string;
  /** Added to the path. */
  query?: string;
}

const base64url = (value: unknown) =>
  Buffer.from(
    typeof value === 'string' ? value : JSON.stringify(value),
  ).toString('base64url');

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Header and payload as given, signature as given: for tokens that no library would make. */
function assemble(header: unknown, payload: unknown, signature = ''): string {
  return `${base64url(header)}.${base64url(payload)}.${signature}`;
}

function signHmac(header: unknown, payload: unknown, secret: string | Buffer) {
  const input = `${base64url(header)}.${base64url(payload)}`;
  const mac = createHmac('sha256', secret).update(input).digest('base64url');
  return `${input}.${mac}`;
}

/** `issuer` is the configured one; every forged token is signed by a key made here. */
export async function buildVectors(issuer: TestIssuer): Promise<Vector[]> {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: issuer.issuer,
    sub: issuer.issuer,
    iat: now,
    exp: now + 3600,
  };
  const header = { alg: 'RS256', typ: 'JWT', kid: issuer.kid };
  const forger = await createIssuer(issuer.issuer, { kid: issuer.kid });
  const stranger = await createIssuer('https://stranger.example', {});
  const valid = await issuer.mint();
  const [head, body, signature] = valid.split('.');
  const publicPem = createPublicKey({
    key: issuer.jwks.keys[0] as any,
    format: 'jwk',
  }).export({ type: 'spki', format: 'pem' });
  const forgerJwk: JWK = forger.jwks.keys[0];
  const vector = (
    id: string,
    title: string,
    headers: Vector['headers'],
    more: Partial<Vector> = {},
  ): Vector => ({ id, title, headers, ...more });
  const token = (id: string, title: string, value: string) =>
    vector(id, title, bearer(value));
  return [
    vector('no-token', 'no token', {}),
    token('valid', 'valid token', valid),
    token('junk', 'not a JWT', 'junk'),
    token('dots', 'three dots', '...'),
    token('two-parts', 'two parts', `${head}.${body}`),
    token('five-parts', 'five parts', `${valid}.a.b`),
    token('bad-base64', 'bad base64', `${head}.!!!.${signature}`),
    token('bad-json', 'bad JSON', `${head}.${base64url('{')}.${signature}`),
    ...['none', 'None', 'NONE', 'nOnE'].map(alg =>
      token(`alg-${alg}`, `alg ${alg}`, assemble({ ...header, alg }, claims)),
    ),
    token(
      'alg-none-signed',
      'alg none with a signature',
      assemble({ ...header, alg: 'none' }, claims, signature),
    ),
    token(
      'alg-missing',
      'no alg',
      assemble({ typ: 'JWT', kid: issuer.kid }, claims, signature),
    ),
    token(
      'alg-null',
      'alg null',
      assemble({ ...header, alg: null }, claims, signature),
    ),
    token(
      'alg-number',
      'alg 256',
      assemble({ ...header, alg: 256 }, claims, signature),
    ),
    token(
      'typ-other',
      'correctly signed, of another type',
      await issuer.mint({}, { header: { typ: 'at+jwt' } }),
    ),
    token(
      'crit-unknown',
      'correctly signed, with a critical extension that nobody knows',
      await issuer.mint(
        {},
        { header: { crit: ['lab-extension'], 'lab-extension': true } },
      ),
    ),
    token(
      'b64-true',
      'correctly signed, says how its payload is written',
      await issuer.mint({}, { header: { crit: ['b64'], b64: true } }),
    ),
    token(
      'null-byte',
      'a null byte behind the claims',
      `${head}.${Buffer.from(`${JSON.stringify(claims)}\0`).toString(
        'base64url',
      )}.${signature}`,
    ),
    token('no-signature', 'empty signature', `${head}.${body}.`),
    token(
      'tampered',
      'payload of a valid token changed',
      `${head}.${base64url({ ...claims, sub: 'admin' })}.${signature}`,
    ),
    token(
      'key-confusion',
      'HMAC keyed with the public key',
      signHmac({ ...header, alg: 'HS256' }, claims, publicPem),
    ),
    token(
      'blank-secret',
      'HMAC with a blank secret',
      signHmac({ ...header, alg: 'HS256' }, claims, ''),
    ),
    token(
      'embedded-jwk',
      'own key in the jwk header',
      await forger.mint({}, { header: { jwk: forgerJwk } }),
    ),
    token(
      'jku',
      'jku at a host that does not resolve',
      await forger.mint(
        {},
        { header: { jku: 'https://keys.invalid/jwks.json' } },
      ),
    ),
    token(
      'kid-empty',
      'empty kid',
      await forger.mint({}, { header: { kid: '' } }),
    ),
    token(
      'kid-unknown',
      'unknown kid',
      await forger.mint({}, { header: { kid: 'nobody' } }),
    ),
    token(
      'kid-traversal',
      'kid as a path',
      await forger.mint({}, { header: { kid: '../../../dev/null' } }),
    ),
    token(
      'es256-zero',
      'ES256 with r = s = 0',
      assemble(
        { ...header, alg: 'ES256' },
        claims,
        Buffer.alloc(64).toString('base64url'),
      ),
    ),
    token(
      'expired',
      'expired beyond the skew',
      await issuer.mint({ exp: now - 3600 }),
    ),
    token(
      'not-yet-valid',
      'not yet valid',
      await issuer.mint({ nbf: now + 3600 }),
    ),
    token('wrong-issuer', 'issuer unknown', await stranger.mint()),
    token(
      'issuer-slash',
      'issuer with a slash at the end',
      await issuer.mint({ iss: `${issuer.issuer}/` }),
    ),
    token('no-issuer', 'no issuer', await issuer.mint({ iss: undefined })),
    token('issuer-number', 'issuer a number', await issuer.mint({ iss: 7 })),
    token(
      'wrong-audience',
      'audience of another app',
      await issuer.mint({ aud: 'another-app' }),
    ),
    token('forged', 'right issuer and kid, own key', await forger.mint()),
    token('no-sub', 'valid without sub', await issuer.mint({ sub: undefined })),
    vector('lower-case-bearer', 'bearer in lower case', {
      authorization: `bearer ${valid}`,
    }),
    vector('no-prefix', 'token without a prefix', { authorization: valid }),
    vector('basic', 'Basic credentials', {
      authorization: `Basic ${Buffer.from('a:b').toString('base64')}`,
    }),
    vector(
      'query-valid',
      'valid token in the query',
      {},
      {
        query: `access_token=${valid}`,
      },
    ),
    vector(
      'query-forged',
      'forged token in the query',
      {},
      {
        query: `access_token=${await forger.mint()}`,
      },
    ),
    vector('cookie', 'valid token in a cookie', { cookie: `token=${valid}` }),
    vector(
      'preflight',
      'CORS preflight',
      {
        origin: 'https://shop.example',
        'access-control-request-method': 'GET',
      },
      { method: 'OPTIONS' },
    ),
    vector('two-headers', 'valid and junk in two Authorization headers', {
      authorization: [`Bearer ${valid}`, 'Bearer junk'],
    }),
    token('trailing-garbage', 'valid token and +garbage', `${valid}+garbage`),
  ];
}
