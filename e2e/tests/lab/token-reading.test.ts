import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { compileProxy, decide } from '../../lab/compare/engine.ts';
import type { RequestToken } from '../../lab/compare/engine.ts';
import { readMesh } from './planOnLab.ts';
import {
  authorizationPolicy,
  describeBaseMesh,
  ECHO_HOST,
  eventually,
  INGRESS_SELECTOR,
  openHarness,
  readReceived,
  requestAuthentication,
  type Harness,
} from './support.ts';

interface Case {
  path?: string;
  method?: string;
  headers?: Record<string, string | string[]>;
  /** What the engine is told of a token that it cannot verify by itself. */
  token?: Partial<RequestToken>;
  /** What Envoy says. */
  status: number;
  body?: string;
}

const encode = (text: string) =>
  Buffer.from(text, 'latin1').toString('base64url');

describe('how Envoy reads tokens', () => {
  let h: Harness;
  let good: string;
  const require = authorizationPolicy('istio-system', 'reading', {
    selector: INGRESS_SELECTOR,
    rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }],
  });

  before(async () => {
    h = await openHarness();
    good = await h.lab.sample.mint({});
    await h.apply(...describeBaseMesh(), require);
    await eventually(() => h.atGateway(ECHO_HOST), 403);
  });
  after(() => h.cleanUp());

  /** Applies a jwtRule, and waits until a token in the header `x-known` is looked for. */
  async function applyRule(name: string, places: object): Promise<void> {
    await h.apply(
      requestAuthentication('istio-system', 'reading', {
        selector: INGRESS_SELECTOR,
        jwtRules: [
          {
            ...h.jwtRule,
            ...places,
          },
          {
            issuer: `https://${name}.example.com`,
            jwks: JSON.stringify(h.lab.sample.jwks),
            fromHeaders: [{ name: `x-${name}` }],
          },
        ],
      }),
    );
    await eventually(
      () => h.atGateway(ECHO_HOST, { headers: { [`x-${name}`]: 'junk' } }),
      401,
    );
  }

  async function compare({
    path = '/',
    method,
    headers,
    token,
    status,
    body,
  }: Case): Promise<void> {
    const answer = await h.atGateway(ECHO_HOST, { path, method, headers });
    assert.equal(answer.status, status, answer.body);
    if (body !== undefined) assert.equal(answer.body, body);
    const program = compileProxy(await readMesh(h.lab.kube), {
      kind: 'gateway',
      namespace: 'istio-system',
      name: 'istio-ingressgateway',
      labels: INGRESS_SELECTOR.matchLabels,
    });
    const decision = decide(program, {
      port: 8080,
      protocol: 'http',
      host: ECHO_HOST,
      method: method ?? 'GET',
      path,
      headers,
      ...(token
        ? {
            tokens: [
              {
                in: 'header',
                validity: 'valid',
                claims: { iss: h.lab.sample.issuer, sub: 'x' },
                ...token,
              } as RequestToken,
            ],
          }
        : {}),
    });
    assert.equal(decision.status, status, JSON.stringify(decision));
    if (body !== undefined) assert.equal(decision.body, body);
  }

  test('in cookies', async () => {
    await applyRule('cookies', { fromCookies: ['session'] });
    const denied = { status: 403 };
    const refused = { status: 401 };
    const cases: [string | string[], object][] = [
      ['a=1; session=junk', refused],
      ['a=1;session=junk', refused],
      ['a=1,session=junk', denied],
      ['session =junk', denied],
      ['a=1;\tsession=junk', denied],
      ['session=junk=', refused],
      [['a=1', 'session=junk'], refused],
      ['other=junk', denied],
    ];
    for (const [cookie, expected] of cases) {
      await compare({ headers: { cookie }, ...(expected as Case) });
    }
    for (const cookie of [`session=${good}`, `session="${good}"`]) {
      await compare({
        headers: { cookie },
        token: { in: 'cookie', name: 'session' },
        status: 200,
      });
    }
  });

  test('in the query, which it writes anew', async () => {
    await applyRule('query', {});
    await compare({ path: '/?%61ccess_token=junk', status: 401 });
    await compare({ path: '/?Access_token=junk', status: 403 });
    await compare({
      path: `/?b=%26y&a=1&b=2&access_token=${good}`,
      token: { in: 'query' },
      status: 200,
    });
    const answer = await h.atGateway(ECHO_HOST, {
      path: `/?b=%26y&a=1&b=2&access_token=${good}`,
    });
    assert.equal(JSON.parse(answer.body).path, '/?a=1&b=&y&b=2');
  });

  test('whose form or claims are unusual', async () => {
    await applyRule('forms', {});
    const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
    for (const text of [`..${good}`, `${good}..`]) {
      await compare({ headers: bearer(text), token: {}, status: 200 });
    }
    const header = encode('{"alg":"RS256"}');
    for (const payload of ['{"iss":"\xff"}', '\xef\xbb\xbf{"iss":"x"}']) {
      await compare({
        headers: bearer(`${header}.${encode(payload)}.eA`),
        status: 401,
        body: 'Jwt payload is an invalid JSON',
      });
    }
    const words = (name: string, type: string) =>
      `Jwt payload [${name}] field is not ${type}`;
    const claims: [Record<string, unknown>, string][] = [
      [{ aud: null }, words('aud', 'a string or string list')],
      [{ jti: 5 }, words('jti', 'a string')],
      [{ jti: null }, words('jti', 'a string')],
      [{ exp: '9999999999' }, words('exp', 'an integer')],
      [{ nbf: '1' }, words('nbf', 'an integer')],
      [{ iat: null }, words('iat', 'an integer')],
      [{ exp: true }, words('exp', 'an integer')],
      [{ exp: -1 }, words('exp', 'a positive 64 bit integer')],
      [{ exp: 2e19 }, words('exp', 'a positive 64 bit integer')],
    ];
    for (const [extra, body] of claims) {
      const iss = h.lab.sample.issuer;
      await compare({
        headers: bearer(await h.lab.sample.mint(extra)),
        token: { claims: { iss, sub: 'x', ...extra } },
        status: 401,
        body,
      });
    }
    await compare({
      headers: bearer(await h.lab.sample.mint({ exp: 0 })),
      token: { claims: { iss: h.lab.sample.issuer, sub: 'x', exp: 0 } },
      status: 200,
    });
  });

  test('twice at one place, or under a name that is made of two', async () => {
    await applyRule('places', {
      fromHeaders: [
        { name: 'x-jwt' },
        { name: 'X-JWT' },
        { name: 'x-ab' },
        { name: 'x-a', prefix: 'b' },
      ],
      outputClaimToHeaders: [{ header: 'x-subject', claim: 'sub' }],
    });
    await compare({
      headers: { 'x-jwt': good },
      token: { name: 'x-jwt', prefix: '' },
      status: 200,
    });
    const answer = await h.atGateway(ECHO_HOST, { headers: { 'x-jwt': good } });
    assert.deepEqual(readReceived(answer)['x-subject'], [h.lab.sample.issuer]);
    await compare({ headers: { 'x-a': 'bjunk' }, status: 403 });
  });

  test('a preflight has an origin, and empty ones are none', async () => {
    await applyRule('origin', {});
    const headers = {
      'access-control-request-method': 'GET',
      authorization: 'Bearer junk',
    };
    const method = 'OPTIONS';
    await compare({
      method,
      headers: { ...headers, origin: ['', ''] },
      status: 401,
    });
    await compare({
      method,
      headers: { ...headers, origin: 'https://a' },
      status: 403,
    });
  });
});
