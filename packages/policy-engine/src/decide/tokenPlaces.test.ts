import { RequestToken } from '..';
import { ISSUER, token } from '../__testUtils__/mesh';
import {
  ask,
  gatewayAuthentication,
  gatewayPolicy,
  REQUIRE_TOKEN,
} from '../__testUtils__/policies';

const readFrom = (place: string) => [
  gatewayAuthentication(
    `{issuer: ${ISSUER}, jwksUri: "https://keys.example.com", ${place}}`,
  ),
  REQUIRE_TOKEN,
];
const COOKIE = readFrom('fromCookies: [session]');
const inCookie = (validity?: RequestToken['validity']): RequestToken => ({
  ...token({}, validity),
  in: 'cookie',
  name: 'session',
});

describe('a token in a cookie', () => {
  it('counts where it is looked for there alone', () => {
    expect(ask(COOKIE, { tokens: [inCookie()] }).status).toBe(200);
    expect(ask(COOKIE, { tokens: [inCookie('expired')] }).status).toBe(401);
    expect(
      ask(COOKIE, { tokens: [{ ...inCookie(), name: 'other' }] }).status,
    ).toBe(403);
    expect(ask(COOKIE, { tokens: [token()] }).status).toBe(403);
    expect(
      ask(readFrom('fromParams: [session]'), { tokens: [inCookie()] }).status,
    ).toBe(403);
  });

  it.each([
    ['session=junk', 401],
    ['a=b; session=junk', 401],
    ['a=b;session=junk', 401],
    ['a=b,session=junk', 403],
    ['session = junk', 403],
    ['a=b;\tsession=junk', 403],
    ['a=b;  session=junk', 401],
    ['other=junk', 403],
    ['xsession=junk', 403],
    ['=session', 403],
    ['session', 403],
    ['', 403],
  ])('is read from `%s`: %s', (cookie, status) => {
    expect(ask(COOKIE, { headers: { cookie } }).status).toBe(status);
  });

  it('is the first of its name', () => {
    const parsed = `${btoa('{"alg":"RS256"}').replace(/=/g, '')}.e30.eA`;
    const answer = (cookie: string) =>
      ask(COOKIE, { headers: { cookie } }).status;
    expect(answer(`session=junk; session=${parsed}`)).toBe(401);
    expect(answer(`session=junk=; session=${parsed}`)).toBe(401);
  });

  it('of which nobody said whether it is valid leaves the answer open', () => {
    const payload = btoa(JSON.stringify({ iss: ISSUER, sub: 'x' }));
    const text = `${btoa('{"alg":"RS256"}')}.${payload}.eA==`
      .replace(/=/g, '')
      .replace(/\+/g, '-')
      .replace(/\//g, '_');
    const answer = (claims: string) =>
      ask(COOKIE, { headers: { cookie: `session= ${claims} ;a=b` } }).status;
    expect(answer(text)).toBe('unknown');
    expect(answer('junk')).toBe(401);
  });
});

describe('a token in the query', () => {
  it('is found under a name that is encoded', () => {
    expect(
      ask([gatewayAuthentication()], { path: '/?%61ccess_token=junk' }).status,
    ).toBe(401);
  });
});

describe('places that are named twice', () => {
  const places =
    'fromHeaders: [{name: x-jwt}, {name: X-JWT}, {name: x-ab}, {name: x-a, prefix: b}], outputClaimToHeaders: [{header: x-c, claim: sub}]';
  const rule = gatewayAuthentication(
    `{issuer: ${ISSUER}, jwksUri: "https://keys.example.com", ${places}}`,
  );

  it('are one, so claims are written once', () => {
    const allow = gatewayPolicy(
      'rules: [{when: [{key: "request.headers[x-c]", values: [me]}]}]',
    );
    expect(
      ask([rule, allow], {
        tokens: [{ ...token({ sub: 'me' }), name: 'x-jwt', prefix: '' }],
      }).status,
    ).toBe(200);
  });

  it('count as named twice where name and prefix are the same text in a row', () => {
    expect(ask([rule], { headers: { 'x-a': 'bjunk' } }).status).toBe(200);
    expect(ask([rule], { headers: { 'x-ab': 'junk' } }).status).toBe(401);
  });
});

describe('a token behind other text in a header', () => {
  const answer = (prefix: string, place: string) =>
    ask(readFrom(`fromHeaders: [{name: x-jwt, prefix: "${place}"}]`), {
      tokens: [{ ...token(), name: 'x-jwt', prefix }],
    });

  it.each([
    ['Token ', 'Token ', 200],
    ['a Token ', 'Token ', 200],
    ['Token  ', 'Token ', 200],
    ['Token x', 'Token ', 401],
    ['Token -', 'Token ', 401],
    ['Other ', 'Token ', 403],
    ['', 'Token ', 403],
  ])('%j is found with prefix %j: %s', (text, prefix, status) => {
    expect(answer(text, prefix).status).toBe(status);
  });

  it('is broken where no prefix is looked for', () => {
    const bare = readFrom('fromHeaders: [{name: x-jwt}]');
    const tokens = [{ ...token(), name: 'x-jwt', prefix: 'x' }];
    expect(ask(bare, { tokens }).status).toBe(401);
    expect(ask(bare, { tokens: [{ ...tokens[0], prefix: '' }] }).status).toBe(
      200,
    );
  });
});

describe('claims of a wrong type', () => {
  it.each([
    [{ iss: 7 }, 'Jwt payload [iss] field is not a string'],
    [{ sub: 7 }, 'Jwt payload [sub] field is not a string'],
    [
      { aud: ['a', 7] },
      'Jwt payload [aud] field is not a string or string list',
    ],
    [{ aud: null }, 'Jwt payload [aud] field is not a string or string list'],
    [{ jti: 5, aud: 7 }, 'Jwt payload [jti] field is not a string'],
    [{ iat: '1', exp: '1' }, 'Jwt payload [iat] field is not an integer'],
    [{ nbf: null }, 'Jwt payload [nbf] field is not an integer'],
    [{ exp: -1 }, 'Jwt payload [exp] field is not a positive 64 bit integer'],
    [{ exp: 2e19 }, 'Jwt payload [exp] field is not a positive 64 bit integer'],
  ])('%j are refused by name', (claims, body) => {
    expect(
      ask([gatewayAuthentication()], { tokens: [token(claims)] }),
    ).toMatchObject({ status: 401, body });
  });

  it('are looked at after the form, before issuer and times', () => {
    const answer = (
      claims: Record<string, unknown>,
      validity: RequestToken['validity'],
    ) => ask([gatewayAuthentication()], { tokens: [token(claims, validity)] });
    expect(answer({ sub: 7 }, 'malformed').body).toMatch(/not in the form/);
    expect(answer({ sub: 7 }, 'expired').body).toMatch(/\[sub\]/);
    expect(answer({ sub: 7, iss: 'x' }, 'valid').body).toMatch(/\[sub\]/);
    expect(answer({ iss: 'x' }, 'expired').body).toMatch(/issuer/);
  });
});

describe('audiences of a token of which nobody said whether it is valid', () => {
  const withAudience = gatewayAuthentication(
    `{issuer: ${ISSUER}, jwksUri: "https://keys.example.com", audiences: [shop]}`,
  );
  const encode = (value: unknown) =>
    btoa(JSON.stringify(value)).replace(/=/g, '');
  const raw = (claims: object) =>
    ask([withAudience], {
      headers: {
        authorization: `Bearer ${encode({ alg: 'RS256' })}.${encode({
          iss: ISSUER,
          ...claims,
        })}.eA`,
      },
    }).status;

  it('leave the answer open, also where they do not fit', () => {
    expect(raw({ aud: 'shop' })).toBe('unknown');
    expect(raw({ aud: 'other' })).toBe('unknown');
  });

  it('do not matter where the issuer is another', () => {
    expect(raw({ iss: 'x', aud: 'shop' })).toBe(401);
  });
});
