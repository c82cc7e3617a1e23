import { outputsOf } from '../compile/jwtProviders';
import { JwtProvider } from '../compile/program';
import { checkToken, TokenFailure, UNKNOWN_ISSUER } from './checkToken';
import { ClaimHeader, writeClaimHeaders } from './claimHeaders';
import { FoundToken } from './jwtTokens';

/** A token with the provider that verified it. */
export interface VerifiedToken {
  token: FoundToken;
  provider: JwtProvider;
}

/** What jwt_authn does to the request on its way, kept even where a later token is refused. */
export interface JwtEffects {
  /** Verified tokens that are taken out. One in a header takes all of that header with it. */
  consumed: FoundToken[];
  /** Headers written from claims; those of these names that came from outside are gone. */
  written: Map<string, ClaimHeader[]>;
  /**
   * Names of the headers that some provider writes. Those that only providers write which did not run are not
   * `written`: since August 2026 (envoyproxy/envoy#46586) Envoy takes what came from outside out of every
   * request; before, it left it.
   */
  outputs: readonly string[];
  /** The token whose claims count: Envoy keeps the payload written last. */
  last?: VerifiedToken;
}

export type Verification =
  | { kind: 'verified' }
  | { kind: 'missing' }
  | TokenFailure;

const MISSING: Verification = { kind: 'missing' };
const VERIFIED: Verification = { kind: 'verified' };

/** The tokens that a provider finds in the request as it was when it came. */
export type FindTokens = (provider: JwtProvider) => readonly FoundToken[];

/**
 * Runs the requirement that Istio writes, as Envoy does: with one provider `any{P, allow_missing}`,
 * with several `any{P1…Pn, all{any{Pi, allow_missing}}}`. A provider looks at its tokens from the
 * last location to the first and stops at the first that does not verify; what it did before, such
 * as taking a verified token out, stays done for the providers after it. So two valid tokens of two
 * issuers pass or not depending on which of them is forwarded.
 *
 * @param outputs - names of the headers that the providers write
 */
export function verifyTokens(
  providers: readonly JwtProvider[],
  outputs: readonly string[],
  find: FindTokens,
): { result: Verification; effects: JwtEffects } {
  const effects: JwtEffects = { consumed: [], written: new Map(), outputs };
  const run = (provider: JwtProvider) => runProvider(provider, find, effects);
  if (providers.length === 1) return { result: run(providers[0]), effects };
  const results: Verification[] = [];
  for (const provider of providers) {
    const result = run(provider);
    if (result.kind === 'verified' || result.kind === 'unknown') {
      return { result, effects };
    }
    results.push(result);
  }
  if (results.every(({ kind }) => kind === 'missing')) {
    return { result: MISSING, effects };
  }
  if (effects.consumed.length === 0 && effects.written.size === 0) {
    // Nothing changed, so each provider would come to what it came to before.
    const failure = results.find(({ kind }) => kind === 'failed');
    return {
      result: sumUp(failure ? [...results, failure] : results),
      effects,
    };
  }
  for (const provider of providers) {
    const result = run(provider);
    if (result.kind === 'unknown') return { result, effects };
    if (result.kind === 'failed') {
      return { result: sumUp([...results, result]), effects };
    }
  }
  return { result: VERIFIED, effects };
}

function runProvider(
  provider: JwtProvider,
  find: FindTokens,
  effects: JwtEffects,
): Verification {
  const { consumed, written, outputs } = effects;
  // Headers of these names are removed each time, before tokens are looked for.
  if (outputs.length > 0) {
    for (const header of outputsOf(provider)) written.set(header, []);
  }
  if (
    written.size > 0 &&
    provider.headers.some(({ name }) => (written.get(name) ?? []).length)
  ) {
    const why =
      'a rule looks for its token in a header that another rule writes from claims';
    return { kind: 'unknown', why };
  }
  const tokens = remaining(find(provider), effects);
  if (tokens.length === 0) return MISSING;
  if (
    tokens.some(
      ({ in: place, name }) => place === 'header' && outputs.includes(name),
    )
  ) {
    const why =
      'a rule looks for its token in a header that another rule writes, and it depends on the version of Envoy whether it finds it';
    return { kind: 'unknown', why };
  }
  for (let i = tokens.length - 1; i >= 0; i--) {
    const token = tokens[i];
    const failure = checkToken(provider, token);
    if (failure) return failure;
    effects.last = { token, provider };
    writeClaimHeaders(provider, token.claims, written);
    if (!provider.forward && token.in !== 'cookie') consumed.push(token);
  }
  return VERIFIED;
}

/** Tokens that are still there. */
function remaining(
  tokens: readonly FoundToken[],
  { consumed, written }: JwtEffects,
): readonly FoundToken[] {
  if (consumed.length === 0 && written.size === 0) return tokens;
  return tokens.filter(
    token =>
      !consumed.some(other => isSamePlace(other, token)) &&
      !(token.in === 'header' && written.has(token.name)),
  );
}

function isSamePlace(a: FoundToken, b: FoundToken): boolean {
  return a.in === b.in && a.name === b.name;
}

/** A wrong issuer gives way to any other failure; of those the last one is reported. */
function sumUp(results: readonly Verification[]): Verification {
  const failures = results.filter(result => result.kind === 'failed');
  const significant = failures.filter(({ body }) => body !== UNKNOWN_ISSUER);
  return significant.at(-1) ?? failures[0];
}
