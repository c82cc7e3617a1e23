import { buildWayIn } from '../__testUtils__/fixtures';
import { compareIssuers } from './compareIssuers';
import { decodeToken } from './decodeToken';
import { composeRequest } from './composeRequest';
import { listPlaces } from './listPlaces';
import { judgeTimes } from './judgeTimes';
import { readRefusal } from './readRefusal';

const encode = (value: unknown) =>
  Buffer.from(JSON.stringify(value)).toString('base64url');
const write = (claims: unknown) =>
  `${encode({ alg: 'RS256', kid: 'one' })}.${encode(claims)}.c2ln`;

describe('decodeToken', () => {
  it.each(['', 'Bearer ', 'authorization: bearer '])(
    'reads a token behind %j',
    before => {
      expect(
        decodeToken(`  ${before}${write({ sub: 'Zoë' })}\n`),
      ).toMatchObject({
        kind: 'decoded',
        header: { kid: 'one' },
        claims: { sub: 'Zoë' },
      });
    },
  );

  it('is nothing for nothing', () => {
    expect(decodeToken(' Bearer ')).toEqual({ kind: 'none' });
  });

  it.each([
    ['abcdef', /opaque/],
    ['a.b.c.d.e', /encrypted/],
    ['Basic dXNlcjpwYXNz', /Basic/],
    ['a b', /white space/],
    [`${encode([])}.${encode({})}.x`, /header/],
    [`${encode({})}.e30x.x`, /payload/],
    ['x'.repeat(70_000), /longer/],
  ])('says why %s is none', (text, why) => {
    const told = decodeToken(text);
    expect(told.kind === 'not-a-jwt' && told.reason).toMatch(why);
  });
});

describe('judgeTimes', () => {
  const NOW = Date.parse('2026-01-01T00:00:00Z');
  const at = (seconds: number) => NOW / 1000 + seconds;

  it.each<[Record<string, unknown>, string, RegExp]>([
    [{ exp: at(3600) }, 'within', /Expires in 1 hour/],
    [{ exp: at(-30) }, 'within', /within the 60 seconds of skew/],
    [{ exp: at(-60) }, 'within', /skew/],
    [{ exp: at(-61) }, 'expired', /Expired 1 minute ago/],
    [{ exp: at(9), nbf: at(30) }, 'within', /Not yet valid, within/],
    [{ exp: at(9), nbf: at(61) }, 'not-yet-valid', /another 1 minute/],
    [{ nbf: at(-9) }, 'within', /never expires/],
    [{ exp: 0 }, 'within', /for Envoy the token never expires/],
    [{ exp: 0.9 }, 'within', /for Envoy the token never expires/],
    [{ exp: 'soon' }, 'unreadable', /cannot be read/],
    [{ exp: at(-600), iat: at(-4000) }, 'expired', /Issued 1 hour ago/],
  ])('%j is %s', (claims, validity, text) => {
    const told = judgeTimes(claims, NOW);
    expect(told.validity).toBe(validity);
    expect(told.lines.map(line => line.text).join(' ')).toMatch(text);
  });
});

describe('compareIssuers', () => {
  const trust = (issuer: string, audiences: string[] = []) => ({
    issuer,
    audiences,
    jwks: { kind: 'discovery' as const },
    forwardOriginalToken: false,
    requestAuthentication: { kind: 'RequestAuthentication', name: 'r' },
  });
  const compare = (
    issuer: string,
    claims: Record<string, unknown>,
    aud?: string[],
  ) => compareIssuers({ issuers: [trust(issuer, aud)] }, claims)[0];

  it.each([
    ['https://a.example', 'https://a.example/', /the token has one/],
    ['https://a.example/', 'https://a.example', /the token has none/],
    ['https://a.example', 'https://A.example', /upper and lower case/],
    ['https://a.example', 'http://a.example', /http, the other https/],
  ])('trusts %s, gets %s', (issuer, iss, near) => {
    expect(compare(issuer, { iss })).toMatchObject({ issuerMatches: false });
    expect(compare(issuer, { iss }).nearMiss).toMatch(near);
  });

  it('finds nothing near in another issuer', () => {
    expect(compare('https://a.example', { iss: 'https://b.example' })).toEqual(
      expect.not.objectContaining({ nearMiss: expect.anything() }),
    );
  });

  it.each<[unknown, boolean, RegExp]>([
    ['shop', true, /It is for “shop”/],
    [['x', 'shop'], true, /It is for/],
    ['https://shop/', true, /It is for/],
    ['other', false, /not allowed: the token is for “other”/],
    [undefined, false, /nobody in particular/],
  ])('audience %j is allowed: %s', (aud, allowed, text) => {
    const { audience } = compare('i', { iss: 'i', aud }, ['shop']);
    expect(audience?.allowed).toBe(allowed);
    expect(audience?.text).toMatch(text);
  });

  it('says that any audience is allowed', () => {
    expect(compare('', { iss: 'whoever' }).audience?.text).toMatch(/Any/);
  });
});

describe('listPlaces', () => {
  const policy = (jwtRules: object[]) => ({
    cluster: 'main',
    ref: { kind: 'RequestAuthentication', name: 'r' },
    yaml: JSON.stringify({
      apiVersion: 'security.istio.io/v1',
      kind: 'RequestAuthentication',
      metadata: { name: 'r', namespace: 'n' },
      spec: { jwtRules },
    }),
  });

  it('has every place once, the usual one first', () => {
    const places = listPlaces([
      policy([
        { issuer: 'a', fromHeaders: [{ name: 'X-Token', prefix: 'T ' }] },
        { issuer: 'b', fromHeaders: [{ name: 'x-token', prefix: 'T ' }] },
        {
          issuer: 'c',
          fromHeaders: [{ name: 'Authorization', prefix: 'Bearer ' }],
        },
        { issuer: 'd', fromParams: ['t'], fromCookies: ['c'] },
      ]),
    ]);
    expect(places.map(({ label }) => label)).toEqual([
      'Authorization: Bearer',
      'header x-token, after “T ”',
      'query parameter t',
      'cookie c',
    ]);
  });

  it('is where the engine is told that the token stands', () => {
    const [, place] = listPlaces([
      policy([{ issuer: 'a', fromHeaders: [{ name: 'x-token' }] }]),
    ]);
    const wayIn = buildWayIn();
    const asked = { method: 'GET', path: '/', place };
    expect(
      composeRequest(wayIn, asked, decodeToken(write({})), 'valid').tokens,
    ).toMatchObject([{ in: 'header', name: 'x-token', prefix: '' }]);
    expect(
      composeRequest(wayIn, asked, decodeToken('opaque'), 'valid').headers,
    ).toEqual({ 'x-token': 'opaque' });
    const at = (where: object) =>
      composeRequest(
        wayIn,
        { ...asked, place: { ...place, ...where } },
        decodeToken('o+p'),
        'valid',
      );
    expect(at({ in: 'query', name: 't' }).path).toBe('/?t=o%2Bp');
    expect(at({ in: 'cookie', name: 'c' }).headers).toEqual({
      cookie: 'c=o+p',
    });
  });
});

describe('readRefusal', () => {
  it('knows the words of refusals', () => {
    expect(
      readRefusal({ status: 403, body: 'RBAC: access denied' }).summary,
    ).toMatch(/AuthorizationPolicy/);
    expect(readRefusal({ status: 401, body: 'Jwt is expired' }).fix).toMatch(
      /fresh token/,
    );
    expect(readRefusal({ status: 403, body: 'nope' })).toEqual({});
  });
});
