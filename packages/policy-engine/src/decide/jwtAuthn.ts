import { ProxyRequest } from '../model';
import { JwtProvider, Program } from '../compile/program';
import { Claims, Facts, isPreflight } from './facts';
import { findTokens, FoundToken } from './jwtTokens';

/** What jwt_authn does with a request. */
export type JwtOutcome =
  | {
      kind: 'passed';
      claims: Claims;
      /** Provider that verified a token, with the tokens that it verified. */
      provider?: JwtProvider;
      tokens: FoundToken[];
      why: string;
    }
  | { kind: 'refused'; status: 401 | 403; body?: string; provider: JwtProvider }
  | { kind: 'unknown'; why: string };

type ProviderResult =
  | { kind: 'ok'; tokens: FoundToken[] }
  | { kind: 'missing' }
  | { kind: 'failed'; status: 401 | 403; body?: string; provider: JwtProvider }
  | { kind: 'unknown'; why: string };

const UNKNOWN_ISSUER = 'Jwt issuer is not configured';

const BODIES: Record<string, string> = {
  expired: 'Jwt is expired',
  'not-yet-valid': 'Jwt not yet valid',
  'bad-signature': 'Jwt verification fails',
  'unknown-key': "Jwks doesn't have key to match kid or alg from Jwt",
};

const MALFORMED =
  'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections';

/**
 * Runs the requirement that Istio writes: with one provider `any{P, allow_missing}`, with several
 * `any{P1…Pn, all{any{Pi, allow_missing}}}`.
 */
export function evaluateJwt(
  program: Program,
  request: ProxyRequest,
  facts: Facts,
): JwtOutcome {
  const { providers, malformedProviders } = program;
  if (providers.length === 0 && malformedProviders.length === 0) {
    return passed('no RequestAuthentication with rules reaches this proxy');
  }
  if (isPreflight(facts)) {
    return passed('a CORS preflight is not looked at');
  }
  if (malformedProviders.length > 0 && mayCarryToken(request, facts)) {
    return { kind: 'unknown', why: malformedProviders[0] };
  }
  const results = providers.map(provider =>
    runProvider(provider, findTokens(provider, request, facts)),
  );
  const uncertain = results.find(result => result.kind === 'unknown');
  const ok = results.findIndex(result => result.kind === 'ok');
  if (uncertain?.kind === 'unknown') {
    return { kind: 'unknown', why: uncertain.why };
  }
  if (ok >= 0) return verified(providers[ok], results[ok]);
  const failed = finalFailure(results);
  if (!failed) return passed('the request carries no token');
  const { status, body, provider } = failed;
  return { kind: 'refused', status, body, provider };
}

function passed(why: string): JwtOutcome {
  return { kind: 'passed', claims: { kind: 'none' }, tokens: [], why };
}

function verified(provider: JwtProvider, result: ProviderResult): JwtOutcome {
  const tokens = result.kind === 'ok' ? result.tokens : [];
  // Envoy works from the last location to the first and keeps the payload written last.
  const payload = normalizeClaims(tokens[0].claims, provider);
  return {
    kind: 'passed',
    claims: { kind: 'verified', payload },
    provider,
    tokens,
    why: `a valid token of issuer ${JSON.stringify(payload.iss ?? '')}`,
  };
}

/**
 * The failure that Envoy reports: a wrong issuer gives way to any other failure, else the last one
 * wins; the trailing `all{…}` repeats the first failure.
 */
function finalFailure(
  results: ProviderResult[],
): Extract<ProviderResult, { kind: 'failed' }> | undefined {
  const failures = results.filter(result => result.kind === 'failed');
  const ordered = [...failures, ...failures.slice(0, 1)];
  const significant = ordered.filter(({ body }) => body !== UNKNOWN_ISSUER);
  return significant.at(-1) ?? failures[0];
}

/** All tokens that a provider finds must be valid for it. */
function runProvider(
  provider: JwtProvider,
  tokens: FoundToken[],
): ProviderResult {
  if (tokens.length === 0) return { kind: 'missing' };
  let uncertain: ProviderResult | undefined;
  for (const token of [...tokens].reverse()) {
    const result = checkToken(provider, token);
    if (result?.kind === 'failed') return result;
    uncertain ??= result;
  }
  return uncertain ?? { kind: 'ok', tokens };
}

/** Envoy's order: form, issuer, times, audience, signature. Undefined where the token holds. */
function checkToken(
  provider: JwtProvider,
  token: FoundToken,
): ProviderResult | undefined {
  const fail = (status: 401 | 403, body?: string): ProviderResult => ({
    kind: 'failed',
    status,
    ...(body === undefined ? {} : { body }),
    provider,
  });
  if (token.validity === 'malformed') return fail(401, MALFORMED);
  const { iss, sub, aud } = token.claims;
  const audiences = typeof aud === 'string' ? [aud] : aud ?? [];
  const wellTyped =
    (iss === undefined || typeof iss === 'string') &&
    (sub === undefined || typeof sub === 'string') &&
    Array.isArray(audiences) &&
    audiences.every(item => typeof item === 'string');
  if (!wellTyped) return fail(401);
  if (provider.issuer !== '' && provider.issuer !== (iss ?? '')) {
    return fail(401, UNKNOWN_ISSUER);
  }
  const untimely =
    token.validity === 'expired' || token.validity === 'not-yet-valid';
  if (untimely) return fail(401, BODIES[token.validity]);
  const why = 'nobody said whether the token of the request is valid';
  if (!allowsAudience(provider, audiences as string[])) {
    return token.validity === 'not-known'
      ? { kind: 'unknown', why }
      : fail(403, 'Audiences in Jwt are not allowed');
  }
  if (token.validity === 'not-known') return { kind: 'unknown', why };
  return token.validity === 'valid'
    ? undefined
    : fail(401, BODIES[token.validity]);
}

/** Compares as Envoy's CheckAudience does: without scheme and without trailing slash. */
export function allowsAudience(
  provider: JwtProvider,
  audiences: readonly string[],
): boolean {
  if (provider.audiences.length === 0) return true;
  const allowed = provider.audiences.map(sanitizeAudience);
  return audiences.some(item => allowed.includes(sanitizeAudience(item)));
}

function sanitizeAudience(audience: string): string {
  return audience.replace(/^https?:\/\//, '').replace(/\/$/, '');
}

function normalizeClaims(
  claims: Record<string, unknown>,
  provider: JwtProvider,
): Record<string, unknown> {
  const result = { ...claims };
  for (const name of provider.spaceDelimited) {
    const value = result[name];
    if (typeof value === 'string') {
      result[name] = value.split(' ').filter(part => part !== '');
    }
  }
  return result;
}

/** Whether a request could carry a token in a place that a malformed rule names. */
function mayCarryToken(request: ProxyRequest, facts: Facts): boolean {
  return (
    (request.tokens?.length ?? 0) > 0 ||
    facts.headers.has('authorization') ||
    facts.headers.has('cookie') ||
    facts.query !== ''
  );
}
