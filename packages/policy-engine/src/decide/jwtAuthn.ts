import { ProxyRequest } from '../model';
import { JwtProvider, Program, TokenPlaces } from '../compile/program';
import { Claims, Facts, isPreflight, NO_CLAIMS } from './facts';
import { findTokens, FoundToken } from './jwtTokens';
import { FindTokens, JwtEffects, verifyTokens } from './verifyTokens';

/** What jwt_authn does with a request. */
export type JwtOutcome =
  | {
      kind: 'passed';
      claims: Claims;
      /** Absent where it did not look at the request. */
      effects?: JwtEffects;
      /** Absent where a token was verified. */
      why?: string;
    }
  | { kind: 'refused'; status: 401 | 403; body?: string; provider: JwtProvider }
  | { kind: 'unknown'; why: string };

type Passed = Extract<JwtOutcome, { kind: 'passed' }>;

const NO_PROVIDER: Passed = {
  kind: 'passed',
  claims: NO_CLAIMS,
  why: 'no RequestAuthentication with rules reaches this proxy',
};
const PREFLIGHT: Passed = {
  kind: 'passed',
  claims: NO_CLAIMS,
  why: 'a CORS preflight is not looked at',
};
const NO_TOKEN: Passed = {
  kind: 'passed',
  claims: NO_CLAIMS,
  why: 'the request carries no token',
};

/** Runs jwt_authn as Istio configures it. */
export function evaluateJwt(
  program: Program,
  request: ProxyRequest,
  facts: Facts,
): JwtOutcome {
  const { providers, malformedProviders } = program;
  if (providers.length === 0 && malformedProviders.length === 0) {
    return NO_PROVIDER;
  }
  const { outputs } = program.tokenPlaces;
  if (isPreflight(facts)) {
    if (outputs.length === 0) return PREFLIGHT;
    const effects = { consumed: [], written: new Map(), outputs };
    return { ...PREFLIGHT, effects };
  }
  if (malformedProviders.length > 0 && mayCarryToken(request, facts)) {
    return { kind: 'unknown', why: malformedProviders[0] };
  }
  if (isUntouched(program.tokenPlaces, request, facts)) return NO_TOKEN;
  const { result, effects } = verifyTokens(
    providers,
    outputs,
    findOnce(request, facts),
  );
  if (result.kind === 'unknown') return result;
  if (result.kind === 'failed') {
    const { status, body, provider } = result;
    return { kind: 'refused', status, body, provider };
  }
  if (!effects.last) return { ...NO_TOKEN, effects };
  const { token, provider } = effects.last;
  const payload = normalizeClaims(token.claims, provider);
  return {
    kind: 'passed',
    claims: { kind: 'verified', payload },
    effects,
  };
}

/** Whether a request has nothing that jwt_authn would look at or take out. */
function isUntouched(
  { headers, query, outputs }: TokenPlaces,
  request: ProxyRequest,
  facts: Facts,
): boolean {
  if (outputs.length > 0 || (request.tokens?.length ?? 0) > 0) return false;
  if (query && facts.query !== '') return false;
  return headers.every(name => facts.header(name) === undefined);
}

/** Finds tokens once for providers that look in the same places, as most do. */
function findOnce(request: ProxyRequest, facts: Facts): FindTokens {
  let last: JwtProvider | undefined;
  let found: readonly FoundToken[] = [];
  return provider => {
    const isSame =
      last?.headers === provider.headers &&
      last.params === provider.params &&
      last.cookies === provider.cookies;
    if (!isSame) found = findTokens(provider, request, facts);
    last = provider;
    return found;
  };
}

function normalizeClaims(
  claims: Record<string, unknown>,
  provider: JwtProvider,
): Record<string, unknown> {
  let result = claims;
  for (const name of provider.spaceDelimited) {
    const value = claims[name];
    if (typeof value === 'string') {
      const parts = value.split(' ').filter(part => part !== '');
      if (parts.length === 0) continue;
      if (result === claims) result = { ...claims };
      result[name] = parts;
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
