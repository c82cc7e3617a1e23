import { JwtProvider } from '../compile/program';
import { ProxyRequest } from '../model';
import { checkToken, TokenFailure, UNKNOWN_ISSUER } from './checkToken';
import { Facts } from './facts';
import { findTokens, FoundToken } from './jwtTokens';

/** A token with the provider that verified it. */
export interface VerifiedToken {
  token: FoundToken;
  provider: JwtProvider;
}

type Refusal = Extract<TokenFailure, { kind: 'failed' }>;

interface Located {
  token: FoundToken;
  /** Providers that take tokens from this place. */
  providers: JwtProvider[];
}

const PLACES: FoundToken['in'][] = ['header', 'query', 'cookie'];

/**
 * What Envoy's `allow_missing` does where a proxy has several providers: it has no provider of its
 * own, so it takes every token that any of them would find, looks the provider up by the token's
 * issuer (else the one without an issuer), and passes where all tokens verify. So two valid tokens
 * of different issuers in two places pass, although no provider accepts both. One that does not
 * verify refuses the request.
 */
export function verifyByIssuer(
  providers: readonly JwtProvider[],
  request: ProxyRequest,
  facts: Facts,
): VerifiedToken[] | TokenFailure {
  const verified: VerifiedToken[] = [];
  const failures: Refusal[] = [];
  for (const located of locate(providers, request, facts)) {
    const result = verify(located);
    if (!('kind' in result)) verified.push(result);
    else if (result.kind === 'unknown') return result;
    else failures.push(result);
  }
  return failures.length > 0 ? sumUp(failures) : verified;
}

/** Which of several different reasons Envoy names is not settled, so none is claimed then. */
function sumUp(failures: Refusal[]): TokenFailure {
  const [first] = failures;
  if (failures.every(({ body }) => body === first.body)) return first;
  const { kind, status, provider } =
    failures.find(({ body }) => body !== UNKNOWN_ISSUER) ?? first;
  return { kind, status, provider };
}

function locate(
  providers: readonly JwtProvider[],
  request: ProxyRequest,
  facts: Facts,
): Located[] {
  const found = new Map<string, Located>();
  for (const provider of providers) {
    for (const token of findTokens(provider, request, facts)) {
      const key = JSON.stringify([
        token.in,
        token.name,
        token.index,
        token.validity,
      ]);
      const known = found.get(key);
      if (known) known.providers.push(provider);
      else found.set(key, { token, providers: [provider] });
    }
  }
  return [...found.values()].sort(
    (a, b) => PLACES.indexOf(a.token.in) - PLACES.indexOf(b.token.in),
  );
}

function verify({ token, providers }: Located): VerifiedToken | TokenFailure {
  const { iss } = token.claims;
  const named = providers.filter(({ issuer }) => issuer === (iss ?? ''));
  const candidates =
    token.validity === 'malformed' || named.length > 0
      ? [...named, ...providers].slice(0, Math.max(named.length, 1))
      : providers.filter(({ issuer }) => issuer === '');
  if (candidates.length === 0) {
    // A claim of a wrong type is told before the issuer is looked up.
    const [provider] = providers;
    return (
      checkToken(provider, token) ?? {
        kind: 'failed',
        status: 401,
        body: UNKNOWN_ISSUER,
        provider,
      }
    );
  }
  const failures = candidates.map(each => checkToken(each, token));
  const passing = failures.indexOf(undefined);
  const agree = failures.every(each => (each === undefined) === passing >= 0);
  if (!agree) {
    const why = `several rules name the issuer ${JSON.stringify(
      iss,
    )}, and it is not known which of them Envoy picks`;
    return { kind: 'unknown', why };
  }
  // Of rules that all refuse, the one without audiences gets as far as the signature.
  return (
    failures.find(each => each?.kind === 'unknown') ??
    failures.find(each => each?.kind === 'failed' && each.status === 401) ??
    failures.find(each => each !== undefined) ?? {
      token,
      provider: candidates[passing],
    }
  );
}
