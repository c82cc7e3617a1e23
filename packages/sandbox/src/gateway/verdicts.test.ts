import { createHmac, generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { DemoSandbox, LOGIN, TESTING } from '../__testUtils__/DemoSandbox';

describe('the gateway of the hands-on case', () => {
  let demo: DemoSandbox;

  beforeAll(async () => {
    demo = await DemoSandbox.start();
  });
  afterAll(() => demo.sandbox.stop());
  beforeEach(() => demo.sandbox.reset());

  it('refuses a request without a token as RBAC does', async () => {
    const answer = await demo.ingress();
    expect(answer).toMatchObject({
      status: 403,
      body: 'RBAC: access denied',
      headers: { server: 'istio-envoy', 'content-type': 'text/plain' },
    });
    expect(answer.headers['www-authenticate']).toBeUndefined();
  });

  it('lets a valid token through to the backend, which never shows it', async () => {
    const token = await demo.mint();
    const answer = await demo.ingress({
      token,
      path: '/hello?a=1',
      headers: {
        cookie: 'session=secret',
        'x-request': 'mine',
        'x-copy': token,
      },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).not.toContain(token.split('.')[2]);
    expect(answer.body).not.toContain('secret');
    expect(JSON.parse(answer.body)).toMatchObject({
      service: 'default/backend',
      pod: 'backend-0',
      path: '/hello',
      headers: { 'x-request': 'mine' },
    });
  });

  it('reads a token from the query too', async () => {
    const token = await demo.mint();
    expect(
      (await demo.ingress({ path: `/?access_token=${token}` })).status,
    ).toBe(200);
    expect((await demo.ingress({ path: '/?access_token=junk' })).status).toBe(
      401,
    );
  });

  it.each([
    [
      'junk',
      async () => 'junk',
      'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections',
    ],
    [
      'a header that is no JSON',
      async () => `${encode('x')}.${encode('{}')}.aa`,
      'Jwt header is an invalid JSON',
    ],
    [
      'alg none',
      async () =>
        `${encode('{"alg":"none"}')}.${encode(`{"iss":"${TESTING}"}`)}.`,
      'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections',
    ],
    [
      'alg none with a signature',
      async () =>
        `${encode('{"alg":"none"}')}.${encode(`{"iss":"${TESTING}"}`)}.aa`,
      'Jwt header [alg] is not supported',
    ],
    [
      'garbage behind a valid token',
      async () => `${await demo.mint()}+garbage`,
      'Jwt signature is an invalid Base64url encoded',
    ],
    [
      'a tampered payload',
      async () => {
        const [header, payload, signature] = (await demo.mint()).split('.');
        const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
        claims.sub = 'admin';
        return [header, encode(JSON.stringify(claims)), signature].join('.');
      },
      'Jwt verification fails',
    ],
    [
      'an HMAC keyed with the public key',
      async () => {
        const jwks = await (
          await fetch(
            `${demo.sandbox.apiUrl}/sandbox/issuers/istio-testing/jwks.json`,
          )
        ).text();
        const head = `${encode('{"alg":"HS256"}')}.${encode(
          `{"iss":"${TESTING}","sub":"a"}`,
        )}`;
        return `${head}.${createHmac('sha256', jwks)
          .update(head)
          .digest('base64url')}`;
      },
      'Jwt verification fails',
    ],
    [
      'a key of its own under the right kid',
      () => forge('sandbox-istio-testing'),
      'Jwt verification fails',
    ],
    [
      'an unknown kid',
      () => forge('nobody'),
      "Jwks doesn't have key to match kid or alg from Jwt",
    ],
    [
      'an expired token',
      () => demo.mint({ expiresInSeconds: -120 }),
      'Jwt is expired',
    ],
    [
      'a token from the future',
      () => demo.mint({ notBeforeInSeconds: 120 }),
      'Jwt not yet valid',
    ],
    [
      'another issuer',
      () => demo.mint({ issuer: LOGIN }),
      'Jwt issuer is not configured',
    ],
  ])('answers 401 to %s', async (_, build, body) => {
    const answer = await demo.ingress({ token: await build(), host: 'a.test' });
    expect(answer).toMatchObject({ status: 401, body });
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer realm="http://a.test/", error="invalid_token"',
    );
  });

  it('allows 60 seconds of clock skew', async () => {
    const token = await demo.mint({ expiresInSeconds: -30 });
    expect((await demo.ingress({ token })).status).toBe(200);
  });

  it('takes no token from a lower-case scheme', async () => {
    const headers = { authorization: `bearer ${await demo.mint()}` };
    expect((await demo.ingress({ headers })).status).toBe(403);
  });

  it('refuses a valid token without sub, which is no principal', async () => {
    const answer = await demo.ingress({
      token: await demo.mint({ sub: undefined }),
    });
    expect(answer).toMatchObject({
      status: 403,
      body: 'RBAC: access denied',
    });
  });

  it('strips the token without forwardOriginalToken, so that the sidecar refuses', async () => {
    await demo.kube(
      'PATCH',
      '/apis/security.istio.io/v1/namespaces/istio-system/requestauthentications/ingress-jwt',
      {
        spec: {
          jwtRules: [
            {
              issuer: TESTING,
              jwksUri: 'https://testing.example.com/jwks.json',
            },
          ],
        },
      },
    );
    const answer = await demo.ingress({ token: await demo.mint() });
    expect(answer).toMatchObject({
      status: 403,
      body: 'RBAC: access denied',
    });
  });

  it('hands claims on in headers that a client cannot forge', async () => {
    const path =
      '/apis/security.istio.io/v1/namespaces/default/requestauthentications/backend-jwt';
    const { spec } = await (await demo.kube('GET', path)).json();
    await demo.kube('PATCH', path, {
      spec: {
        jwtRules: [
          {
            ...spec.jwtRules[0],
            outputClaimToHeaders: [
              { header: 'X-Foo', claim: 'foo' },
              { header: 'x-list', claim: 'list' },
            ],
          },
        ],
      },
    });
    const { body } = await demo.ingress({
      token: await demo.mint({ claims: { foo: 'bar', list: ['a'] } }),
      headers: { 'x-foo': 'forged', 'x-list': 'forged' },
    });
    const { headers } = JSON.parse(body);
    expect(headers['x-foo']).toBe('bar');
    expect(headers['x-list']).toBeUndefined();
  });

  it('accepts no token where the keys cannot be had, and fetches nothing', async () => {
    await demo.kube(
      'PATCH',
      '/apis/security.istio.io/v1/namespaces/istio-system/requestauthentications/ingress-jwt',
      {
        spec: {
          jwtRules: [
            {
              issuer: TESTING,
              jwksUri: `${demo.sandbox.apiUrl}/sandbox/issuers/istio-testing/jwks.json`,
            },
          ],
        },
      },
    );
    const answer = await demo.ingress({ token: await demo.mint() });
    expect(answer.status).toBe(401);
  });
});

async function forge(kid: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return new SignJWT({ iss: TESTING, sub: 'a' })
    .setProtectedHeader({ alg: 'RS256', kid })
    .sign(privateKey);
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}
