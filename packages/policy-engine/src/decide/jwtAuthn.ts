import { ProxyRequest } from '../model';
import { JwtProvider, Program } from '../compile/program';
import { Claims, Facts, isPreflight } from './facts';
import { findTokens } from './jwtTokens';
import { JwtEffects, verifyTokens } from './verifyTokens';

/** What jwt_authn does with a request. */
export type JwtOutcome =
  | {
      kind: 'passed';
      claims: Claims;
      /** Absent where it did not look at the request. */
      effects?: JwtEffects;
      why: string;
    }
  | { kind: 'refused'; status: 401 | 403; body?: string; provider: JwtProvider }
  | { kind: 'unknown'; why: string };

/** Runs jwt_authn as Istio configures it. */
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
  const { result, effects } = verifyTokens(providers, provider =>
    findTokens(provider, request, facts),
  );
  if (result.kind === 'unknown') return result;
  if (result.kind === 'failed') {
    const { status, body, provider } = result;
    return { kind: 'refused', status, body, provider };
  }
  if (!effects.last) return passed('the request carries no token', effects);
  const { token, provider } = effects.last;
  const payload = normalizeClaims(token.claims, provider);
  return {
    kind: 'passed',
    claims: { kind: 'verified', payload },
    effects,
    why: `a valid token of issuer ${JSON.stringify(payload.iss ?? '')}`,
  };
}

function passed(why: string, effects?: JwtEffects): JwtOutcome {
  return {
    kind: 'passed',
    claims: { kind: 'none' },
    ...(effects ? { effects } : {}),
    why,
  };
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
