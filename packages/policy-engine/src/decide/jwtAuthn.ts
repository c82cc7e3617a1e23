import { ProxyRequest } from '../model';
import { JwtProvider, Program } from '../compile/program';
import { Claims, Facts, isPreflight } from './facts';
import { checkToken, UNKNOWN_ISSUER } from './checkToken';
import { findTokens } from './jwtTokens';
import {
  ProviderTokens,
  Verification,
  VerifiedToken,
  verifyByIssuer,
} from './verifyByIssuer';

/** What jwt_authn does with a request. */
export type JwtOutcome =
  | {
      kind: 'passed';
      claims: Claims;
      /** The first is the one whose claims count. */
      verified: VerifiedToken[];
      why: string;
    }
  | { kind: 'refused'; status: 401 | 403; body?: string; provider: JwtProvider }
  | { kind: 'unknown'; why: string };

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
  const found = providers.map(provider => ({
    provider,
    tokens: findTokens(provider, request, facts),
  }));
  const results = found.map(runProvider);
  const uncertain = results.find(result => result.kind === 'unknown');
  if (uncertain) return uncertain;
  const own = results.find(result => result.kind === 'verified');
  if (own) return accept(own.verified);
  // With one provider `allow_missing` says what the provider said.
  const rest: Verification =
    providers.length > 1 ? verifyByIssuer(found) : { kind: 'missing' };
  if (rest.kind === 'unknown') return rest;
  if (rest.kind === 'verified') return accept(rest.verified);
  const failed =
    rest.kind === 'failed' && carriesSeveral(request)
      ? rest
      : finalFailure(results);
  if (!failed) return passed('the request carries no token');
  const { status, body, provider } = failed;
  return { kind: 'refused', status, body, provider };
}

function passed(why: string): JwtOutcome {
  return { kind: 'passed', claims: { kind: 'none' }, verified: [], why };
}

function accept(verified: VerifiedToken[]): JwtOutcome {
  // Envoy works from the last location to the first and keeps the payload written last.
  const [{ token, provider }] = verified;
  const payload = normalizeClaims(token.claims, provider);
  return {
    kind: 'passed',
    claims: { kind: 'verified', payload },
    verified,
    why: `a valid token of issuer ${JSON.stringify(payload.iss ?? '')}`,
  };
}

/**
 * The failure that Envoy reports: a wrong issuer gives way to any other failure, else the last one
 * wins; the trailing `all{…}` repeats the first failure.
 */
function finalFailure(
  results: Verification[],
): Extract<Verification, { kind: 'failed' }> | undefined {
  const failures = results.filter(result => result.kind === 'failed');
  const ordered = [...failures, ...failures.slice(0, 1)];
  const significant = ordered.filter(({ body }) => body !== UNKNOWN_ISSUER);
  return significant.at(-1) ?? failures[0];
}

/** All tokens that a provider finds must be valid for it. */
function runProvider({ provider, tokens }: ProviderTokens): Verification {
  if (tokens.length === 0) return { kind: 'missing' };
  let uncertain: Verification | undefined;
  for (const token of [...tokens].reverse()) {
    const result = checkToken(provider, token);
    if (result?.kind === 'failed') return result;
    uncertain ??= result;
  }
  return (
    uncertain ?? {
      kind: 'verified',
      verified: tokens.map(token => ({ token, provider })),
    }
  );
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

/** With several tokens it is the last requirement's failure that Envoy reports. */
function carriesSeveral(request: ProxyRequest): boolean {
  return (request.tokens?.length ?? 0) > 1;
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
