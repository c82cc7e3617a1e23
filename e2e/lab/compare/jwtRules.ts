/** `jwtRules` of RequestAuthentications at random. */
import type { Random } from './random.ts';
import type { TokenStock } from './tokens.ts';

type Fields = Record<string, unknown>;

/** Where tokens are looked for; nothing: where Istio looks by itself. */
const LOCATIONS: Fields[] = [
  {},
  {},
  {},
  {},
  { fromHeaders: [{ name: 'x-jwt' }] },
  { fromHeaders: [{ name: 'X-Jwt', prefix: 'Bearer ' }] },
  { fromHeaders: [{ name: 'Authorization', prefix: 'Token ' }] },
  { fromHeaders: [{ name: 'Authorization' }] },
  { fromHeaders: [{ name: 'Authorization', prefix: 'Bearer ' }] },
  {
    fromHeaders: [
      { name: 'x-jwt' },
      { name: 'Authorization', prefix: 'Bearer ' },
    ],
  },
  { fromParams: ['token'] },
  { fromParams: ['access_token', 'token'] },
  { fromCookies: ['sid'] },
  { fromCookies: ['theme', 'sid'] },
  { fromHeaders: [{ name: 'x-jwt' }], fromParams: ['token'] },
  { fromHeaders: [{ name: 'x-jwt' }], fromCookies: ['sid'] },
];

const CLAIM_HEADERS = [
  { header: 'x-role', claim: 'role' },
  { header: 'X-Role', claim: 'realm.name' },
  { header: 'x-groups', claim: 'groups' },
  { header: 'x-payload', claim: 'sub' },
  { header: 'x-tier', claim: 'tier' },
];

export function pickJwtRule(random: Random, stock: TokenStock): Fields {
  const issuer = random.pick(stock.issuers);
  const rule: Fields = random.chance(0.8)
    ? { issuer: issuer.issuer, jwks: JSON.stringify(issuer.jwks) }
    : { issuer: issuer.issuer, jwksUri: issuer.jwksUri };
  if (random.chance(0.05)) {
    Object.assign(rule, { issuer: '', jwksUri: stock.allKeysUri });
    delete rule.jwks;
  }
  if (random.chance(0.25)) {
    rule.audiences = random.some(
      ['app', 'https://app', 'http://app/', 'nobody', 'APP'],
      1,
      2,
    );
  }
  if (random.chance(0.4)) rule.forwardOriginalToken = true;
  if (random.chance(0.15)) rule.outputPayloadToHeader = 'x-payload';
  if (random.chance(0.15)) {
    rule.outputClaimToHeaders = random.some(CLAIM_HEADERS, 1, 2);
  }
  if (random.chance(0.1)) {
    rule.spaceDelimitedClaims = random.some(['scp', 'role', 'groups'], 1, 2);
  }
  return { ...rule, ...random.pick(LOCATIONS) };
}

/** The same, half of the time with the header that routes and policies compare most made of a claim. */
export function pickRoleRule(random: Random, stock: TokenStock): Fields {
  return {
    ...pickJwtRule(random, stock),
    ...(random.chance(0.5)
      ? { outputClaimToHeaders: [{ header: 'X-Role', claim: 'role' }] }
      : {}),
  };
}
