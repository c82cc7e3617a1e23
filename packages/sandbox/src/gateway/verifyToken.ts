import { compactVerify, importJWK, JWK } from 'jose';
import { RequestToken } from 'istio-jwt-policy-engine';
import { isRecord } from '../api/object';
import { DemoKeys } from '../issuer/DemoKeys';
import { parseToken } from './parseToken';

/** The parts of a `jwtRules` entry that say which keys count. @internal */
export interface KeySource {
  issuer?: string;
  jwks?: string;
  jwksUri?: string;
}

/** @internal */
export interface TokenVerdict {
  validity: RequestToken['validity'];
  claims: Record<string, unknown>;
  /** Envoy's words for a malformed token. */
  body?: string;
}

const CLOCK_SKEW_SECONDS = 60;
const MAX_KEYS = 32;

/**
 * Verifies a token against the keys of the rules for its issuer, as Envoy's jwt_authn does: parse,
 * times, then signature. A rule whose keys cannot be had gives `unknown-key`, as the key that istiod
 * fills in then matches no token.
 *
 * @internal
 */
export async function verifyToken(
  token: string,
  rules: KeySource[],
  keys: DemoKeys,
): Promise<TokenVerdict> {
  const parsed = parseToken(token);
  if (parsed.kind === 'malformed') {
    return { validity: 'malformed', claims: {}, body: parsed.body };
  }
  const { claims, header } = parsed;
  const now = Math.floor(Date.now() / 1000);
  if (typeof claims.nbf === 'number' && claims.nbf > now + CLOCK_SKEW_SECONDS) {
    return { validity: 'not-yet-valid', claims };
  }
  if (typeof claims.exp === 'number' && claims.exp + CLOCK_SKEW_SECONDS < now) {
    return { validity: 'expired', claims };
  }
  const candidates = rules
    .filter(rule => !rule.issuer || rule.issuer === claims.iss)
    .flatMap(rule => findKeys(rule, keys))
    .filter(
      jwk =>
        (!header.kid || !jwk.kid || jwk.kid === header.kid) &&
        (!jwk.alg || jwk.alg === header.alg),
    );
  if (candidates.length === 0) {
    return { validity: 'unknown-key', claims };
  }
  for (const jwk of candidates.slice(0, MAX_KEYS)) {
    if (await isSignedBy(token, jwk, header.alg, header.crit)) {
      return { validity: 'valid', claims };
    }
  }
  return { validity: 'bad-signature', claims };
}

function findKeys(rule: KeySource, keys: DemoKeys): JWK[] {
  if (rule.jwks !== undefined) {
    return parseJwks(rule.jwks);
  }
  const jwks = rule.jwksUri
    ? keys.resolveJwksUri(rule.jwksUri)
    : keys.resolveIssuer(rule.issuer ?? '');
  return jwks?.keys ?? [];
}

function parseJwks(text: string): JWK[] {
  try {
    const jwks: unknown = JSON.parse(text);
    return isRecord(jwks) && Array.isArray(jwks.keys)
      ? jwks.keys.filter(isRecord)
      : [];
  } catch {
    return [];
  }
}

async function isSignedBy(
  token: string,
  jwk: JWK,
  alg: string,
  crit: unknown,
): Promise<boolean> {
  try {
    const key = await importJWK(jwk, alg);
    await compactVerify(token, key, {
      algorithms: [alg],
      // Envoy does not look at `crit`.
      crit: Object.fromEntries(
        (Array.isArray(crit) ? crit : []).map(name => [String(name), false]),
      ),
    });
    return true;
  } catch {
    return false;
  }
}
