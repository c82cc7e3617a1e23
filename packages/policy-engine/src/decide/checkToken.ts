import { sanitizeAudience } from '../compile/jwtProviders';
import { JwtProvider } from '../compile/program';
import { FoundToken } from './jwtTokens';

/** Why a provider does not accept a token; `unknown` where that cannot be told. */
export type TokenFailure =
  | { kind: 'failed'; status: 401 | 403; body?: string; provider: JwtProvider }
  | { kind: 'unknown'; why: string };

export const UNKNOWN_ISSUER = 'Jwt issuer is not configured';

const BODIES: Record<string, string> = {
  expired: 'Jwt is expired',
  'not-yet-valid': 'Jwt not yet valid',
  'bad-signature': 'Jwt verification fails',
  'unknown-key': "Jwks doesn't have key to match kid or alg from Jwt",
};

const MALFORMED =
  'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections';

const NO_AUDIENCES: string[] = [];

/** Envoy's order: form, issuer, times, audience, signature. Undefined where the token holds. */
export function checkToken(
  provider: JwtProvider,
  token: FoundToken,
): TokenFailure | undefined {
  const fail = (status: 401 | 403, body: string): TokenFailure => ({
    kind: 'failed',
    status,
    body,
    provider,
  });
  if (token.validity === 'malformed') {
    return fail(401, token.malformation ?? MALFORMED);
  }
  const claims = readRegisteredClaims(token.claims);
  if (typeof claims === 'string') return fail(401, claims);
  const { issuer, audiences } = claims;
  if (provider.issuer !== '' && provider.issuer !== issuer) {
    return fail(401, UNKNOWN_ISSUER);
  }
  const untimely =
    token.validity === 'expired' || token.validity === 'not-yet-valid';
  if (untimely) return fail(401, BODIES[token.validity]);
  const why = 'nobody said whether the token of the request is valid';
  if (!allowsAudience(provider, audiences)) {
    return token.validity === 'not-known'
      ? { kind: 'unknown', why }
      : fail(403, 'Audiences in Jwt are not allowed');
  }
  if (token.validity === 'not-known') return { kind: 'unknown', why };
  return token.validity === 'valid'
    ? undefined
    : fail(401, BODIES[token.validity]);
}

/**
 * The claims of RFC 7519 that Envoy reads of every token, or its words for the first of a wrong type. Source:
 * Envoy's source/common/jwt (jwt.cc, parseFromString; struct_utils.cc).
 */
function readRegisteredClaims(
  claims: Record<string, unknown>,
): { issuer: string; audiences: string | readonly string[] } | string {
  const { iss = '', sub = '', jti = '', aud = NO_AUDIENCES } = claims;
  if (typeof iss !== 'string') return describeType('iss', 'a string');
  if (typeof sub !== 'string') return describeType('sub', 'a string');
  for (const name of ['iat', 'nbf', 'exp']) {
    const time = claims[name];
    if (time === undefined) continue;
    if (typeof time !== 'number') return describeType(name, 'an integer');
    if (time < 0 || time >= 2 ** 64) {
      return describeType(name, 'a positive 64 bit integer');
    }
  }
  if (typeof jti !== 'string') return describeType('jti', 'a string');
  return typeof aud === 'string' || isStringList(aud)
    ? { issuer: iss, audiences: aud }
    : describeType('aud', 'a string or string list');
}

function describeType(name: string, type: string): string {
  return `Jwt payload [${name}] field is not ${type}`;
}

function allowsAudience(
  { allowedAudiences }: JwtProvider,
  audiences: string | readonly string[],
): boolean {
  if (allowedAudiences.size === 0) return true;
  return typeof audiences === 'string'
    ? allowedAudiences.has(sanitizeAudience(audiences))
    : audiences.some(item => allowedAudiences.has(sanitizeAudience(item)));
}

function isStringList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string');
}
