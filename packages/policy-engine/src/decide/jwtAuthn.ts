import { ProxyRequest } from '../model';
import { JwtProvider, Program } from '../compile/program';
import { Claims, Facts, isPreflight } from './facts';
import { checkToken, TokenFailure, UNKNOWN_ISSUER } from './checkToken';
import { findTokens, FoundToken } from './jwtTokens';
import { VerifiedToken, verifyByIssuer } from './verifyByIssuer';

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

type ProviderResult =
  | { kind: 'ok'; verified: VerifiedToken[] }
  | { kind: 'missing' }
  | TokenFailure;

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
  const ok = results.find(result => result.kind === 'ok');
  if (uncertain?.kind === 'unknown') {
    return { kind: 'unknown', why: uncertain.why };
  }
  if (ok?.kind === 'ok') return accept(ok.verified);
  const rest =
    providers.length > 1 ? verifyByIssuer(providers, request, facts) : [];
  if (!Array.isArray(rest) && rest.kind === 'unknown') return rest;
  if (Array.isArray(rest) && rest.length > 0) {
    return forwardsAlike(rest)
      ? accept(rest)
      : {
          kind: 'unknown',
          why: 'tokens of several issuers, of which only some are forwarded',
        };
  }
  const failed =
    !Array.isArray(rest) && carriesSeveral(request)
      ? rest
      : finalFailure(results);
  if (!failed) return passed('the request carries no token');
  const { status, body, provider } = failed;
  return { kind: 'refused', status, body, provider };
}

/** Where only some rules forward their token, Envoy was seen to refuse pairs that pass elsewhere. */
function forwardsAlike(verified: VerifiedToken[]): boolean {
  return new Set(verified.map(({ provider }) => provider.forward)).size === 1;
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
  return (
    uncertain ?? {
      kind: 'ok',
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
