import { JwtProvider } from '../compile/program';
import { checkToken, TokenFailure, UNKNOWN_ISSUER } from './checkToken';
import { FoundToken } from './jwtTokens';

/** A token with the provider that verified it. */
export interface VerifiedToken {
  token: FoundToken;
  provider: JwtProvider;
}

/** A provider with the tokens that it finds in a request. */
export interface ProviderTokens {
  provider: JwtProvider;
  tokens: readonly FoundToken[];
}

export type Verification =
  | { kind: 'verified'; verified: VerifiedToken[] }
  | { kind: 'missing' }
  | TokenFailure;

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
export function verifyByIssuer(found: readonly ProviderTokens[]): Verification {
  const verified: VerifiedToken[] = [];
  const failures: Refusal[] = [];
  for (const located of locate(found)) {
    const result = verify(located);
    if (!('kind' in result)) verified.push(result);
    else if (result.kind === 'unknown') return result;
    else failures.push(result);
  }
  if (failures.length > 0) return sumUp(failures);
  if (verified.length === 0) return { kind: 'missing' };
  const forwards = new Set(verified.map(({ provider }) => provider.forward));
  // Envoy was seen to refuse such a pair, which passes where all rules forward alike.
  return forwards.size === 1
    ? { kind: 'verified', verified }
    : {
        kind: 'unknown',
        why: 'tokens of several issuers, of which only some are forwarded',
      };
}

/** Which of several different reasons Envoy names is not settled, so none is claimed then. */
function sumUp(failures: Refusal[]): TokenFailure {
  const [first] = failures;
  if (failures.every(({ body }) => body === first.body)) return first;
  const { kind, status, provider } =
    failures.find(({ body }) => body !== UNKNOWN_ISSUER) ?? first;
  return { kind, status, provider };
}

function locate(found: readonly ProviderTokens[]): Located[] {
  const places = new Map<string, Located>();
  for (const { provider, tokens } of found) {
    for (const token of tokens) {
      const key = JSON.stringify([
        token.in,
        token.name,
        token.index,
        token.validity,
      ]);
      const known = places.get(key);
      if (known) known.providers.push(provider);
      else places.set(key, { token, providers: [provider] });
    }
  }
  return [...places.values()].sort(
    (a, b) => PLACES.indexOf(a.token.in) - PLACES.indexOf(b.token.in),
  );
}

function verify(located: Located): VerifiedToken | TokenFailure {
  const { token } = located;
  const candidates = lookUp(located);
  const failures = candidates
    .map(each => checkToken(each, token))
    .filter(failure => failure !== undefined);
  if (failures.length === 0) return { token, provider: candidates[0] };
  if (failures.length < candidates.length) {
    const why = `several rules name the issuer ${JSON.stringify(
      token.claims.iss,
    )}, and it is not known which of them Envoy picks`;
    return { kind: 'unknown', why };
  }
  // Of rules that all refuse, the one without audiences gets as far as the signature.
  return (
    failures.find(({ kind }) => kind === 'unknown') ??
    failures.find(each => each.kind === 'failed' && each.status === 401) ??
    failures[0]
  );
}

/** Providers of the token's issuer, else those of any issuer, else one that will refuse it. */
function lookUp({ token, providers }: Located): JwtProvider[] {
  const byIssuer = (wanted: unknown) =>
    providers.filter(({ issuer }) => issuer === wanted);
  const named = byIssuer(token.claims.iss ?? '');
  if (named.length > 0) return named;
  const anyIssuer = byIssuer('');
  return anyIssuer.length > 0 ? anyIssuer : providers.slice(0, 1);
}
