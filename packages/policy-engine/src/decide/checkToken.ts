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
  const { iss, sub, aud } = token.claims;
  if (iss !== undefined && typeof iss !== 'string') {
    return fail(401, 'Jwt payload [iss] field is not a string');
  }
  if (sub !== undefined && typeof sub !== 'string') {
    return fail(401, 'Jwt payload [sub] field is not a string');
  }
  const audiences = aud ?? NO_AUDIENCES;
  if (typeof audiences !== 'string' && !isStringList(audiences)) {
    return fail(401, 'Jwt payload [aud] field is not a string or string list');
  }
  if (provider.issuer !== '' && provider.issuer !== (iss ?? '')) {
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
